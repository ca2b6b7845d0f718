#include "sim/config/import_draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

constexpr std::int32_t kRoom = 4;   // an untold maximum is this many times the amount

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
  constexpr ProcUnits kMost{409'600};  // as in machine files
  const auto units = hmc::parse_units(*value);
  if (!units || *units > kMost) {
    fail(row->where, fmt::format("{}={}, allowed is a number up to 4096 with at most two decimals",
                                 name, *value));
    return otherwise;
  }
  return *units;
}

std::int32_t Draft::up_to(const CapturedRow* row, std::string_view name, std::int32_t most) {
  const std::int64_t value = number(row, name, 0);
  if (value <= most) return static_cast<std::int32_t>(value);
  fail(row->where, fmt::format("{}={}, allowed are up to {}", name, value, most));
  return 0;
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
  if (mem_sys && mem_sys->find("mem_region_size")) {
    fail(row->where, fmt::format("{}={} is no multiple of mem_region_size={} in {}", name, mb,
                                 lmb_mb, mem_sys->where));
  }
  return (mb + lmb_mb - 1) / lmb_mb * lmb_mb;
}

hmc::ResourceSetting Draft::setting(const CapturedRow* procs, const CapturedRow* memory_row,
                                    std::string_view min, std::string_view amount,
                                    std::string_view max, std::string_view other) {
  const auto named = [](std::string_view prefix, std::string_view what) {
    return fmt::format("{}{}", prefix, what);
  };
  hmc::ResourceSetting setting;
  hmc::ProcessorSetting& to = setting.processors;
  const auto word = [&](std::string_view what, const char* otherwise) {
    const std::string* value = usable(procs, named(other, what));
    return value ? *value : std::string(otherwise);
  };
  const std::string mode = word("proc_mode", "ded");
  const std::string sharing = word("sharing_mode", mode == "ded" ? "keep_idle_procs" : "cap");
  to.mode = hmc::value_of(hmc::kProcModes, mode).value_or(hmc::ProcMode::dedicated);
  to.sharing = hmc::value_of(hmc::kSharingModes, sharing)
                   .value_or(hmc::SharingMode::keep_idle_procs);
  if (procs && (!hmc::value_of(hmc::kProcModes, mode) ||
                !hmc::value_of(hmc::kSharingModes, sharing))) {
    fail(procs->where, fmt::format("proc_mode={} with sharing_mode={} is not known", mode,
                                   sharing));
  }
  // A row that tells the amount alone (-F curr_procs) leaves room below and above.
  const std::int64_t told_procs = number(procs, named(amount, "procs"), 0);
  const auto count = [&](std::string_view prefix, std::int64_t usual) {
    constexpr std::int64_t kMost = 4096;
    const std::int64_t value = number(procs, named(prefix, "procs"), usual);
    if (value > kMost) {
      fail(procs->where, fmt::format("{}procs={}, allowed are up to {}", prefix, value, kMost));
    }
    return static_cast<std::int32_t>(std::min(value, kMost));
  };
  to.procs = {count(min, std::min<std::int64_t>(told_procs, 1)), count(amount, 0),
              count(max, std::min<std::int64_t>(told_procs * kRoom, 256))};
  if (to.mode == hmc::ProcMode::shared) {
    const ProcUnits told = units(procs, named(amount, "proc_units"), {});
    to.units = {units(procs, named(min, "proc_units"), {std::min(told.hundredths, 5)}), told,
                units(procs, named(max, "proc_units"), {told.hundredths * kRoom})};
    to.uncap_weight = up_to(procs, named(other, "uncap_weight"), 255);
    to.pool_id = up_to(procs, named(other, "shared_proc_pool_id"), 63);
  }
  const std::int64_t told_mb = memory(memory_row, named(amount, "mem"), 0);
  const auto lmb_mb = static_cast<std::int64_t>(machine.platform.lmb_bytes >> 20);
  setting.memory.mb = {memory(memory_row, named(min, "mem"), std::min(told_mb, lmb_mb)), told_mb,
                       memory(memory_row, named(max, "mem"), told_mb * kRoom)};
  return setting;
}

void Draft::add_facts(Listing listing, const CapturedRow& row, hmc::Facts& facts) {
  for (const auto* told : {&row.fields, &row.chosen}) {
    for (const auto& [name, value] : *told) {
      const hmc::Resolver* resolver = hmc::find_resolver(listing, name);
      if (resolver && !resolver->fact_first) continue;
      // The usual name follows the pool; only a name of its own is a fact.
      if (name.ends_with("shared_proc_pool_name") && value == "DefaultPool") continue;
      const auto [old, added] = facts.emplace(name, value);
      if (!added && old->second != value) {
        fail(row.where, fmt::format("{}={}, another listing of the same object says {}={}", name,
                                    value, name, old->second));
      }
    }
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

namespace {

// The level's lists in quotes, less those that this machine printed bare, and those that it quoted.
std::optional<std::vector<std::string>> quoted_lists(Draft& draft, const Capture& capture) {
  std::set<std::string> quoted, bare;
  for (const CapturedRow& row : capture.rows) {
    quoted.insert(row.quoted.begin(), row.quoted.end());
    bare.insert(row.bare.begin(), row.bare.end());
  }
  const auto usual = hmc::quoted_attributes(*capture.listing);
  std::vector<std::string> names(quoted.begin(), quoted.end());
  for (const std::string& name : usual) {
    if (!quoted.contains(name) && !bare.contains(name)) names.push_back(name);
  }
  for (const std::string& name : quoted) {
    if (bare.contains(name)) {
      draft.note(fmt::format("{}: {} stands with and without quotes, printed with", capture.file,
                             name));
    }
  }
  if (std::is_permutation(names.begin(), names.end(), usual.begin(), usual.end())) {
    return std::nullopt;
  }
  return names;
}

// What the HMC cannot list for any partition it will refuse again; a refusal of what was typed
// (a filter, -F) is no property of the machine.
void add_refusal(Draft& draft, const Capture& capture) {
  if (!capture.listing || !capture.refusal.starts_with("HSCL") || !capture.complete) return;
  if (!capture.ordered || draft.capture(*capture.listing)) return;
  const std::string name(hmc::listing_name(*capture.listing));
  draft.machine.inventory.layouts[name].refusal = capture.refusal;
}

}  // namespace

void import_layouts(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    if (!capture.listing || capture.rows.empty()) {
      add_refusal(draft, capture);
      continue;
    }
    hmc::Layout layout;
    if (capture.ordered) {
      bool agrees = true;
      layout.attributes = common_order(capture.rows, agrees);
      if (!agrees) {
        draft.note(fmt::format("{}: the rows disagree on the order of attributes", capture.file));
      }
    }
    (capture.all_names ? layout.fields : layout.more) = capture.names;
    layout.quoted = quoted_lists(draft, capture);
    for (const CapturedRow& row : capture.rows) {
      layout.rows.push_back(captured_key(*capture.listing, row));
    }
    draft.machine.inventory.layouts[std::string(hmc::listing_name(*capture.listing))] =
        std::move(layout);
  }
}

}  // namespace lparsim::config
