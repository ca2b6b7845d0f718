// NUMA node of a device-tree node or LMB: the number at the first reference point.
#pragma once

#include <cstdint>
#include <optional>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// Node of a list "count, n1, n2, ..."; 0 when the tree gives no reference points.
std::int32_t numa_node(const LiveTree& tree, const Bytes* associativity);
// Row of ibm,associativity-lookup-arrays that equals this ibm,associativity; appended if missing.
// -ENODEV when there are no lookup arrays.
int associativity_index(Kernel& kernel, const Bytes& associativity, std::uint32_t& index);

NodeId drconf_node(const LiveTree& tree);

}  // namespace lparsim::kernel
