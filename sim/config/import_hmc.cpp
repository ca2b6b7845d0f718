#include "sim/config/import_hmc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "hmc/inventory/text.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/import_draft.hpp"

namespace lparsim::config {

using hmc::Listing;

namespace {

// Adds up what the partitions have; the first that goes beyond `available` is an error that names
// its line and the line of the system.
void check_sum(Draft& draft, Listing listing, const CapturedRow* system, std::int64_t available,
               std::string_view what, std::int64_t (*amount)(const firmware::PartitionConfig&)) {
  std::int64_t sum = 0;
  for (const firmware::PartitionConfig& config : draft.machine.platform.partitions) {
    if (config.configured) sum += amount(config);
    if (sum <= available || !system) continue;
    const CapturedRow* row = draft.row(config.id, listing);
    draft.fail(row ? row->where : draft.named_at[config.id],
               fmt::format("with partition {} more {} are assigned than {} has", config.name, what,
                           system->where));
    return;
  }
}

std::int64_t units_of(const firmware::PartitionConfig& config) {
  return config.dedicated ? std::int64_t{config.procs} * 100 : config.units.hundredths;
}
std::int64_t lmbs_of(const firmware::PartitionConfig& config) { return config.lmbs; }

// Systems without `--level sys` captures: twice what is assigned, and 8 cores and 16 GiB at least.
void assume_system(Draft& draft) {
  firmware::PlatformConfig& platform = draft.machine.platform;
  constexpr std::int32_t kLeastCores = 8;
  constexpr std::uint64_t kLeastBytes = std::uint64_t{16} << 30;
  std::int64_t units = 0, lmbs = 0;
  for (const firmware::PartitionConfig& config : platform.partitions) {
    if (config.configured) units += units_of(config);
    if (config.configured) lmbs += lmbs_of(config);
  }
  if (!draft.proc_sys) {
    const auto cores = static_cast<std::int32_t>((units * 2 + 99) / 100);
    platform.installed_units = whole_processors(std::max(cores, kLeastCores));
    platform.configurable_units = platform.installed_units;
    draft.note(fmt::format("no lshwres -r proc --level sys: {} processors assumed",
                           hmc::units_text(platform.installed_units)));
  }
  if (!draft.mem_sys) {
    const auto least = static_cast<std::int64_t>(kLeastBytes / platform.lmb_bytes);
    platform.installed_lmbs = static_cast<std::uint32_t>(std::max(lmbs * 2, least));
    platform.configurable_lmbs = platform.installed_lmbs;
    draft.note(fmt::format("no lshwres -r mem --level sys: {} LMBs of {} MB assumed",
                           platform.installed_lmbs, platform.lmb_bytes >> 20));
  }
}

void note_skipped(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    if (!capture.listing) {
      draft.note(fmt::format("{}: skipped, nothing is taken from \"{}\"", capture.file,
                             capture.command));
    } else if (!capture.refusal.empty()) {
      draft.note(fmt::format("{}: the HMC refused: {}", capture.file, capture.refusal));
    }
  }
}

Result<ImportReport> finish(Draft& draft) {
  if (draft.error) return tl::make_unexpected(*draft.error);
  MachinePlaces places;
  places.file = draft.machine.inventory.system_name;
  for (const firmware::PartitionConfig& config : draft.machine.platform.partitions) {
    const CapturedRow* row = draft.row(config.id, Listing::proc_lpar);
    places.partitions.push_back(row ? row->where : draft.named_at[config.id]);
  }
  if (auto sense = validate(draft.machine, places); !sense) {
    return tl::make_unexpected(sense.error());
  }
  // What is written will be read: a machine that no file can hold is refused here.
  if (const auto read = parse_machine(machine_text(draft.machine), places.file); !read) {
    return tl::make_unexpected(read.error());
  }
  return ImportReport{std::move(draft.machine), std::move(draft.notes)};
}

}  // namespace

