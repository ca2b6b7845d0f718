#include "hmc/inventory/resolvers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "hmc/inventory/text.hpp"

namespace lparsim::hmc {

namespace {

using Text = ResolvedText;
using Row = RowSource;

std::string decimal(std::int64_t value) { return std::to_string(value); }
std::string flag(bool value) { return value ? "1" : "0"; }

// -- partitions -----------------------------------------------------------------------------------

Text lpar_name(const Row& row) {
  return row.partition ? Text(row.partition->name) : std::nullopt;
}
Text lpar_id(const Row& row) {
  return row.partition ? decimal(row.partition->id.value) : "none";
}
Text lpar_env(const Row& row) { return row.partition->env; }

Text state(const Row& row) { return word_of(kPartitionStates, row.values.state); }
Text resource_config(const Row& row) { return flag(row.partition->resource_config); }
Text serial(const Row& row) {
  return logical_serial(row.inventory->serial, row.partition->id);
}
Text default_profile(const Row& row) { return row.partition->default_profile; }
Text curr_profile(const Row& row) { return row.partition->curr_profile; }

bool rmc_active(const Row& row) {
  return row.rmc->state(row.partition->id) == RmcState::active;
}
// Inactive or never seen (none, unknown) is the HMC's memory, so a fact decides between them.
Text rmc_state(const Row& row) {
  if (rmc_active(row)) return word_of(kRmcStates, RmcState::active);
  const auto fact = row.partition->facts.find("rmc_state");
  if (fact != row.partition->facts.end() && fact->second != "active") return fact->second;
  return word_of(kRmcStates, row.rmc->state(row.partition->id));
}
Text dlpar_capable(const Row& row) { return flag(rmc_active(row)); }

// -- processors and memory: the same attribute of the current and of the pending set --------------

using Set = ResourceSetting PartitionValues::*;
constexpr Set kCurr = &PartitionValues::curr;
constexpr Set kPend = &PartitionValues::pend;

template <Set set>
const ProcessorSetting& processors(const Row& row) { return (row.values.*set).processors; }
template <Set set>
bool is_shared(const Row& row) { return processors<set>(row).mode == ProcMode::shared; }

template <Set set>
Text pool_id(const Row& row) {
  if (!is_shared<set>(row)) return std::nullopt;
  return decimal(processors<set>(row).pool_id);
}
template <Set set>
Text pool_name(const Row& row) {
  if (!is_shared<set>(row)) return std::nullopt;
  const auto id = processors<set>(row).pool_id;
  return id == 0 ? "DefaultPool" : fmt::format("SharedPool{:02}", id);
}
template <Set set>
Text proc_mode(const Row& row) { return word_of(kProcModes, processors<set>(row).mode); }
template <Set set>
Text sharing_mode(const Row& row) { return word_of(kSharingModes, processors<set>(row).sharing); }
template <Set set>
Text uncap_weight(const Row& row) {
  if (!is_shared<set>(row)) return std::nullopt;
  return decimal(processors<set>(row).uncap_weight);
}
template <Set set, auto part>
Text units(const Row& row) {
  if (!is_shared<set>(row)) return std::nullopt;
  return units_text(processors<set>(row).units.*part);
}
template <Set set, auto part>
Text procs(const Row& row) { return decimal(processors<set>(row).procs.*part); }
template <Set set, auto part>
Text memory(const Row& row) { return decimal((row.values.*set).memory.mb.*part); }

Text run_units(const Row& row) {
  if (!is_shared<kCurr>(row)) return std::nullopt;
  return units_text(row.values.run_units);
}
Text run_weight(const Row& row) {
  if (!is_shared<kCurr>(row)) return std::nullopt;
  return decimal(row.values.run_uncap_weight);
}
Text run_procs(const Row& row) { return decimal(row.values.run_procs); }
Text run_min_mem(const Row& row) { return decimal(row.values.run_min_mem_mb); }
Text run_mem(const Row& row) { return decimal(row.values.run_mem_mb); }

// -- profiles -------------------------------------------------------------------------------------

const ProcessorSetting& wanted(const Row& row) { return row.profile->setting.processors; }

Text profile_name(const Row& row) { return row.profile->name; }
Text all_resources(const Row& row) { return flag(row.profile->all_resources); }
Text profile_proc_mode(const Row& row) { return word_of(kProcModes, wanted(row).mode); }
Text profile_sharing(const Row& row) { return word_of(kSharingModes, wanted(row).sharing); }
Text profile_weight(const Row& row) {
  if (wanted(row).mode != ProcMode::shared) return std::nullopt;
  return decimal(wanted(row).uncap_weight);
}
Text profile_pool_id(const Row& row) {
  if (wanted(row).mode != ProcMode::shared) return std::nullopt;
  return decimal(wanted(row).pool_id);
}
Text profile_pool_name(const Row& row) {
  if (wanted(row).mode != ProcMode::shared) return std::nullopt;
  return wanted(row).pool_id == 0 ? "DefaultPool"
                                  : fmt::format("SharedPool{:02}", wanted(row).pool_id);
}
template <auto part>
Text profile_units(const Row& row) {
  if (wanted(row).mode != ProcMode::shared) return std::nullopt;
  return units_text(wanted(row).units.*part);
}
template <auto part>
Text profile_procs(const Row& row) { return decimal(wanted(row).procs.*part); }
template <auto part>
Text profile_memory(const Row& row) { return decimal(row.profile->setting.memory.mb.*part); }
Text max_virtual_slots(const Row& row) { return decimal(row.partition->max_virtual_slots); }

// -- the system -----------------------------------------------------------------------------------

Text system_name(const Row& row) { return row.inventory->system_name; }
Text type_model(const Row& row) { return row.inventory->type_model; }
Text serial_num(const Row& row) { return row.inventory->serial; }
Text operating(const Row&) { return "Operating"; }
template <auto value>
Text system_units(const Row& row) { return units_text(row.system.*value); }
template <auto value>
Text system_memory(const Row& row) { return decimal(row.system.*value); }

// -- physical slots -------------------------------------------------------------------------------

Text drc_index(const Row& row) { return drc_text(row.slot->drc); }
// 0x21SSBBBB: the bus in the lower half (hmc.md 1.2).
Text bus_id(const Row& row) { return decimal(row.slot->drc.value & 0xffffU); }
std::string location(const Row& row) {
  const auto fact = row.slot->facts.find("drc_name");
  return fact == row.slot->facts.end() ? std::string() : fact->second;
}
Text drc_name(const Row& row) { return location(row); }
Text unit_location(const Row& row) {
  const std::string text = location(row);
  return text.substr(0, text.find("-P"));
}
Text physical_location(const Row& row) {
  const std::string text = location(row);
  return text.substr(text.rfind('-') + 1);
}

// -- virtual adapters -----------------------------------------------------------------------------

Text slot_num(const Row& row) { return decimal(row.adapter->slot); }
Text adapter_state(const Row& row) {
  return flag(row.values.state != PartitionState::not_activated);
}
Text trunk_priority(const Row& row) {
  const auto trunk = row.adapter->facts.find("is_trunk");
  if (trunk == row.adapter->facts.end() || trunk->second != "1") return std::nullopt;
  return "1";
}
// V10 form: five bytes of the partition, the last byte is the slot (hmc.md 1.2).
Text mac_addr(const Row& row) {
  std::uint32_t machine = 0x811c9dc5U;  // FNV-1a of the serial number: machines differ
  for (const char c : row.inventory->serial) {
    machine = (machine ^ static_cast<unsigned char>(c)) * 0x01000193U;
  }
  return fmt::format("6E{:04X}{:04X}{:02X}", machine & 0xffffU, row.partition->id.value,
                     row.adapter->slot & 0xffU);
}
Text remote_name(const Row& row) {
  const auto& facts = row.adapter->facts;
  const auto remote = facts.find("remote_lpar_id");
  for (const PartitionRecord& partition : row.inventory->partitions) {
    if (remote != facts.end() && remote->second == decimal(partition.id.value)) {
      return partition.name;
    }
  }
  const auto name = facts.find("remote_lpar_name");
  return name == facts.end() ? std::string() : name->second;
}
Text next_virtual_slot(const Row& row) {
  std::set<int> used = {0, 1};  // the two serial adapters always exist
  for (const VirtualAdapter& adapter : row.inventory->adapters) {
    if (adapter.partition == row.partition->id) used.insert(adapter.slot);
  }
  int slot = 2;
  while (used.contains(slot)) ++slot;
  if (slot >= row.partition->max_virtual_slots) return "none";
  return decimal(slot);
}

// -- tables ---------------------------------------------------------------------------------------

using Units = Range<ProcUnits>;
using Count = Range<std::int32_t>;
using Mb = Range<std::int64_t>;
using S = SystemValues;

constexpr Resolver kSys[] = {
    {"name", system_name}, {"type_model", type_model}, {"serial_num", serial_num},
    {"state", operating, true},
};
constexpr Resolver kLpar[] = {
    {"name", lpar_name}, {"lpar_id", lpar_id}, {"lpar_env", lpar_env}, {"state", state},
    {"resource_config", resource_config}, {"logical_serial_num", serial, true},
    {"default_profile", default_profile}, {"curr_profile", curr_profile},
    {"rmc_state", rmc_state}, {"rmc_osshutdown_capable", dlpar_capable},
    {"dlpar_mem_capable", dlpar_capable}, {"dlpar_proc_capable", dlpar_capable},
    {"dlpar_io_capable", dlpar_capable},
};
constexpr Resolver kProf[] = {
    {"name", profile_name}, {"lpar_name", lpar_name}, {"lpar_id", lpar_id},
    {"lpar_env", lpar_env}, {"all_resources", all_resources},
    {"min_mem", profile_memory<&Mb::min>}, {"desired_mem", profile_memory<&Mb::amount>},
    {"max_mem", profile_memory<&Mb::max>}, {"proc_mode", profile_proc_mode},
    {"min_proc_units", profile_units<&Units::min>},
    {"desired_proc_units", profile_units<&Units::amount>},
    {"max_proc_units", profile_units<&Units::max>},
    {"min_procs", profile_procs<&Count::min>}, {"desired_procs", profile_procs<&Count::amount>},
    {"max_procs", profile_procs<&Count::max>}, {"sharing_mode", profile_sharing},
    {"uncap_weight", profile_weight}, {"shared_proc_pool_id", profile_pool_id},
    {"shared_proc_pool_name", profile_pool_name, true},
    {"max_virtual_slots", max_virtual_slots, true},
};
constexpr Resolver kProcSys[] = {
    {"configurable_sys_proc_units", system_units<&S::configurable_units>},
    {"curr_avail_sys_proc_units", system_units<&S::curr_avail_units>},
    {"pend_avail_sys_proc_units", system_units<&S::pend_avail_units>},
    {"installed_sys_proc_units", system_units<&S::installed_units>},
};
constexpr Resolver kProcLpar[] = {
    {"lpar_name", lpar_name}, {"lpar_id", lpar_id},
    {"curr_shared_proc_pool_id", pool_id<kCurr>},
    {"curr_shared_proc_pool_name", pool_name<kCurr>, true},
    {"curr_proc_mode", proc_mode<kCurr>},
    {"curr_min_proc_units", units<kCurr, &Units::min>},
    {"curr_proc_units", units<kCurr, &Units::amount>},
    {"curr_max_proc_units", units<kCurr, &Units::max>},
    {"curr_min_procs", procs<kCurr, &Count::min>}, {"curr_procs", procs<kCurr, &Count::amount>},
    {"curr_max_procs", procs<kCurr, &Count::max>}, {"curr_sharing_mode", sharing_mode<kCurr>},
    {"curr_uncap_weight", uncap_weight<kCurr>},
    {"pend_shared_proc_pool_id", pool_id<kPend>},
    {"pend_shared_proc_pool_name", pool_name<kPend>, true},
    {"pend_proc_mode", proc_mode<kPend>},
    {"pend_min_proc_units", units<kPend, &Units::min>},
    {"pend_proc_units", units<kPend, &Units::amount>},
    {"pend_max_proc_units", units<kPend, &Units::max>},
    {"pend_min_procs", procs<kPend, &Count::min>}, {"pend_procs", procs<kPend, &Count::amount>},
    {"pend_max_procs", procs<kPend, &Count::max>}, {"pend_sharing_mode", sharing_mode<kPend>},
    {"pend_uncap_weight", uncap_weight<kPend>},
    {"run_proc_units", run_units}, {"run_procs", run_procs}, {"run_uncap_weight", run_weight},
};
constexpr Resolver kMemSys[] = {
    {"configurable_sys_mem", system_memory<&S::configurable_mem_mb>},
    {"curr_avail_sys_mem", system_memory<&S::curr_avail_mem_mb>},
    {"pend_avail_sys_mem", system_memory<&S::pend_avail_mem_mb>},
    {"installed_sys_mem", system_memory<&S::installed_mem_mb>},
    {"sys_firmware_mem", system_memory<&S::firmware_mem_mb>},
    {"mem_region_size", system_memory<&S::lmb_mb>},
};
constexpr Resolver kMemLpar[] = {
    {"lpar_name", lpar_name}, {"lpar_id", lpar_id},
    {"curr_min_mem", memory<kCurr, &Mb::min>}, {"curr_mem", memory<kCurr, &Mb::amount>},
    {"curr_max_mem", memory<kCurr, &Mb::max>}, {"pend_min_mem", memory<kPend, &Mb::min>},
    {"pend_mem", memory<kPend, &Mb::amount>}, {"pend_max_mem", memory<kPend, &Mb::max>},
    {"run_min_mem", run_min_mem}, {"run_mem", run_mem},
};
constexpr Resolver kIoSlot[] = {
    {"lpar_name", lpar_name}, {"lpar_id", lpar_id}, {"drc_index", drc_index},
    {"drc_name", drc_name, true}, {"bus_id", bus_id, true},
    {"unit_phys_loc", unit_location, true}, {"phys_loc", physical_location, true},
};
constexpr Resolver kVirtualSlot[] = {
    {"lpar_name", lpar_name}, {"lpar_id", lpar_id},
    {"curr_max_virtual_slots", max_virtual_slots},
    {"pend_max_virtual_slots", max_virtual_slots, true},
    {"next_avail_virtual_slot", next_virtual_slot},
};
constexpr Resolver kAdapter[] = {  // all kinds of virtual adapters
    {"lpar_name", lpar_name}, {"lpar_id", lpar_id}, {"slot_num", slot_num},
    {"state", adapter_state, true}, {"trunk_priority", trunk_priority, true},
    {"mac_addr", mac_addr, true}, {"remote_lpar_name", remote_name},
};

constexpr std::span<const Resolver> kTables[] = {
    kSys,     kLpar,   kProf,        kProcSys, kProcLpar, kMemSys, kMemLpar,
    kIoSlot,  kVirtualSlot, kAdapter, kAdapter, kAdapter,  kAdapter,
};
static_assert(std::size(kTables) == static_cast<std::size_t>(Listing::virtual_fc) + 1);

}  // namespace

const Resolver* find_resolver(Listing listing, std::string_view name) {
  const auto table = kTables[static_cast<std::size_t>(listing)];
  const auto at = std::find_if(table.begin(), table.end(),
                               [&](const Resolver& row) { return row.name == name; });
  return at == table.end() ? nullptr : &*at;
}

}  // namespace lparsim::hmc
