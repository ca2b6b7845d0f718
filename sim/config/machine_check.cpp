// Is the machine possible? Each contradiction is one line that names what was found and what is
// allowed.
#include <fmt/format.h>

#include <set>

#include "hmc/inventory/text.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/machine.hpp"

namespace lparsim::config {

namespace {

using firmware::PartitionConfig;
using firmware::PlatformConfig;

class Checker {
 public:
  Checker(const Machine& machine, const MachinePlaces& places)
      : machine_(machine), platform_(machine.platform), places_(places) {}

  Result<void> run() {
    check_system();
    for (std::size_t i = 0; i < platform_.partitions.size(); ++i) check_identity(i);
    for (std::size_t i = 0; i < platform_.partitions.size(); ++i) check_partition(i);
    for (std::size_t i = 0; i < platform_.slots.size(); ++i) check_slot(i);
    check_sums();
    if (error_) return tl::make_unexpected(*error_);
    return {};
  }

 private:
  void fail(const std::string& pointer, std::string message) {
    if (error_) return;
    const std::string where = places_.file.empty() ? pointer : places_.file + ": " + pointer;
    error_ = Error{ErrorCode::bad_input, std::move(message), where};
  }
  static std::string place(const std::vector<std::string>& known, const char* kind,
                           std::size_t index) {
    return index < known.size() ? known[index] : fmt::format("/{}/{}", kind, index);
  }

  void check_system() {
    if (platform_.configurable_units > platform_.installed_units) {
      fail("/processors", fmt::format("{} units configurable, installed are {}",
                                      hmc::units_text(platform_.configurable_units),
                                      hmc::units_text(platform_.installed_units)));
    }
    if (platform_.configurable_lmbs > platform_.installed_lmbs) {
      fail("/memory", fmt::format("{} MB configurable, installed are {} MB",
                                  mb(platform_.configurable_lmbs), mb(platform_.installed_lmbs)));
    }
  }

  void check_identity(std::size_t index) {
    const PartitionConfig& config = platform_.partitions[index];
    const std::string at = place(places_.partitions, "partitions", index);
    if (!ids_.insert(config.id).second) {
      fail(at, fmt::format("the partition id {} is used twice", config.id.value));
    }
    if (config.name.empty()) fail(at, "the name is empty");
    if (!names_.insert(config.name).second) {
      fail(at, fmt::format("the partition name {} is used twice", config.name));
    }
  }

  void check_partition(std::size_t index) {
    const PartitionConfig& config = platform_.partitions[index];
    const std::string at = place(places_.partitions, "partitions", index);
    check_virtual_slots(config, at);
    if (config.configured) check_amounts(config, at);
    const auto os = machine_.os.find(config.id);
    if (os == machine_.os.end()) {
      fail(at, fmt::format("partition {} has no operating system", config.name));
    } else if (os->second.powered_on && !config.configured) {
      fail(at, fmt::format("partition {} is powered on without resources (resource_config)",
                           config.name));
    }
    check_profiles(config, at);
  }

  void check_virtual_slots(const PartitionConfig& config, const std::string& at) {
    std::set<std::uint16_t> used;
    for (const firmware::VirtualSlotConfig& slot : config.virtual_slots) {
      if (!used.insert(slot.slot).second) {
        fail(at, fmt::format("partition {}: the virtual slot {} is used twice", config.name,
                             slot.slot));
      }
      if (slot.slot >= config.max_virtual_slots) {
        fail(at, fmt::format("partition {}: found virtual slot {}, allowed are 0 to {}",
                             config.name, slot.slot, config.max_virtual_slots - 1));
      }
    }
  }

  template <class T, class Text>
  void check_order(const std::string& at, const std::string& whose, const char* what,
                   const hmc::Range<T>& range, Text&& text) {
    if (range.min <= range.amount && range.amount <= range.max) return;
    fail(at, fmt::format("{}: {} {}, allowed are {} to {}", whose, text(range.amount), what,
                         text(range.min), text(range.max)));
  }

