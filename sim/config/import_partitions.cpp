// The partitions of an import: who exists, what it is called, what it has, what it runs.
#include <fmt/format.h>

#include <algorithm>

#include "hmc/inventory/levels.hpp"
#include "hmc/inventory/text.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/firmware_facts.hpp"
#include "sim/config/import_draft.hpp"
#include "sim/config/machine_words.hpp"

namespace lparsim::config {

using hmc::Listing;

namespace {

std::optional<PartitionId> partition_id(Draft& draft, const CapturedRow& row,
                                        std::string_view name = "lpar_id") {
  const std::string* value = row.find(name);
  if (!value || *value == "none" || *value == "any") return std::nullopt;
  const auto id = hmc::parse_number(*value);
  if (!id || *id < 1 || *id > 65535) {
    draft.fail(row.where, fmt::format("{}={}, allowed is 1 to 65535", name, *value));
    return std::nullopt;
  }
  return PartitionId{static_cast<std::uint16_t>(*id)};
}

// Every row that names a partition: the same id has the same name everywhere, and with a complete
// `lssyscfg -r lpar` it exists there.
void meet_partition(Draft& draft, const CapturedRow& row, PartitionId id, const std::string& name,
                    bool may_be_new) {
  hmc::PartitionRecord* known = draft.partition(id);
  if (!known && !may_be_new) {
    draft.fail(row.where, fmt::format("partition {} ({}) does not exist, see {}:1", id.value, name,
                                      draft.capture(Listing::lpar)->file));
    return;
  }
  if (known && known->name != name) {
    draft.fail(row.where, fmt::format("partition {} is called {}, {} calls it {}", id.value, name,
                                      draft.named_at[id], known->name));
    return;
  }
  if (known) return;
  for (const hmc::PartitionRecord& other : draft.machine.inventory.partitions) {
    if (other.name == name) {
      draft.fail(row.where, fmt::format("partition {} has the id {}, {} says {}", name, id.value,
                                        draft.named_at[other.id], other.id.value));
    }
  }
  hmc::PartitionRecord record;
  record.id = id;
  record.name = name;
  record.env = draft.text(&row, "lpar_env", "aixlinux");
  const auto known_env = [&](const auto& word) { return word.word == record.env; };
  if (std::none_of(kEnvWords.begin(), kEnvWords.end(), known_env)) {
    draft.fail(row.where, fmt::format("lpar_env={}, allowed is aixlinux, vioserver or os400",
                                      record.env));
  }
  draft.named_at[id] = row.where;
  draft.machine.inventory.partitions.push_back(std::move(record));
}

bool is_partition_listing(Listing listing) {
  return listing == Listing::lpar || listing == Listing::proc_lpar ||
         listing == Listing::mem_lpar || listing == Listing::virtual_slot;
}

void collect_partitions(Draft& draft) {
  const Capture* lpars = draft.capture(Listing::lpar);
  if (!lpars) draft.note("no lssyscfg -r lpar: partitions are those that other captures name");
  // The list of partitions first, then everything else that names one.
  const auto collect = [&](bool list_itself) {
    for (const Capture& capture : draft.captures) {
      if (!capture.listing || (capture.listing == Listing::lpar) != list_itself) continue;
      const bool may_be_new = list_itself || !lpars || !lpars->complete;
      for (const CapturedRow& row : capture.rows) {
        const auto id = partition_id(draft, row);
        const std::string* name = row.find(list_itself ? "name" : "lpar_name");
        if (!id) continue;
        if (name) {
          meet_partition(draft, row, *id, *name, may_be_new);
        } else if (!draft.partition(*id) && capture.listing != Listing::io_slot) {
          draft.fail(row.where, fmt::format("partition {} does not exist, see {}:1", id->value,
                                            lpars->file));
        }
        if (!is_partition_listing(*capture.listing)) continue;
        const auto [old, added] = draft.rows[*id].emplace(*capture.listing, &row);
        if (!added) {
          draft.fail(row.where, fmt::format("partition {} has a row already, {}", id->value,
                                            old->second->where));
        }
      }
    }
  };
  collect(true);
  collect(false);
  for (const CapturedRow& row : draft.unlisted) {
    const auto id = partition_id(draft, row);
    const std::string* name = row.find("lpar_name");
    if (id && name) meet_partition(draft, row, *id, *name, !lpars || !lpars->complete);
  }
  auto& partitions = draft.machine.inventory.partitions;
  std::sort(partitions.begin(), partitions.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
}

// A profile row of the partition: the current one, else the default one, else any.
const CapturedRow* profile_row(Draft& draft, const hmc::PartitionRecord& record) {
  const Capture* profiles = draft.capture(Listing::prof);
  const CapturedRow* best = nullptr;
  int best_rank = 0;
  if (!profiles) return nullptr;
  for (const CapturedRow& row : profiles->rows) {
    if (draft.text(&row, "lpar_id", "") != std::to_string(record.id.value)) continue;
    const std::string name = draft.text(&row, "name", "");
    const int rank = name == record.curr_profile ? 3 : name == record.default_profile ? 2 : 1;
    if (rank > best_rank) best = &row;
    best_rank = std::max(best_rank, rank);
  }
  return best;
}

hmc::ResourceSetting current_setting(Draft& draft, const hmc::PartitionRecord& record) {
  const CapturedRow* procs = draft.row(record.id, Listing::proc_lpar);
  const CapturedRow* memory = draft.row(record.id, Listing::mem_lpar);
  if (procs && !procs->find("curr_procs")) procs = nullptr;   // -F of something else
  if (memory && !memory->find("curr_mem")) memory = nullptr;
  const CapturedRow* profile = profile_row(draft, record);
  if (profile && (draft.number(profile, "desired_procs", 0) == 0 ||
                  draft.number(profile, "desired_mem", 0) == 0)) {
    profile = nullptr;   // all resources, or -F of something else
  }
  const auto captured = draft.setting(procs, memory, "curr_min_", "curr_", "curr_max_", "curr_");
  if ((procs && memory) || !record.resource_config) return captured;
  hmc::ResourceSetting assumed =
      draft.setting(profile, profile, "min_", "desired_", "max_", "");
  if (!profile) {
    const auto lmb_mb = static_cast<std::int64_t>(draft.machine.platform.lmb_bytes >> 20);
    const std::int64_t mb = std::max(lmb_mb, std::int64_t{1024});
    assumed.processors.procs = {1, 1, 4};
    assumed.memory.mb = {lmb_mb, mb, mb * 4};
  }
  draft.note(fmt::format("partition {}: {} assumed from {}", record.name,
                         procs ? "memory" : memory ? "processors" : "processors and memory",
                         profile ? profile->where : "nothing"));
  if (procs) assumed.processors = captured.processors;
  if (memory) assumed.memory = captured.memory;
  return assumed;
}

PartitionOs os_of(Draft& draft, const hmc::PartitionRecord& record) {
  PartitionOs os;
  const CapturedRow* row = draft.row(record.id, Listing::lpar);
  const bool runs = draft.number(draft.row(record.id, Listing::mem_lpar), "run_mem", 0) > 0 ||
                    draft.number(draft.row(record.id, Listing::proc_lpar), "run_procs", 0) > 0;
  const std::string state = draft.text(row, "state", runs ? "Running" : "Not Activated");
  const std::string version = draft.text(row, "os_version", "");
  os.kind = record.env == "aixlinux" && version.starts_with("Linux") ? PartitionOs::Kind::linux
                                                                     : PartitionOs::Kind::generic;
  os.powered_on = record.resource_config && state != "Not Activated" && state != "Error" &&
                  state != "Not Available";
  os.rmc = draft.text(row, "rmc_state", "active") == "active";
  if (state != "Running" && state != "Not Activated") {
    draft.note(fmt::format("partition {}: captured as {}, imported as {}", record.name, state,
                           os.powered_on ? "running" : "not activated"));
  }
  return os;
}

void fill_record(Draft& draft, hmc::PartitionRecord& record) {
  const CapturedRow* row = draft.row(record.id, Listing::lpar);
  record.env = draft.text(row, "lpar_env", record.env);
  const bool has_resources =
      draft.number(draft.row(record.id, Listing::mem_lpar), "curr_mem", 0) > 0 ||
      draft.number(draft.row(record.id, Listing::proc_lpar), "curr_procs", 0) > 0 ||
      (row && draft.text(row, "state", "Not Activated") == "Running");
  record.resource_config = draft.number(row, "resource_config", has_resources ? 1 : 0) != 0;
  record.default_profile = draft.text(row, "default_profile", "");
  record.curr_profile = draft.text(row, "curr_profile", "");
  for (const Capture& capture : draft.captures) {
    if (!capture.listing || !is_partition_listing(*capture.listing)) continue;
    const CapturedRow* own = draft.row(record.id, *capture.listing);
    if (!own) continue;
    draft.add_facts(*capture.listing, *own, record.facts);
    add_absent(capture, *own, record.env, record.absent);
  }
  const std::string rmc = draft.text(row, "rmc_state", "");
  if (rmc != "active" && rmc != "inactive" && !rmc.empty()) record.facts["rmc_state"] = rmc;
  const CapturedRow* slots = draft.row(record.id, Listing::virtual_slot);
  const auto profile_slots =
      draft.number(profile_row(draft, record), "max_virtual_slots", record.max_virtual_slots);
  const auto max_slots = draft.number(slots, "curr_max_virtual_slots", profile_slots);
  if (max_slots > 65535) {
    draft.fail(slots ? slots->where : draft.named_at[record.id],
               fmt::format("{} virtual slots, allowed are up to 65535", max_slots));
  }
  record.max_virtual_slots = static_cast<std::int32_t>(std::max(max_slots, std::int64_t{2}));
  if (record.facts["pend_max_virtual_slots"] == std::to_string(record.max_virtual_slots) ||
      record.facts["pend_max_virtual_slots"].empty()) {
    record.facts.erase("pend_max_virtual_slots");
  }
}

}  // namespace

void import_partitions(Draft& draft) {
  collect_partitions(draft);
  firmware::PlatformConfig& platform = draft.machine.platform;
  for (hmc::PartitionRecord& record : draft.machine.inventory.partitions) {
    fill_record(draft, record);
    firmware::PartitionConfig config;
    config.id = record.id;
    config.name = record.name;
    for (const auto& word : kEnvWords) {
      if (word.word == record.env) config.os = word.value;
    }
    config.configured = record.resource_config;
    config.performance_collection = may_collect_performance(record);
    config.max_virtual_slots = static_cast<std::uint16_t>(record.max_virtual_slots);
    models::apply_setting(current_setting(draft, record), platform.lmb_bytes, config);
    platform.partitions.push_back(std::move(config));
    draft.machine.os[record.id] = os_of(draft, record);
  }
}

void import_profiles(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    if (capture.listing != Listing::prof) continue;
    for (const CapturedRow& row : capture.rows) {
      const auto id = partition_id(draft, row);
      if (!id || !draft.partition(*id)) {
        draft.fail(row.where, "a profile without the name and id of its partition");
        continue;
      }
      hmc::Profile profile;
      profile.partition = *id;
      profile.name = draft.text(&row, "name", "");
      profile.all_resources = draft.text(&row, "all_resources", "0") == "1";
      profile.setting = draft.setting(&row, &row, "min_", "desired_", "max_", "");
      for (const auto* told : {&row.fields, &row.chosen}) {
        for (const auto& [name, value] : *told) {
          if (!hmc::is_list_attribute(name)) continue;
          auto& items = name == "io_slots" ? profile.io_slots : profile.lists[name];
          if (value != "none") items = split_items(value);
        }
      }
      draft.add_facts(Listing::prof, row, profile.facts);
      std::erase_if(profile.facts,
                    [](const auto& fact) { return hmc::is_list_attribute(fact.first); });
      add_absent(capture, row, draft.partition(*id)->env, profile.absent);
      draft.machine.inventory.profiles.push_back(std::move(profile));
    }
  }
}

void import_slots(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    if (capture.listing != Listing::io_slot) continue;
    for (const CapturedRow& row : capture.rows) {
      const auto drc = hmc::parse_drc(draft.text(&row, "drc_index", ""));
      if (!drc) {
        draft.fail(row.where, "drc_index is missing or not 8 hexadecimal digits");
        continue;
      }
      const std::string assumed = draft.text(&row, "unit_phys_loc", "U0") + "-P1-" +
                                  draft.text(&row, "phys_loc", hmc::drc_text(*drc));
      firmware::SlotConfig slot{*drc, draft.text(&row, "drc_name", assumed), kNoPartition};
      slot.owner = partition_id(draft, row).value_or(kNoPartition);
      const std::string* owner_name = row.find("lpar_name");
      for (const auto& record : draft.machine.inventory.partitions) {
        const bool named = owner_name && record.name == *owner_name;
        if (slot.owner == kNoPartition && named) slot.owner = record.id;
      }
      if (slot.owner != kNoPartition && !draft.partition(slot.owner)) {
        const Capture* lpars = draft.capture(Listing::lpar);
        draft.fail(row.where,
                   fmt::format("the owner of slot {} is partition {}, which is not in {}",
                               hmc::drc_text(*drc), slot.owner.value,
                               lpars ? lpars->file + ":1" : "any capture"));
      }
      hmc::IoSlot io_slot{*drc, {}, {}, {}};
      draft.add_facts(Listing::io_slot, row, io_slot.facts);
      io_slot.facts["drc_name"] = slot.location;
      add_absent(capture, row, "", io_slot.absent);
      draft.machine.platform.slots.push_back(std::move(slot));
      draft.machine.inventory.slots.push_back(std::move(io_slot));
    }
  }
}

}  // namespace lparsim::config
