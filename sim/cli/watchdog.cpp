#include "sim/cli/watchdog.hpp"

#include <fmt/format.h>

#include <utility>

#include "sim/base/processes.hpp"

namespace lparsim::cli {

using scenario::Progress;

Watchdog::Watchdog(pid_t process, std::shared_ptr<const Progress> progress,
                   std::chrono::nanoseconds patience)
    : process_(process), progress_(std::move(progress)), patience_(patience) {}

bool Watchdog::stuck() {
  const auto now = processor_time(process_);
  if (const auto beats = progress_->beats.load(); beats != beats_) {
    beats_ = beats;
    since_ = now;
  }
  return now - since_ > patience_;
}

std::string Watchdog::line(const std::string& file) const {
  const auto step = progress_->step.load();
  const auto place = step == Progress::kBoot ? "/machine: the boot of the machine"
                                             : fmt::format("/steps/{}", step);
  return fmt::format(
      "{}: {}: it does not end: simulated time stood still for more than {} s of processor time, "
      "which is as long as is allowed",
      file, place, std::chrono::duration<double>(patience_).count());
}

}  // namespace lparsim::cli
