#include "sim/config/import_draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hmc/inventory/levels.hpp"
#include "hmc/inventory/resolvers.hpp"
#include "hmc/inventory/text.hpp"

namespace lparsim::config {

using hmc::Listing;

namespace {

const std::string* usable(const CapturedRow* row, std::string_view name) {
  const std::string* value = row ? row->find(name) : nullptr;
  return value && *value != "null" && *value != "unavailable" ? value : nullptr;
}

// Attributes that come and go with the state of their object: never a lasting absence.
bool is_conditional(std::string_view name) {
  static constexpr std::string_view kNames[] = {"lpar_name", "trunk_priority", "uncap_weight",
                                                "wwpns"};
  return name.ends_with("_proc_units") || name.ends_with("_uncap_weight") ||
         name.find("shared_proc_pool_") != std::string_view::npos ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

void Draft::fail(const std::string& where, std::string message) {
  if (!error) error = Error{ErrorCode::bad_input, std::move(message), where};
}

const Capture* Draft::capture(Listing listing) const {
  for (const Capture& one : captures) {
    if (one.listing == listing && !one.rows.empty()) return &one;
  }
  return nullptr;
}

const CapturedRow* Draft::row(PartitionId partition, Listing listing) const {
  const auto found = rows.find(partition);
  if (found == rows.end()) return nullptr;
  const auto row = found->second.find(listing);
  return row == found->second.end() ? nullptr : row->second;
}

hmc::PartitionRecord* Draft::partition(PartitionId id) {
  for (hmc::PartitionRecord& record : machine.inventory.partitions) {
    if (record.id == id) return &record;
  }
  return nullptr;
}

std::int64_t Draft::number(const CapturedRow* row, std::string_view name,
                           std::int64_t otherwise) {
  constexpr std::int64_t kMost = std::int64_t{1} << 30;  // MB of a PiB; fits every field
  const std::string* value = usable(row, name);
  if (!value) return otherwise;
  const auto number = hmc::parse_number(*value);
  if (!number || *number > kMost) {
    fail(row->where, fmt::format("{}={}, allowed is a whole number up to {}", name, *value, kMost));
    return otherwise;
  }
  return *number;
}

ProcUnits Draft::units(const CapturedRow* row, std::string_view name, ProcUnits otherwise) {
  const std::string* value = usable(row, name);
  if (!value) return otherwise;
  const auto units = hmc::parse_units(*value);
  if (!units) {
    fail(row->where, fmt::format("{}={}, allowed is a number with at most two decimals", name,
                                 *value));
  }
  return units.value_or(otherwise);
}

std::string Draft::text(const CapturedRow* row, std::string_view name,
                        std::string otherwise) const {
  const std::string* value = row ? row->find(name) : nullptr;
  return value ? *value : std::move(otherwise);
}

std::int64_t Draft::memory(const CapturedRow* row, std::string_view name,
                           std::int64_t otherwise) {
  const auto lmb_mb = static_cast<std::int64_t>(machine.platform.lmb_bytes >> 20);
  const std::int64_t mb = number(row, name, otherwise);
  if (mb % lmb_mb == 0) return mb;
  if (mem_sys) {
    fail(row->where, fmt::format("{}={} is no multiple of mem_region_size={} in {}", name, mb,
                                 lmb_mb, mem_sys->where));
  }
  return mb / lmb_mb * lmb_mb;
}

hmc::ResourceSetting Draft::setting(const CapturedRow* procs, const CapturedRow* memory_row,
                                    std::string_view min, std::string_view amount,
                                    std::string_view max, std::string_view other) {
  const auto named = [](std::string_view prefix, std::string_view what) {
    return fmt::format("{}{}", prefix, what);
  };
  hmc::ResourceSetting setting;
  hmc::ProcessorSetting& to = setting.processors;
  const std::string mode = text(procs, named(other, "proc_mode"), "ded");
  const std::string sharing = text(procs, named(other, "sharing_mode"),
                                   mode == "ded" ? "keep_idle_procs" : "cap");
  to.mode = hmc::value_of(hmc::kProcModes, mode).value_or(hmc::ProcMode::dedicated);
  to.sharing = hmc::value_of(hmc::kSharingModes, sharing)
                   .value_or(hmc::SharingMode::keep_idle_procs);
  if (procs && (!hmc::value_of(hmc::kProcModes, mode) ||
                !hmc::value_of(hmc::kSharingModes, sharing))) {
    fail(procs->where, fmt::format("proc_mode={} with sharing_mode={} is not known", mode,
                                   sharing));
  }
  const auto count = [&](std::string_view prefix) {
    constexpr std::int64_t kMost = 4096;
    const std::int64_t value = number(procs, named(prefix, "procs"), 0);
    if (value > kMost) {
      fail(procs->where, fmt::format("{}procs={}, allowed are up to {}", prefix, value, kMost));
    }
    return static_cast<std::int32_t>(std::min(value, kMost));
  };
  to.procs = {count(min), count(amount), count(max)};
  if (to.mode == hmc::ProcMode::shared) {
    const auto part = [&](std::string_view prefix) {
      return units(procs, named(prefix, "proc_units"), {});
    };
    to.units = {part(min), part(amount), part(max)};
    to.uncap_weight =
        static_cast<std::int32_t>(number(procs, named(other, "uncap_weight"), 0));
    to.pool_id =
        static_cast<std::int32_t>(number(procs, named(other, "shared_proc_pool_id"), 0));
  }
  const auto mb = [&](std::string_view prefix) {
    return memory(memory_row, named(prefix, "mem"), 0);
  };
  setting.memory.mb = {mb(min), mb(amount), mb(max)};
  return setting;
}

void add_facts(Listing listing, const CapturedRow& row, hmc::Facts& facts) {
  for (const auto& [name, value] : row.fields) {
    const hmc::Resolver* resolver = hmc::find_resolver(listing, name);
    if (resolver && !resolver->fact_first) continue;
    // The usual name follows the pool; only a name of its own is a fact.
    if (name.ends_with("shared_proc_pool_name") && value == "DefaultPool") continue;
    facts[name] = value;
  }
}

void add_absent(const Capture& capture, const CapturedRow& row, std::string_view env,
                hmc::Absent& absent) {
  if (!capture.ordered) return;
  const Listing listing = *capture.listing;
  bool agrees = true;
  for (const std::string& name : common_order(capture.rows, agrees)) {
    if (row.find(name) || is_conditional(name)) continue;
    bool printed = hmc::find_resolver(listing, name) ||
                   (listing == Listing::prof && hmc::is_list_attribute(name));
    for (const hmc::LevelAttribute& known : hmc::level_attributes(listing)) {
      printed = printed || (known.name == name && known.fallback &&
                            (known.envs & hmc::env_bit(env)));
    }
    if (printed) absent.push_back(name);
  }
}

void import_layouts(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    if (!capture.listing || !capture.ordered || capture.rows.empty()) continue;
    const Listing listing = *capture.listing;
    bool agrees = true;
    hmc::Layout layout{common_order(capture.rows, agrees), {}};
    if (!agrees) {
      draft.note(fmt::format("{}: the rows disagree on the order of attributes", capture.file));
    }
    for (const CapturedRow& row : capture.rows) {
      const std::string id = draft.text(&row, "lpar_id", "");
      switch (listing) {
        case Listing::sys:
        case Listing::proc_sys:
        case Listing::mem_sys: layout.rows.emplace_back(); break;
        case Listing::prof: layout.rows.push_back(id + "/" + draft.text(&row, "name", "")); break;
        case Listing::io_slot: layout.rows.push_back(draft.text(&row, "drc_index", "")); break;
        case Listing::lpar:
        case Listing::proc_lpar:
        case Listing::mem_lpar:
        case Listing::virtual_slot: layout.rows.push_back(id); break;
        default: layout.rows.push_back(id + "/" + draft.text(&row, "slot_num", ""));
      }
    }
    draft.machine.inventory.layouts[std::string(hmc::listing_name(listing))] = std::move(layout);
  }
}

}  // namespace lparsim::config
