#include "hmc/inventory/levels.hpp"

#include <algorithm>

namespace lparsim::hmc {

namespace {

using Row = LevelAttribute;

// The system's capabilities are a machine's facts; only what every system has is listed here.
constexpr Row kSys[] = {
    {"name"}, {"type_model"}, {"serial_num"}, {"ipaddr", kAll, "169.254.2.147"}, {"state"},
    {"detailed_state", kAll, "None"}, {"power_off_policy", kAll, "0"}, {"max_lpars", kAll, "1000"},
    {"max_power_ctrl_lpars", kAll, "1"}, {"service_lpar_id", kAll, "none"},
    {"service_lpar_name", kAll, "none"}, {"curr_sys_keylock", kAll, "norm"},
    {"pend_sys_keylock", kAll, "norm"}, {"curr_power_on_side", kAll, "temp"},
    {"pend_power_on_side", kAll, "temp"}, {"power_on_type", kAll, "power on"},
    {"lpar_proc_compat_modes", kOnlyF, "default"}, {"sys_time", kOnlyF},
};

constexpr Row kLpar[] = {
    {"name"}, {"lpar_id"}, {"lpar_env"}, {"state"}, {"resource_config"},
    {"os_version", kAll, "Unknown"}, {"logical_serial_num"}, {"default_profile"},
    {"curr_profile"}, {"work_group_id", kAll, "none"}, {"shared_proc_pool_util_auth", kAll, "0"},
    {"allow_perf_collection", kAll, "0"}, {"power_ctrl_lpar_ids", kAll, "none"},
    {"boot_mode", kAll, "norm", kClients}, {"ipl_source", kAll, nullptr, kOs400},
    {"lpar_keylock", kAll, "norm"}, {"auto_start", kAll, "0"},
    {"redundant_err_path_reporting", kAll, "0"}, {"rmc_state"}, {"rmc_ipaddr", kAll, ""},
    {"time_ref", kV8Up, "0"}, {"lpar_avail_priority", kV8Up, "127"},
    {"desired_lpar_proc_compat_mode", kV8Up, "default"},
    {"curr_lpar_proc_compat_mode", kV8Up, "default"}, {"suspend_capable", kV8, "0"},
    {"remote_restart_capable", kV8, "0"}, {"simplified_remote_restart_capable", kV8Up, "0"},
    {"remote_restart_status", kV8, "null"}, {"sync_curr_profile", kAll, "0"},
    {"affinity_group_id", kV8Up, "none"}, {"vtpm_enabled", kV8Up, "0"},
    {"powervm_mgmt_capable", kV10, "0"}, {"pend_secure_boot", kV10, "0"},
    {"curr_secure_boot", kV10, "0"}, {"keystore_kbytes", kV10, "0"},
    {"virtual_serial_num", kV10, "none"}, {"msp", kV8Up, "0", kVios},
    {"rmc_osshutdown_capable", kOnlyF}, {"dlpar_mem_capable", kOnlyF},
    {"dlpar_proc_capable", kOnlyF}, {"dlpar_io_capable", kOnlyF}, {"uuid", kOnlyF},
    {"description", kOnlyF, ""}, {"migration_disabled", kOnlyF, "0"},
};

constexpr Row kProf[] = {
    {"name"}, {"lpar_name"}, {"lpar_id"}, {"lpar_env"}, {"all_resources"}, {"min_mem"},
    {"desired_mem"}, {"max_mem"}, {"min_num_huge_pages", kAll, "0", kAixLinux},
    {"desired_num_huge_pages", kAll, "0", kAixLinux},
    {"max_num_huge_pages", kAll, "0", kAixLinux}, {"mem_mode", kAll, "ded"},
    {"mem_expansion", kV8Up, "0.0"}, {"hpt_ratio", kAll, "1:128"}, {"ppt_ratio", kV10, "1:4096"},
    {"proc_mode"}, {"min_proc_units"}, {"desired_proc_units"}, {"max_proc_units"}, {"min_procs"},
    {"desired_procs"}, {"max_procs"}, {"sharing_mode"}, {"uncap_weight"},
    {"shared_proc_pool_id", kV8Up}, {"shared_proc_pool_name", kV8Up},
    {"affinity_group_id", kV8Up, "none"}, {"io_slots"}, {"lpar_io_pool_ids"},
    {"max_virtual_slots"}, {"virtual_serial_adapters"}, {"virtual_scsi_adapters"},
    {"virtual_eth_adapters"}, {"virtual_eth_vsi_profiles", kV8Up}, {"virtual_fc_adapters", kV8Up},
    {"vnic_adapters", kV10}, {"vtpm_adapters", kV8Up}, {"hca_adapters", kV7},
    {"boot_mode", kAll, "norm"}, {"conn_monitoring", kAll, "1"}, {"auto_start", kAll, "0"},
    {"power_ctrl_lpar_ids", kAll, "none"}, {"work_group_id", kAll, "none"},
    {"redundant_err_path_reporting", kAll, "0"},
    {"virtual_vasi_adapters", kV8Up, "none", kVios},
    {"lpar_proc_compat_mode", kV8Up, "default"},
    {"electronic_err_reporting", kV8Up, "null", kClients},
    {"sriov_eth_logical_ports", kV8Up}, {"sriov_roce_logical_ports", kV10},
};

constexpr Row kProcSys[] = {
    {"configurable_sys_proc_units"}, {"curr_avail_sys_proc_units"}, {"pend_avail_sys_proc_units"},
    {"installed_sys_proc_units"}, {"deconfig_sys_proc_units", kAll, "0"},
    {"min_proc_units_per_virtual_proc", kAll, "0.05"}, {"max_virtual_procs_per_lpar", kAll, "256"},
    {"max_procs_per_lpar", kAll, "256"},
    {"max_curr_virtual_procs_per_aixlinux_lpar", kAll, "256"},
    {"max_curr_virtual_procs_per_vios_lpar", kAll, "256"},
    {"max_curr_virtual_procs_per_os400_lpar", kAll, "256"},
    {"max_curr_procs_per_aixlinux_lpar", kAll, "256"},
    {"max_curr_procs_per_vios_lpar", kAll, "256"},
    {"max_curr_procs_per_os400_lpar", kAll, "256"}, {"max_shared_proc_pools", kAll, "64"},
};

constexpr Row kProcLpar[] = {
    {"lpar_name"}, {"lpar_id"}, {"curr_shared_proc_pool_id"},
    {"curr_shared_proc_pool_name", kV8Up}, {"curr_proc_mode"}, {"curr_min_proc_units"},
    {"curr_proc_units"}, {"curr_max_proc_units"}, {"curr_min_procs"}, {"curr_procs"},
    {"curr_max_procs"}, {"curr_sharing_mode"}, {"curr_uncap_weight"},
    {"pend_shared_proc_pool_id"}, {"pend_shared_proc_pool_name", kV8Up}, {"pend_proc_mode"},
    {"pend_min_proc_units"}, {"pend_proc_units"}, {"pend_max_proc_units"}, {"pend_min_procs"},
    {"pend_procs"}, {"pend_max_procs"}, {"pend_sharing_mode"}, {"pend_uncap_weight"},
    {"run_proc_units"}, {"run_procs"}, {"run_uncap_weight"},
};

constexpr Row kMemSys[] = {
    {"configurable_sys_mem"}, {"curr_avail_sys_mem"}, {"pend_avail_sys_mem"},
    {"installed_sys_mem"}, {"deconfig_sys_mem", kAll, "0"}, {"sys_firmware_mem"},
    {"mem_region_size"}, {"configurable_num_sys_huge_pages", kAll, "0"},
    {"curr_avail_num_sys_huge_pages", kAll, "0"}, {"pend_avail_num_sys_huge_pages", kAll, "0"},
    {"max_num_sys_huge_pages", kAll, "0"}, {"requested_num_sys_huge_pages", kAll, "0"},
    {"huge_page_size", kAll, "16384"}, {"max_mem_pools", kAll, "0"},
    {"default_hpt_ratios", kAll, "1:128"},
    {"possible_hpt_ratios", kAll, "1:32,1:64,1:128,1:256,1:512"},
};

// The order from mem_mode on is the recommendation of hmc.md 1.2; V10 captures give only the set.
constexpr Row kMemLpar[] = {
    {"lpar_name"}, {"lpar_id"}, {"curr_min_mem"}, {"curr_mem"}, {"curr_max_mem"},
    {"pend_min_mem"}, {"pend_mem"}, {"pend_max_mem"}, {"run_min_mem"}, {"run_mem"},
    {"curr_min_num_huge_pages", kAll, "0", kAixLinux},
    {"curr_num_huge_pages", kAll, "0", kAixLinux},
    {"curr_max_num_huge_pages", kAll, "0", kAixLinux},
    {"pend_min_num_huge_pages", kAll, "0", kAixLinux},
    {"pend_num_huge_pages", kAll, "0", kAixLinux},
    {"pend_max_num_huge_pages", kAll, "0", kAixLinux},
    {"run_num_huge_pages", kAll, "0", kAixLinux}, {"mem_mode", kAll, "ded"},
    {"curr_mem_expansion", kV10, "0.0"}, {"pend_mem_expansion", kV10, "0.0"},
    {"desired_hardware_mem_encryption", kV10, "0"}, {"curr_hardware_mem_encryption", kV10, "0"},
    {"curr_hardware_mem_expansion", kV10, "0"}, {"desired_hardware_mem_expansion", kV10, "0"},
    {"curr_hpt_ratio", kAll, "1:128"}, {"curr_ppt_ratio", kV10, "1:4096"},
};

// The fallbacks are those of an empty slot (hmc.md 1.2).
constexpr Row kIoSlot[] = {
    {"unit_phys_loc"}, {"bus_id"}, {"phys_loc"}, {"drc_index"}, {"lpar_name"}, {"lpar_id"},
    {"slot_io_pool_id", kAll, "none"}, {"description", kAll, "Empty slot"},
    {"feature_codes", kAll, "0"}, {"pci_vendor_id", kAll, "FFFF"}, {"pci_device_id", kAll, "FFFF"},
    {"pci_subs_vendor_id", kAll, "FFFF"}, {"pci_subs_device_id", kAll, "FFFF"},
    {"pci_class", kAll, "FFFF"}, {"pci_revision_id", kAll, "FF"}, {"bus_grouping", kAll, "0"},
    {"iop", kAll, "0"}, {"parent_slot_drc_index", kAll, "none"}, {"drc_name"},
    {"interposer_present", kAll, "0"}, {"interposer_pcie", kAll, "0"},
    {"lpar_assignment_capable", kV10, "1"}, {"dynamic_lpar_assignment_capable", kV10, "1"},
};

constexpr Row kVirtualSlot[] = {
    {"lpar_name"}, {"lpar_id"}, {"curr_max_virtual_slots"}, {"pend_max_virtual_slots"},
    {"next_avail_virtual_slot"},
};

constexpr Row kVirtualEth[] = {
    {"lpar_name"}, {"lpar_id"}, {"slot_num"}, {"state"}, {"is_required", kAll, "0"},
    {"is_trunk", kAll, "0"}, {"trunk_priority"}, {"ieee_virtual_eth", kAll, "0"},
    {"port_vlan_id", kAll, "1"}, {"vswitch", kV8Up, "ETHERNET0"}, {"addl_vlan_ids", kAll, ""},
    {"mac_addr"}, {"allowed_os_mac_addrs", kV8Up, "all"}, {"qos_priority", kV8Up, "none"},
};

constexpr Row kVirtualScsi[] = {
    {"lpar_name"}, {"lpar_id"}, {"slot_num"}, {"state"}, {"is_required", kAll, "0"},
    {"adapter_type", kAll, "client"}, {"remote_lpar_id", kAll, "any"},
    {"remote_lpar_name", kAll, ""}, {"remote_slot_num", kAll, "any"},
};

constexpr Row kVirtualSerial[] = {
    {"lpar_name"}, {"lpar_id"}, {"slot_num"}, {"state"}, {"is_required", kAll, "1"},
    {"connect_status", kAll, "unavailable"}, {"adapter_type", kAll, "server"},
    {"supports_hmc", kAll, "1"}, {"remote_lpar_id", kAll, "any"}, {"remote_lpar_name", kAll, ""},
    {"remote_slot_num", kAll, "any"},
};

constexpr Row kVirtualFc[] = {
    {"lpar_name"}, {"lpar_id"}, {"slot_num"}, {"adapter_type", kAll, "client"}, {"state"},
    {"is_required", kAll, "0"}, {"remote_lpar_id", kAll, "any"}, {"remote_lpar_name", kAll, ""},
    {"remote_slot_num", kAll, "any"}, {"wwpns"},
};

struct ListingInfo {
  Listing listing;
  std::string_view name;
  std::span<const LevelAttribute> attributes;
};

constexpr ListingInfo kListings[] = {
    {Listing::sys, "sys", kSys},
    {Listing::lpar, "lpar", kLpar},
    {Listing::prof, "prof", kProf},
    {Listing::proc_sys, "proc_sys", kProcSys},
    {Listing::proc_lpar, "proc_lpar", kProcLpar},
    {Listing::mem_sys, "mem_sys", kMemSys},
    {Listing::mem_lpar, "mem_lpar", kMemLpar},
    {Listing::io_slot, "io_slot", kIoSlot},
    {Listing::virtual_slot, "virtual_slot", kVirtualSlot},
    {Listing::virtual_eth, "virtual_eth", kVirtualEth},
    {Listing::virtual_scsi, "virtual_scsi", kVirtualScsi},
    {Listing::virtual_serial, "virtual_serial", kVirtualSerial},
    {Listing::virtual_fc, "virtual_fc", kVirtualFc},
};

// The table is indexed by the enumeration; this proves that they agree.
constexpr bool in_order() {
  std::size_t at = 0;
  for (const ListingInfo& row : kListings) {
    if (static_cast<std::size_t>(row.listing) != at++) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const LevelAttribute> level_attributes(Listing listing) {
  return kListings[static_cast<std::size_t>(listing)].attributes;
}

std::string_view listing_name(Listing listing) {
  return kListings[static_cast<std::size_t>(listing)].name;
}

bool is_list_attribute(std::string_view name) {
  static constexpr std::string_view kLists[] = {
      "io_slots", "lpar_io_pool_ids", "virtual_serial_adapters", "virtual_scsi_adapters",
      "virtual_eth_adapters", "virtual_eth_vsi_profiles", "virtual_fc_adapters", "vnic_adapters",
      "vtpm_adapters", "hca_adapters", "virtual_vasi_adapters", "sriov_eth_logical_ports",
      "sriov_roce_logical_ports", "sni_device_ids"};
  return std::find(std::begin(kLists), std::end(kLists), name) != std::end(kLists);
}

std::vector<std::string> quoted_attributes(Listing listing) {
  if (listing == Listing::virtual_eth) return {"addl_vlan_ids"};
  if (listing == Listing::virtual_fc) return {"wwpns"};
  return {};
}

std::uint8_t level_bit(std::string_view hmc_level) {
  if (hmc_level == "v7") return kV7;
  if (hmc_level == "v8") return kV8;
  return kV10;
}

std::uint8_t env_bit(std::string_view lpar_env) {
  if (lpar_env == "vioserver") return kVios;
  if (lpar_env == "os400") return kOs400;
  return kAixLinux;
}

}  // namespace lparsim::hmc
