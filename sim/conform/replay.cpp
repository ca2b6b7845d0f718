#include "sim/conform/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>

#include "firmware/profiles/profile.hpp"
#include "sim/conform/boot.hpp"
#include "sim/conform/guest.hpp"
#include "sim/conform/plug_board.hpp"
#include "sim/conform/tree_picture.hpp"

namespace lparsim::conform {
namespace {

constexpr std::string_view kDrmgrLog = "/var/log/drmgr";

std::string read_text(kernel::GuestKernel& kernel, const std::string& path) {
  Bytes bytes;
  if (kernel.read(path, bytes) != 0) return {};
  while (!bytes.empty() && bytes.back() == '\n') bytes.pop_back();
  return {bytes.begin(), bytes.end()};
}

std::uint64_t total_memory(kernel::GuestKernel& kernel) {
  std::istringstream lines(read_text(kernel, "/proc/meminfo"));
  for (std::string word; lines >> word;) {
    std::uint64_t kib = 0;
    if (word == "MemTotal:" && lines >> kib) return kib;
  }
  return 0;
}

GuestState look_at_state(kernel::GuestKernel& kernel) {
  const std::string cpus = "/sys/devices/system/cpu/", memory = "/sys/devices/system/memory";
  GuestState out;
  out.online_cpus = read_text(kernel, cpus + "online");
  out.present_cpus = read_text(kernel, cpus + "present");
  out.memory_kib = total_memory(kernel);
  std::vector<kernel::DirectoryEntry> entries;
  kernel.list(memory, entries);
  for (const kernel::DirectoryEntry& entry : entries) {
    if (entry.type != kernel::FileType::directory) continue;
    const bool online = read_text(kernel, memory + "/" + entry.name + "/state") == "online";
    ++(online ? out.memory_blocks_online : out.memory_blocks_offline);
  }
  return out;
}

// drmgr frames its messages with lines that hold the date.
std::string without_dates(const std::string& text) {
  static const std::regex kDate("########## .* ##########");
  return std::regex_replace(text, kDate, "########## <date> ##########");
}

class Played final : public Replay {
 public:
  Played(firmware::PlatformConfig platform, const Session& session,
         const firmware::FirmwareProfile& profile, const kernel::KernelLevel& level)
      : guest_(platform, profile, level),
        board_(guest_.hypervisor(), platform, session.machine) {}

  Guest& guest() { return guest_; }

  // Modules that are not modelled are Linux's own business.
  Outcome load(const std::vector<std::string>& modules) {
    guest_.take_interrupts();
    for (const std::string& module : modules) guest_.kernel().load_module(module);
    return {};
  }

  // What the boot did is over: it was not recorded.
  void begin() {
    guest_.take_calls();
    guest_.take_log();
    tree_ = look_at_tree(guest_.kernel());
  }

  GuestState state() override { return look_at_state(guest_.kernel()); }

  Result<Happened> play(const Op& op) override {
    if (guest_.stopped()) {
      return failure(ErrorCode::unsupported, op.name, "the guest does not run any more");
    }
    Happened out;
    std::optional<Error> error;
    try {
      for (const Step& step : op.steps) {
        auto outcome = play_step(step);
        if (!outcome) {
          error = outcome.error();
          break;
        }
        out.result.steps.push_back(std::move(*outcome));
      }
      guest_.take_interrupts();
    } catch (const GuestStopped&) {
    }
    out.calls = guest_.take_calls();
    out.kernel_log = guest_.take_log();
    TreePicture now = look_at_tree(guest_.kernel());
    out.tree = difference(tree_, now);
    tree_ = std::move(now);
    if (error) return tl::make_unexpected(*error);
    auto events = board_.take_events();
    const bool pending = board_.is_pending();
    if (out.result.steps.size() == 1) {
      Outcome only = std::move(out.result.steps.front());
      out.result = std::move(only);
    }
    out.result.events = std::move(events);
    out.result.pending = pending;
    out.after = state();
    return out;
  }

 private:
  Result<Outcome> play_step(const Step& step) {
    switch (step.verb) {
      case Verb::write:
        guest_.take_interrupts();
        return guest_.write(step.target, step.text);
      case Verb::read: return guest_.read(step.target);
      case Verb::run: return run(step.target);
      case Verb::pin_lmb: guest_.pinned.insert(step.number); return Outcome{};
      case Verb::unpin_lmb: guest_.pinned.clear(); return Outcome{};
      case Verb::load_modules: return load(step.modules);
      default: return board_.plug(step);
    }
  }

  Outcome run(const std::string& command_line) {
    guest_.take_interrupts();
    const std::string log = guest_.read(std::string(kDrmgrLog)).out;
    Outcome outcome = guest_.run(command_line);
    const std::string now = guest_.read(std::string(kDrmgrLog)).out;
    if (now.size() > log.size()) outcome.drmgr_log = without_dates(now.substr(log.size()));
    outcome.out = without_dates(outcome.out);
    outcome.err = without_dates(outcome.err);
    return outcome;
  }

  Guest guest_;
  PlugBoard board_;
  TreePicture tree_;                  // after the last operation
};

}  // namespace

Result<std::unique_ptr<Replay>> Replay::start(const Session& session) {
  auto platform = platform_of(session);
  if (!platform) return tl::make_unexpected(platform.error());
  const auto* profile = firmware::find_profile(session.machine.firmware_profile);
  if (profile == nullptr) {
    return bad_input(session.file + ": /machine/firmware_profile",
                     "found " + session.machine.firmware_profile + ", no such profile is shipped");
  }
  kernel::KernelLevel level = *kernel::find_level("6.1");
  level.config.lparcfg = false;              // how the recorded kernel was configured
  auto replay = std::make_unique<Played>(std::move(*platform), session, *profile, level);
  const auto booted = replay->guest().boot(
      [&](ByteView offered) { return boot_tree(session, offered); });
  if (!booted) return tl::make_unexpected(booted.error());
  replay->load(session.machine.guest_modules);
  replay->begin();
  return Result<std::unique_ptr<Replay>>(std::move(replay));
}

}  // namespace lparsim::conform
