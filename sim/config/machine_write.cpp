#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hmc/inventory/text.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/json_text.hpp"
#include "sim/config/machine.hpp"
#include "sim/config/machine_adapter.hpp"
#include "sim/config/machine_connectors.hpp"
#include "sim/config/machine_words.hpp"

namespace lparsim::config {

using nlohmann::ordered_json;

namespace {

ordered_json facts_json(const hmc::Facts& facts) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, value] : facts) object[name] = value;
  return object;
}

ordered_json shown_json(const hmc::ShownValues& shown) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, value] : shown) {
    object[name] = ordered_json::object();
    if (value.text) object[name]["text"] = *value.text;
    if (value.instead) object[name]["instead"] = *value.instead;
  }
  return object;
}

template <class T>
void add_if_any(ordered_json& to, const char* key, const T& values) {
  if (!values.empty()) to[key] = values;
}

double units_number(ProcUnits units) { return units.hundredths / 100.0; }

ordered_json processors_json(const hmc::ProcessorSetting& setting) {
  const bool shared = setting.mode == hmc::ProcMode::shared;
  ordered_json object;
  object["mode"] = spelled(kProcModeWords, setting.mode);
  object["sharing_mode"] = shared ? spelled(kSharedWords, setting.sharing)
                                  : spelled(kDedicatedWords, setting.sharing);
  if (shared) {
    object["units"] = {units_number(setting.units.min), units_number(setting.units.amount),
                       units_number(setting.units.max)};
  }
  object["procs"] = {setting.procs.min, setting.procs.amount, setting.procs.max};
  if (shared) {
    object["uncap_weight"] = setting.uncap_weight;
    object["pool_id"] = setting.pool_id;
  }
  return object;
}

void add_setting(ordered_json& to, const hmc::ResourceSetting& setting) {
  to["processors"] = processors_json(setting.processors);
  const auto& mb = setting.memory.mb;
  to["memory_mb"] = {mb.min, mb.amount, mb.max};
}

ordered_json system_processors(const firmware::PlatformConfig& platform) {
  const firmware::ProcessorShape& shape = platform.processor;
  ordered_json object;
  object["installed_units"] = units_number(platform.installed_units);
  object["configurable_units"] = units_number(platform.configurable_units);
  object["chip"] = shape.chip;
  object["pvr"] = fmt::format("{:08x}", shape.pvr);
  object["threads"] = shape.threads;
  object["clock_hz"] = shape.clock_hz;
  object["timebase_hz"] = shape.timebase_hz;
  object["cores_per_chip"] = platform.cores_per_chip;
  return object;
}

ordered_json system_memory(const firmware::PlatformConfig& platform) {
  const std::uint64_t lmb_mb = platform.lmb_bytes >> 20;
  ordered_json object;
  object["lmb_mb"] = lmb_mb;
  object["installed_mb"] = platform.installed_lmbs * lmb_mb;
  object["configurable_mb"] = platform.configurable_lmbs * lmb_mb;
  object["firmware_mb"] = platform.firmware_lmbs * lmb_mb;
  return object;
}

ordered_json slot_json(const firmware::SlotConfig& slot, const hmc::Inventory& inventory) {
  ordered_json object;
  object["drc"] = hmc::drc_text(slot.drc);
  object["location"] = slot.location;
  if (slot.owner != kNoPartition) object["owner"] = slot.owner.value;
  add_adapter(object, slot.adapter);
  if (slot.hot_plug) object["hot_plug"] = hot_plug_json(*slot.hot_plug);
  for (const hmc::IoSlot& io_slot : inventory.slots) {
    if (io_slot.drc != slot.drc) continue;
    hmc::Facts facts = io_slot.facts;
    const auto name = facts.find("drc_name");
    if (name != facts.end() && name->second == slot.location) facts.erase(name);
    add_if_any(object, "facts", facts_json(facts));
    add_if_any(object, "absent", io_slot.absent);
    add_if_any(object, "shown", shown_json(io_slot.shown));
  }
  return object;
}

ordered_json profile_json(const hmc::Profile& profile) {
  ordered_json object;
  object["name"] = profile.name;
  if (profile.all_resources) object["all_resources"] = true;
  add_setting(object, profile.setting);
  add_if_any(object, "io_slots", profile.io_slots);
  ordered_json lists = ordered_json::object();
  for (const auto& [name, items] : profile.lists) lists[name] = items;
  add_if_any(object, "lists", lists);
  add_if_any(object, "facts", facts_json(profile.facts));
  add_if_any(object, "absent", profile.absent);
  add_if_any(object, "shown", shown_json(profile.shown));
  return object;
}

