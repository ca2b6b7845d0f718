// The connectors below one node: four parallel lists, or ibm,drc-info, never both (R1-13.5.2.8-2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/device_tree/tree.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// `count` connectors: the k-th has index first + k*increment and the name prefix followed by
// (suffix + k*increment) in decimal (B.5.3).
struct DrcRun {
  std::string type;                  // "CPU", "MEM", "PHB", "SLOT"
  std::string prefix;                // "CPU ", "U9105.22A.7812340-V1-C"
  DrcIndex first;
  std::uint32_t suffix = 0;
  std::uint32_t count = 0;
  std::uint32_t increment = 1;
  std::uint32_t power_domain = 0xffff'ffffU;   // -1: logical connector
  bool whole_name = false;           // prefix is the whole name (location code), count is 1
};

void add_drc_properties(Node& node, const std::vector<DrcRun>& runs, bool drc_info);

}  // namespace lparsim::firmware
