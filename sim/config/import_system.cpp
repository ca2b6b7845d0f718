// The system of an import: name and type, processors, memory, and the HMC's level.
#include <fmt/format.h>

#include <algorithm>

#include "hmc/inventory/text.hpp"
#include "sim/config/import_draft.hpp"

namespace lparsim::config {

using hmc::Listing;

namespace {

struct Family {
  std::string_view prefix;   // of the type-model
  const char* chip;
  std::uint32_t pvr;         // LoPAR architecture levels, 0x0f00000N from POWER6 on
  std::uint8_t threads;
};

// A machine type spans generations, so the model is part of the prefix where it has to be.
constexpr Family kFamilies[] = {
    {"9131", "POWER5", 0x003a0000, 2},      {"9117-570", "POWER5", 0x003a0000, 2},
    {"9113", "POWER5", 0x003a0000, 2},      {"9119-59", "POWER5", 0x003a0000, 2},
    {"9117-MMA", "POWER6", 0x0f000002, 2},  {"8203", "POWER6", 0x0f000002, 2},
    {"8204", "POWER6", 0x0f000002, 2},      {"9117-MMB", "POWER7", 0x0f000003, 4},
    {"9179", "POWER7", 0x0f000003, 4},      {"8231", "POWER7", 0x0f000003, 4},
    {"8233", "POWER7", 0x0f000003, 4},      {"8202", "POWER7", 0x0f000003, 4},
    {"8247", "POWER8", 0x0f000004, 8},      {"8284", "POWER8", 0x0f000004, 8},
    {"8286", "POWER8", 0x0f000004, 8},      {"8408", "POWER8", 0x0f000004, 8},
    {"8375", "POWER9", 0x0f000005, 8},      {"9008", "POWER9", 0x0f000005, 8},
    {"9009", "POWER9", 0x0f000005, 8},      {"9040", "POWER9", 0x0f000005, 8},
    {"9080-M9S", "POWER9", 0x0f000005, 8},  {"9080-HEX", "POWER10", 0x0f000006, 8},
    {"9105", "POWER10", 0x0f000006, 8},     {"9043", "POWER10", 0x0f000006, 8},
};

bool captured_anywhere(const Draft& draft, std::string_view attribute) {
  for (const Capture& capture : draft.captures) {
    for (const CapturedRow& row : capture.rows) {
      if (row.find(attribute)) return true;
    }
  }
  return false;
}

// From lshmc -V ("Release: 10"), or from attributes that a level was the first to print.
std::string hmc_level(const Draft& draft) {
  for (const Capture& capture : draft.captures) {
    for (const std::string& line : capture.lines) {
      const auto at = line.find("Release: ");
      if (capture.listing || at == std::string::npos) continue;
      const std::size_t from = at + 9;
      const auto digits = line.substr(from, line.find_first_not_of("0123456789", from) - from);
      const auto release = hmc::parse_number(digits).value_or(10);
      return release <= 7 ? "v7" : release <= 9 ? "v8" : "v10";
    }
  }
  static constexpr std::string_view kV10[] = {"vnic_adapters", "keystore_kbytes",
                                              "lpar_assignment_capable", "allowed_os_mac_addrs",
                                              "curr_hardware_mem_encryption"};
  static constexpr std::string_view kV8[] = {"vtpm_adapters", "lpar_avail_priority", "vswitch",
                                             "affinity_group_id", "curr_shared_proc_pool_name"};
  const auto any = [&](const auto& names) {
    return std::any_of(std::begin(names), std::end(names),
                       [&](std::string_view name) { return captured_anywhere(draft, name); });
  };
  return any(kV10) ? "v10" : any(kV8) ? "v8" : "v7";
}

const CapturedRow* only_row(const Draft& draft, Listing listing) {
  const Capture* capture = draft.capture(listing);
  return capture ? &capture->rows.front() : nullptr;
}

// The row if it tells how much there is; -F may have asked for something else.
const CapturedRow* amounts_row(const Draft& draft, Listing listing, std::string_view what) {
  const CapturedRow* row = only_row(draft, listing);
  const auto told = [&](const char* kind) {
    return row && row->find(fmt::format("{}{}", kind, what));
  };
  return told("installed_sys_") || told("configurable_sys_") ? row : nullptr;
}

bool is_mtms(const Draft& draft, const CapturedRow& row, const std::string& name) {
  return name == draft.text(&row, "type_model", "") + "*" + draft.text(&row, "serial_num", "");
}

// The row of the system: the one that -m names, by name or as tttt-mmm*sssssss, or the only one.
void find_row(Draft& draft, const Capture& capture) {
  const std::string& name = draft.machine.inventory.system_name;
  for (const CapturedRow& row : capture.rows) {
    const bool named = draft.text(&row, "name", "") == name || is_mtms(draft, row, name);
    if (named || capture.rows.size() == 1) draft.sys = &row;
  }
  if (!draft.sys) {
    draft.fail(capture.rows[1].where,
               fmt::format("a second system, after {}; no other capture tells with -m which of "
                           "them is meant", capture.rows[0].where));
  } else if (capture.rows.size() > 1) {
    draft.note(fmt::format("{}: only the system of {} is taken", capture.file, draft.sys->where));
  }
}

void find_system(Draft& draft) {
  std::string& name = draft.machine.inventory.system_name;
  const Capture* systems = draft.capture(Listing::sys);
  const auto same = [&](const std::string& other) {
    if (other == name || !systems) return other == name;
    for (const CapturedRow& row : systems->rows) {
      const std::string own = draft.text(&row, "name", "");
      const auto is_own = [&](const std::string& it) {
        return it == own || is_mtms(draft, row, it);
      };
      if (is_own(name) && is_own(other)) return true;
    }
    return false;
  };
  std::string first_file;
  for (const Capture& capture : draft.captures) {
    if (!capture.listing || capture.system.empty()) continue;
    if (name.empty()) {
      name = capture.system;
      first_file = capture.file;
    } else if (!same(capture.system)) {
      draft.fail(capture.file + ":1", fmt::format("the system is {}, in {}:1 it is {}",
                                                  capture.system, first_file, name));
    }
  }
  if (systems) find_row(draft, *systems);
}

// tttt-mmm-SNsssssss, tttt-mmm*sssssss and tttt-mmm-sssssss are usual names of systems.
void name_system(Draft& draft) {
  hmc::Inventory& inventory = draft.machine.inventory;
  std::string guess = inventory.system_name;
  if (guess.starts_with("Server-")) guess.erase(0, 7);
  const bool typed = guess.size() > 9 && guess[4] == '-' && (guess[8] == '-' || guess[8] == '*');
  std::string type = typed ? guess.substr(0, 8) : "9105-22A";
  std::string serial = typed ? guess.substr(9) : "0000000";
  if (serial.starts_with("SN")) serial.erase(0, 2);
  inventory.type_model = draft.text(draft.sys, "type_model", type);
  inventory.serial = draft.text(draft.sys, "serial_num", serial);
  inventory.system_name = draft.text(draft.sys, "name", inventory.system_name);
  if (!draft.sys) {
    draft.note(fmt::format("no lssyscfg -r sys: type-model {} and serial number {} are assumed",
                           inventory.type_model, inventory.serial));
  }
  if (inventory.system_name.empty()) inventory.system_name = "imported";
  draft.machine.platform.name = inventory.system_name;
  draft.machine.platform.type_model = inventory.type_model;
  draft.machine.platform.serial = inventory.serial;
}

// Without `mem --level sys`: the largest LMB up to 256 MB that divides every amount.
std::int64_t guess_lmb(const Draft& draft) {
  std::int64_t lmb_mb = 256;
  const auto divide = [&](const auto& fields) {
    for (const auto& [name, value] : fields) {
      if (!name.ends_with("_mem")) continue;
      const auto mb = hmc::parse_number(value).value_or(0);
      while (lmb_mb > 16 && mb % lmb_mb != 0) lmb_mb /= 2;
    }
  };
  for (const Capture& capture : draft.captures) {
    for (const CapturedRow& row : capture.rows) {
      divide(row.fields);
      divide(row.chosen);
    }
  }
  return lmb_mb;
}

void import_memory(Draft& draft) {
  firmware::PlatformConfig& platform = draft.machine.platform;
  const CapturedRow* row = draft.mem_sys;
  const CapturedRow* any = only_row(draft, Listing::mem_sys);
  const std::int64_t lmb_mb = draft.number(any, "mem_region_size", guess_lmb(draft));
  if (lmb_mb < 16 || lmb_mb > 65536 || (lmb_mb & (lmb_mb - 1)) != 0) {
    draft.fail(any ? any->where : "",
               fmt::format("mem_region_size={}, allowed is a power of two from 16 to 65536",
                           lmb_mb));
    return;
  }
  platform.lmb_bytes = static_cast<std::uint64_t>(lmb_mb) << 20;
  const auto mb = [&](std::string_view name, std::int64_t usual) {
    return draft.memory(row, name, usual);
  };
  const std::int64_t configurable = mb("configurable_sys_mem", mb("installed_sys_mem", 0));
  platform.configurable_lmbs = static_cast<std::uint32_t>(configurable / lmb_mb);
  platform.installed_lmbs =
      static_cast<std::uint32_t>(mb("installed_sys_mem", configurable) / lmb_mb);
  platform.firmware_lmbs = static_cast<std::uint32_t>(mb("sys_firmware_mem", 0) / lmb_mb);
  if (platform.configurable_lmbs > platform.installed_lmbs) {
    draft.fail(row->where, "more memory is configurable than installed");
  }
}

}  // namespace

firmware::ProcessorShape processor_of(std::string_view type_model, bool& known) {
  firmware::ProcessorShape shape;
  known = false;
  for (const Family& family : kFamilies) {
    if (!type_model.starts_with(family.prefix)) continue;
    shape.chip = family.chip;
    shape.pvr = family.pvr;
    shape.threads = family.threads;
    known = true;
  }
  return shape;
}

void import_system(Draft& draft) {
  find_system(draft);
  name_system(draft);
  draft.proc_sys = amounts_row(draft, Listing::proc_sys, "proc_units");
  draft.mem_sys = amounts_row(draft, Listing::mem_sys, "mem");
  hmc::Inventory& inventory = draft.machine.inventory;
  firmware::PlatformConfig& platform = draft.machine.platform;
  inventory.hmc_level = hmc_level(draft);
  bool known = true;
  platform.processor = processor_of(inventory.type_model, known);
  if (!known) draft.note(fmt::format("{}: not known, POWER10 assumed", inventory.type_model));
  const auto units = [&](std::string_view name, ProcUnits usual) {
    return draft.units(draft.proc_sys, name, usual);
  };
  platform.configurable_units =
      units("configurable_sys_proc_units", units("installed_sys_proc_units", {}));
  platform.installed_units = units("installed_sys_proc_units", platform.configurable_units);
  if (platform.configurable_units > platform.installed_units) {
    draft.fail(draft.proc_sys->where, "more processing units are configurable than installed");
  }
  import_memory(draft);
  const std::pair<Listing, const CapturedRow*> facts[] = {{Listing::sys, draft.sys},
                                                          {Listing::proc_sys,
                                                           only_row(draft, Listing::proc_sys)},
                                                          {Listing::mem_sys,
                                                           only_row(draft, Listing::mem_sys)}};
  for (const auto& [listing, row] : facts) {
    if (row) draft.add_facts(listing, *row, inventory.system_facts);
  }
}

}  // namespace lparsim::config