ordered_json adapter_json(const hmc::VirtualAdapter& adapter) {
  ordered_json object;
  object["kind"] = adapter.kind;
  object["slot"] = adapter.slot;
  add_if_any(object, "facts", facts_json(adapter.facts));
  add_if_any(object, "absent", adapter.absent);
  add_if_any(object, "shown", shown_json(adapter.shown));
  return object;
}

ordered_json layout_json(const hmc::Layout& layout) {
  ordered_json object;
  object["attributes"] = layout.attributes;
  object["rows"] = layout.rows;
  add_if_any(object, "refusal", layout.refusal);
  add_if_any(object, "fields", layout.fields);
  add_if_any(object, "more", layout.more);
  if (layout.quoted) object["quoted"] = *layout.quoted;
  return object;
}

ordered_json os_json(const PartitionOs& os) {
  ordered_json object;
  object["kind"] = spelled(kOsWords, os.kind);
  if (os.kind == PartitionOs::Kind::linux) {
    object["kernel"] = os.kernel;
    object["userland"] = os.userland;
  }
  object["powered_on"] = os.powered_on;
  object["rmc"] = os.rmc;
  return object;
}

ordered_json partition_json(const Machine& machine, const hmc::PartitionRecord& record) {
  ordered_json object;
  object["lpar_id"] = record.id.value;
  object["name"] = record.name;
  object["env"] = record.env;
  if (const auto os = machine.os.find(record.id); os != machine.os.end()) {
    object["os"] = os_json(os->second);
  }
  object["resource_config"] = record.resource_config;
  for (const firmware::PartitionConfig& config : machine.platform.partitions) {
    if (config.id == record.id) {
      add_setting(object, models::setting_of(config, machine.platform.lmb_bytes));
    }
  }
  object["max_virtual_slots"] = record.max_virtual_slots;
  object["default_profile"] = record.default_profile;
  object["curr_profile"] = record.curr_profile;
  add_if_any(object, "facts", facts_json(record.facts));
  add_if_any(object, "absent", record.absent);
  add_if_any(object, "shown", shown_json(record.shown));
  ordered_json adapters = ordered_json::array(), profiles = ordered_json::array();
  for (const hmc::VirtualAdapter& adapter : machine.inventory.adapters) {
    if (adapter.partition == record.id) adapters.push_back(adapter_json(adapter));
  }
  for (const hmc::Profile& profile : machine.inventory.profiles) {
    if (profile.partition == record.id) profiles.push_back(profile_json(profile));
  }
  add_if_any(object, "virtual_adapters", adapters);
  add_if_any(object, "profiles", profiles);
  return object;
}

}  // namespace

std::string machine_text(const Machine& machine) {
  const hmc::Inventory& inventory = machine.inventory;
  ordered_json root;
  root["kind"] = "machine";
  root["version"] = 1;
  root["name"] = inventory.system_name;
  root["type_model"] = inventory.type_model;
  root["serial"] = inventory.serial;
  root["hmc_level"] = inventory.hmc_level;
  root["firmware_profile"] = machine.firmware_profile;
  root["processors"] = system_processors(machine.platform);
  root["memory"] = system_memory(machine.platform);
  add_if_any(root, "facts", facts_json(inventory.system_facts));
  add_if_any(root, "shown", shown_json(inventory.system_shown));
  root["slots"] = ordered_json::array();
  for (const auto& slot : machine.platform.slots) {
    root["slots"].push_back(slot_json(slot, inventory));
  }
  for (const auto& resource : machine.platform.resources) {
    root["resources"].push_back(resource_json(resource));
  }
  root["partitions"] = ordered_json::array();
  for (const auto& record : inventory.partitions) {
    root["partitions"].push_back(partition_json(machine, record));
  }
  for (const auto& [name, layout] : inventory.layouts) {
    root["layouts"][name] = layout_json(layout);
  }
  return json_text(root);
}

Result<void> write_machine(const Machine& machine, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  out << machine_text(machine);
  out.close();
  if (!out) return failure(ErrorCode::io, path, "the file cannot be written");
  return {};
}

}  // namespace lparsim::config
