#include "sim/cli/watchdog.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <new>
#include <utility>

namespace lparsim::cli {

using scenario::Progress;

Result<std::shared_ptr<Progress>> shared_progress() {
  void* memory = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return failure(ErrorCode::io, "mmap", std::strerror(errno));
  return std::shared_ptr<Progress>(new (memory) Progress,
                                   [](Progress* it) { ::munmap(it, sizeof(Progress)); });
}

Watchdog::Watchdog(pid_t process, std::shared_ptr<const Progress> progress,
                   std::chrono::nanoseconds patience)
    : process_(process), progress_(std::move(progress)), patience_(patience) {}

std::chrono::nanoseconds Watchdog::used() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool Watchdog::stuck() {
  const auto now = used();
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
