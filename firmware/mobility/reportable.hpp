// What ibm,update-nodes and ibm,update-properties may report for a scope: tables 7-107 and 7-112 of
// LoPAR 7.3.24 and 7.3.25 as rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/device_tree/tree.hpp"

namespace lparsim::firmware {

enum class ReportScope : std::uint8_t { reassignment, migration, activation, device };
// Negative: resource reassignment; 1, 2, 3; nullopt: unknown.
std::optional<ReportScope> report_scope(std::int32_t scope);

enum class NodeKind : std::uint8_t {
  other, root, openprom, rtas, vdevice, virtual_adapter, cpu, cache, options, memory,
  dynamic_memory, chosen, facilities, facility, coherent_facility, coherent_function,
};
// By name and device_type; `parent` is nullptr for the root.
NodeKind kind_of(const Node& node, const Node* parent);

inline constexpr std::uint8_t kDeleteNodes = 1, kUpdateNodes = 2, kAddNodes = 3;
// Whether table 7-107 lists the opcode for nodes of this kind.
bool may_report(ReportScope scope, NodeKind kind, std::uint8_t opcode);
// Whether table 7-112 lists the property, and lets it change in this way: of some only a part may.
bool may_report(ReportScope scope, NodeKind kind, std::string_view property);
bool part_may_change(NodeKind kind, const Node& node, const Property& before,
                     const Property& after);

}  // namespace lparsim::firmware
