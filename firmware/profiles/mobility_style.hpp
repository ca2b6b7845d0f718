// How reports of changed nodes are cut into answers, and open readings of LoPAR 7.3.23.
#pragma once

#include <cstdint>

namespace lparsim::firmware {

enum class NodeOrder : std::uint8_t { tree, reverse, phandle };
enum class AddCount : std::uint8_t { words, nodes };
struct MobilityStyle {
  NodeOrder node_order = NodeOrder::tree;      // among updated and among added nodes
  // What the operator of a list of additions counts. LoPAR 7.3.24 says operands, two a node; Linux
  // counts nodes, and powerpc-utils was changed from the first to the second.
  AddCount add_count = AddCount::nodes;
  std::uint32_t operations_per_list = 0;       // ibm,update-nodes; 0: as many as fit
  std::uint32_t operations_per_call = 0;
  std::uint32_t property_area_bytes = 0;       // of the 4096 that are filled; 0: all, least 256
  std::uint32_t activation_busy_calls = 2;     // of ibm,activate-firmware, before it is done
  std::int32_t activation_busy_status = 9900;  // -2 or 990x
  std::int32_t coprocessor_status = -9006;     // suspend-me; table 7-100, R1-7.3.23-20 prints -9005
};

}  // namespace lparsim::firmware
