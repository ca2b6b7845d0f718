#include "sim/config/firmware_facts.hpp"

#include "hmc/inventory/text.hpp"

namespace lparsim::config {
namespace {

std::uint16_t number_or(const hmc::Facts& facts, std::string_view name, std::uint16_t otherwise) {
  const auto fact = facts.find(name);
  if (fact == facts.end()) return otherwise;
  const auto number = hmc::parse_number(fact->second);
  return number && *number >= 0 && *number < 0xffff ? static_cast<std::uint16_t>(*number)
                                                    : otherwise;
}

bool says(const hmc::Facts& facts, std::string_view name, std::string_view value) {
  const auto fact = facts.find(name);
  return fact != facts.end() && fact->second == value;
}

}  // namespace

firmware::VirtualSlotConfig virtual_slot_of(const hmc::VirtualAdapter& adapter) {
  firmware::VirtualSlotConfig slot;
  slot.slot = adapter.slot;
  slot.kind = adapter.kind;
  // The serial adapters that the HMC serves are servers in its listing and clients for firmware.
  slot.server = says(adapter.facts, "adapter_type", "server") && adapter.kind != "serial";
  slot.partner = PartitionId{number_or(adapter.facts, "remote_lpar_id", kNoPartition.value)};
  slot.partner_slot = number_or(adapter.facts, "remote_slot_num", firmware::kAnySlot);
  slot.vlan = number_or(adapter.facts, "port_vlan_id", slot.vlan);
  return slot;
}

bool may_collect_performance(const hmc::PartitionRecord& record) {
  return says(record.facts, "allow_perf_collection", "1");
}

}  // namespace lparsim::config