  void check_setting(const std::string& at, const std::string& whose,
                     const hmc::ResourceSetting& setting) {
    const auto plain = [](auto value) { return std::to_string(value); };
    const hmc::ProcessorSetting& procs = setting.processors;
    check_order(at, whose, "processors", procs.procs, plain);
    check_order(at, whose, "MB of memory", setting.memory.mb, plain);
    if (procs.mode == hmc::ProcMode::shared) {
      check_order(at, whose, "processing units", procs.units, hmc::units_text);
    }
  }

  void check_amounts(const PartitionConfig& config, const std::string& at) {
    const std::string whose = "partition " + config.name;
    check_setting(at, whose, models::setting_of(config, platform_.lmb_bytes));
    if (config.procs < 1) fail(at, whose + ": found 0 processors, allowed is 1 or more");
    if (config.lmbs < 1) fail(at, whose + ": found no memory, allowed is one LMB or more");
    if (config.dedicated) return;
    // 0.05 units for each virtual processor (hmc.md 1.2), and no more than one.
    constexpr std::int32_t kLeast = 5, kMost = 100;  // hundredths
    const std::int32_t units = config.units.hundredths;
    if (units < config.procs * kLeast || units > config.procs * kMost) {
      const std::string least = hmc::units_text({config.procs * kLeast});
      fail(at, fmt::format("{}: {} processing units for {} virtual processors, allowed are {} "
                           "to {}", whose, hmc::units_text(config.units), config.procs, least,
                           hmc::units_text({config.procs * kMost})));
    }
  }

  void check_profiles(const PartitionConfig& config, const std::string& at) {
    std::set<std::string> used;
    for (const hmc::Profile& profile : machine_.inventory.profiles) {
      if (profile.partition != config.id) continue;
      const std::string whose = fmt::format("profile {} of {}", profile.name, config.name);
      if (!used.insert(profile.name).second) fail(at, whose + " exists twice");
      if (!profile.all_resources) check_setting(at, whose, profile.setting);
    }
  }

  void check_slot(std::size_t index) {
    const firmware::SlotConfig& slot = platform_.slots[index];
    const std::string at = place(places_.slots, "slots", index);
    const std::string name = hmc::drc_text(slot.drc);
    if (!drcs_.insert(slot.drc).second) fail(at, fmt::format("the slot {} exists twice", name));
    if (!locations_.insert(slot.location).second) {
      fail(at, fmt::format("the location {} is used twice", slot.location));
    }
    if (slot.owner != kNoPartition && !ids_.contains(slot.owner)) {
      fail(at, fmt::format("the owner of slot {} is partition {}, which does not exist", name,
                           slot.owner.value));
    }
  }

  void check_sums() {
    std::int64_t units = 0;  // hundredths
    std::uint64_t lmbs = platform_.firmware_lmbs;
    for (const PartitionConfig& config : platform_.partitions) {
      if (!config.configured) continue;
      units += config.dedicated ? std::int64_t{config.procs} * 100 : config.units.hundredths;
      lmbs += config.lmbs;
    }
    if (units > platform_.configurable_units.hundredths) {
      fail("/partitions", fmt::format("{}.{:02} processing units are assigned, configurable are {}",
                                      units / 100, units % 100,
                                      hmc::units_text(platform_.configurable_units)));
    }
    if (lmbs > platform_.configurable_lmbs) {
      fail("/partitions",
           fmt::format("{} MB of memory are assigned, {} MB of firmware included, "
                       "configurable are {} MB",
                       mb(lmbs), mb(platform_.firmware_lmbs), mb(platform_.configurable_lmbs)));
    }
  }

  std::uint64_t mb(std::uint64_t lmbs) const { return lmbs * (platform_.lmb_bytes >> 20); }

  const Machine& machine_;
  const PlatformConfig& platform_;
  const MachinePlaces& places_;
  std::set<PartitionId> ids_;
  std::set<std::string> names_, locations_;
  std::set<DrcIndex> drcs_;
  std::optional<Error> error_;
};

}  // namespace

Result<void> validate(const Machine& machine, const MachinePlaces& places) {
  return Checker(machine, places).run();
}

}  // namespace lparsim::config
