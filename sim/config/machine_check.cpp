// Is the machine possible? Each contradiction is one line that names what was found and what is
// allowed.
#include <fmt/format.h>

#include <algorithm>
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
    for (std::size_t i = 0; i < platform_.resources.size(); ++i) check_resource(i);
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
    check_owner(slot.owner, "slot " + name, at);
    if (!slot.hot_plug) return;
    check_further_drc(slot.hot_plug->drc, at + "/hot_plug/drc");
    const std::uint32_t domain = slot.hot_plug->power_domain;
    if (domain != firmware::kLiveInsertion && !domains_.insert(domain).second) {
      fail(at + "/hot_plug/power_domain", fmt::format("the power domain {} is used twice", domain));
    }
  }

  void check_owner(PartitionId owner, const std::string& what, const std::string& at) {
    if (owner == kNoPartition || ids_.contains(owner)) return;
    fail(at, fmt::format("the owner of {} is partition {}, which does not exist", what,
                         owner.value));
  }

  // Processors, LMBs, PHBs and virtual slots have indexes of their own.
  void check_further_drc(DrcIndex drc, const std::string& at) {
    const std::uint32_t kind = drc.value >> 24;
    const std::string name = hmc::drc_text(drc);
    if ((kind < 0x21 || kind > 0x2f) && (kind < 0x90 || kind > 0x9f)) {
      fail(at, fmt::format("found {}, allowed are 21000000 to 2fffffff and 90000000 to 9fffffff",
                           name));
    }
    if (!drcs_.insert(drc).second) fail(at, fmt::format("the connector {} exists twice", name));
  }

  bool is_slot(DrcIndex drc) const {
    return std::any_of(platform_.slots.begin(), platform_.slots.end(),
                       [&](const auto& slot) { return slot.drc == drc; });
  }
  bool is_facility(DrcIndex drc) const {
    return std::any_of(platform_.resources.begin(), platform_.resources.end(), [&](const auto& r) {
      return r.kind == firmware::ResourceKind::facility && r.drc == drc;
    });
  }

  void check_resource(std::size_t index) {
    using firmware::ResourceKind;
    const firmware::ResourceConfig& resource = platform_.resources[index];
    const std::string at = place(places_.resources, "resources", index);
    check_further_drc(resource.drc, at + "/drc");
    check_owner(resource.owner, "resource " + hmc::drc_text(resource.drc), at);
    const std::string parent = hmc::drc_text(resource.parent);
    if (resource.kind == ResourceKind::port && !is_slot(resource.parent)) {
      fail(at + "/parent", fmt::format("found {}, allowed is the connector of a slot", parent));
    }
    if (resource.kind == ResourceKind::function && !is_facility(resource.parent)) {
      fail(at + "/parent", fmt::format("found {}, allowed is that of a facility", parent));
    }
    if (resource.kind == ResourceKind::memory_region) check_region(resource, index, at);
  }

  // Above all LMBs, on their boundaries, and apart from the regions before it.
  void check_region(const firmware::ResourceConfig& region, std::size_t index,
                    const std::string& at) {
    const std::uint64_t lmb = platform_.lmb_bytes;
    const std::uint64_t least = platform_.installed_lmbs * lmb;
    const std::uint64_t most = ~std::uint64_t{0} - region.bytes;
    if (region.address % lmb != 0 || region.bytes % lmb != 0 || region.address < least ||
        region.address > most) {
      fail(at + "/address", fmt::format("found {:x} and {} MB, allowed are whole LMBs from {:x} on",
                                        region.address, region.bytes >> 20, least));
      return;
    }
    for (std::size_t i = 0; i < index; ++i) {
      const firmware::ResourceConfig& other = platform_.resources[i];
      const bool apart = region.address >= other.address + other.bytes ||
                         other.address >= region.address + region.bytes;
      if (other.bytes != 0 && !apart) {
        fail(at + "/address", fmt::format("the memory at {:x} is also that of {}", region.address,
                                          hmc::drc_text(other.drc)));
      }
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
  std::set<std::uint32_t> domains_;
  std::optional<Error> error_;
};

}  // namespace

Result<void> validate(const Machine& machine, const MachinePlaces& places) {
  return Checker(machine, places).run();
}

}  // namespace lparsim::config
