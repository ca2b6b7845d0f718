// A small machine for the tests of the device tree.
#pragma once

#include "firmware/device_tree/builder.hpp"
#include "firmware/device_tree/connector_nodes.hpp"
#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/tree.hpp"

namespace lparsim::firmware {

inline const FirmwareProfile& profile(std::string_view name) { return *find_profile(name); }

inline PlatformConfig small_machine() {
  PlatformConfig machine;
  machine.type_model = "9105-22A";
  machine.serial = "7812340";
  machine.installed_lmbs = 64;
  machine.installed_units = ProcUnits{800};
  machine.cores_per_chip = 4;
  machine.slots = {{DrcIndex{0x21010018}, "U78D5.ND1.CSS130E-P2-C1", PartitionId{2}},
                   {DrcIndex{0x21010013}, "U78D5.ND1.CSS130E-P2-C2", kNoPartition}};
  return machine;
}

inline PartitionConfig small_partition() {
  PartitionConfig partition;
  partition.id = PartitionId{2};
  partition.name = "lp2";
  partition.procs = 2;
  partition.max_procs = 6;
  partition.lmbs = 4;
  partition.max_lmbs = 40;
  partition.virtual_slots = {{2, "eth"}, {3, "scsi"}, {181, "fc"}};
  return partition;
}

struct Fixture {
  PlatformConfig machine = small_machine();
  PartitionConfig partition = small_partition();
  Options options;

  TreeShape shape(std::string_view name) const {
    TreeShape s = boot_shape(machine, partition, profile(name), options);
    static const std::vector<TokenShape> kTokens{{"set-indicator", RtasToken{7}},
                                                 {"get-sensor-state", RtasToken{8}}};
    s.tokens = kTokens;
    s.rtas_base = s.rtas_entry = 0x0fff'0000;
    return s;
  }
  Node tree(std::string_view name) const { return build_tree(shape(name)); }
};

inline const Bytes& value_of(const Node& root, std::string_view path, std::string_view property) {
  static const Bytes kAbsent{0xde, 0xad, 0xab, 0x5e, 0x17};
  const Node* node = root.find(path);
  const Property* p = node == nullptr ? nullptr : node->property(property);
  return p == nullptr ? kAbsent : p->value.get();
}

inline Bytes ints(std::initializer_list<std::uint32_t> values) {
  CellWriter out;
  for (const std::uint32_t v : values) out.u32(v);
  return out.take();
}

}  // namespace lparsim::firmware
