// What lies behind one connector, as ibm,configure-connector reports it (LoPAR 13.5.3.5, 13.7.4.3).
// The cost is that of the nodes reported, whatever the size of the partition.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "firmware/device_tree/builder.hpp"
#include "sim/base/event_log.hpp"

namespace lparsim::firmware {

// One or more top nodes in the order they are reported. CPU: the cpu node and, behind it, its cache
// nodes (the caller leaves out those that the client has already been given, by name); LMB: the
// memory node with ibm,associativity; PHB: the pci node (nothing below its SLOT connector,
// R1-13.7.4.3-5); SLOT: the adapter's node. `drc` need not be owned. Empty: no such connector.
std::vector<Node> connector_nodes(const TreeBasis& basis, DrcIndex drc);

// The same in parts: of processors and caches only what differs from one to the next is made anew,
// the rest is shared by all that ever ask.
struct CommonPart {
  std::vector<Property> properties;
  // Ids of the names in the event log: of the node, its own properties, the common ones.
  mutable std::vector<TextId> log_names;
};
using SharedProperties = std::shared_ptr<const CommonPart>;
struct ConnectorPart {
  Node node;
  SharedProperties common;           // behind node.properties; may be null
};

struct CpuCommon {                   // what all processors of a partition have in common
  SharedProperties cpu, l2, l3;
};
// Keeps it for each kind of partition that was seen; platform and profile never change.
class CpuCommons {
 public:
  const CpuCommon& of(const TreeBasis& basis);

 private:
  struct Entry {
    Options options;
    std::uint32_t max_lmbs = 0;
    CpuCommon common;
  };
  std::vector<Entry> entries_;
};
std::vector<ConnectorPart> connector_parts(const TreeBasis& basis, DrcIndex drc,
                                           CpuCommons& commons);

// Path of the node below which connector_nodes() belong: "/cpus", "/", "/vdevice", "/pci@...".
std::string connector_parent(const TreeBasis& basis, DrcIndex drc);

}  // namespace lparsim::firmware