namespace {

template <class T, class Text>
void check_range(Draft& draft, const CapturedRow* row, std::string_view what,
                 const hmc::Range<T>& range, Text&& text) {
  if (!row || (range.min <= range.amount && range.amount <= range.max)) return;
  draft.fail(row->where,
             fmt::format("curr_{0}={1}, allowed are curr_min_{0}={2} to curr_max_{0}={3}", what,
                         text(range.amount), text(range.min), text(range.max)));
}

void check_ranges(Draft& draft) {
  const auto plain = [](auto value) { return std::to_string(value); };
  for (const firmware::PartitionConfig& config : draft.machine.platform.partitions) {
    if (!config.configured) continue;
    const auto setting = models::setting_of(config, draft.machine.platform.lmb_bytes);
    const CapturedRow* procs = draft.row(config.id, Listing::proc_lpar);
    check_range(draft, draft.row(config.id, Listing::mem_lpar), "mem", setting.memory.mb, plain);
    check_range(draft, procs, "procs", setting.processors.procs, plain);
    if (config.dedicated) continue;
    check_range(draft, procs, "proc_units", setting.processors.units, hmc::units_text);
  }
}

// What is free by the system's listing and by those of its partitions. Resources of a partition
// without resource_config may count or not; shared pools hold some back, so those are left alone.
struct Balance {
  Listing system, partitions;
  std::string_view avail, amount, pool;
};
constexpr Balance kBalances[] = {
    {Listing::mem_sys, Listing::mem_lpar, "curr_avail_sys_mem", "curr_mem", "mem_mode"},
    {Listing::proc_sys, Listing::proc_lpar, "curr_avail_sys_proc_units", "curr_procs",
     "curr_shared_proc_pool_id"},
};

bool holds_back(const std::string* pool) { return pool && *pool != "ded" && *pool != "0"; }

// Every partition with its row, and none in a pool of its own.
bool is_whole(const Draft& draft, const Balance& balance) {
  for (const hmc::PartitionRecord& record : draft.machine.inventory.partitions) {
    const CapturedRow* row = draft.row(record.id, balance.partitions);
    if (!row || !row->find(balance.amount) || holds_back(row->find(balance.pool))) return false;
  }
  return !draft.machine.inventory.partitions.empty();
}

using AmountOf = std::int64_t (*)(const firmware::PartitionConfig&);

template <class Text>
void check_balance(Draft& draft, const Balance& balance, const CapturedRow* system,
                   std::int64_t configurable, AmountOf amount, Text&& text) {
  const std::string* avail = system ? system->find(balance.avail) : nullptr;
  const Capture* rows = draft.capture(balance.partitions);
  if (!avail || !rows || !rows->complete || !is_whole(draft, balance)) return;
  std::int64_t left = configurable, unassigned = 0;
  for (const firmware::PartitionConfig& config : draft.machine.platform.partitions) {
    (config.configured ? left : unassigned) -= amount(config);
  }
  const bool agrees = *avail == text(left) || *avail == text(left + unassigned);
  if (agrees || *avail == "unavailable" || *avail == "null") return;
  draft.fail(system->where, fmt::format("{}={}, but {} and the rows after it leave {}",
                                        balance.avail, *avail, rows->rows.front().where,
                                        text(left)));
}

}  // namespace

void check_import(Draft& draft) {
  const firmware::PlatformConfig& platform = draft.machine.platform;
  check_ranges(draft);
  check_sum(draft, Listing::proc_lpar, draft.proc_sys, platform.configurable_units.hundredths,
            "processing units", units_of);
  check_sum(draft, Listing::mem_lpar, draft.mem_sys,
            std::int64_t{platform.configurable_lmbs} - platform.firmware_lmbs, "memory blocks",
            lmbs_of);
  const auto mb = [&](std::int64_t lmbs) {
    return std::to_string(lmbs * static_cast<std::int64_t>(platform.lmb_bytes >> 20));
  };
  const auto units = [](std::int64_t hundredths) {
    return hmc::units_text({static_cast<std::int32_t>(hundredths)});
  };
  check_balance(draft, kBalances[0], draft.mem_sys,
                std::int64_t{platform.configurable_lmbs} - platform.firmware_lmbs, lmbs_of, mb);
  check_balance(draft, kBalances[1], draft.proc_sys, platform.configurable_units.hundredths,
                units_of, units);
}

Result<ImportReport> import_hmc_texts(
    const std::vector<std::pair<std::string, std::string>>& files) {
  Draft draft;
  for (const auto& [name, text] : files) {
    auto capture = parse_capture(text, name);
    if (!capture) return tl::make_unexpected(capture.error());
    if (*capture) draft.captures.push_back(std::move(**capture));
    else draft.note(fmt::format("{}: skipped, it does not begin with \"$ \"", name));
  }
  note_skipped(draft);
  merge_captures(draft);
  import_system(draft);
  import_partitions(draft);
  const auto tells = [](const Capture& capture) {
    return !capture.rows.empty() || (capture.listing && !capture.system.empty());
  };
  if (std::none_of(draft.captures.begin(), draft.captures.end(), tells)) {
    draft.fail("", "no capture names a system or a partition");
  }
  import_profiles(draft);
  import_slots(draft);
  import_adapters(draft);
  import_layouts(draft);
  assume_system(draft);
  check_import(draft);
  if (!draft.error) import_shown(draft);
  return finish(draft);
}

Result<ImportReport> import_hmc(const std::string& directory) {
  std::error_code failed;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  if (failed) return failure(ErrorCode::not_found, directory, "the directory cannot be read");
  std::sort(paths.begin(), paths.end());
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& path : paths) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return failure(ErrorCode::io, path, "the file cannot be read");
    files.emplace_back(path, text.str());
  }
  return import_hmc_texts(files);
}

}  // namespace lparsim::config
