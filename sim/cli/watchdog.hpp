// The last resort against a simulation that never ends: what goes round without end in simulated
// terms is found by the actor scheduler's bounds, always at the same point; code that never comes
// back to the scheduler is seen only from outside, by the processor time that its process uses.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "sim/base/result.hpp"
#include "sim/scenario/progress.hpp"

namespace lparsim::cli {

class Watchdog {
 public:
  // Processor time, not real time: a loaded or suspended machine is no reason to give up. Far above
  // what the scheduler's bounds allow a run, so that those speak first.
  static constexpr std::chrono::seconds kPatience{120};

  Watchdog(pid_t process, std::shared_ptr<const scenario::Progress> progress,
           std::chrono::nanoseconds patience = kPatience);

  // Whether the process used more than `patience` of processor time since `beats` last moved.
  bool stuck();
  // The one line for it: file, pointer of the step, what was found, what is allowed.
  std::string line(const std::string& file) const;

 private:
  pid_t process_;
  std::shared_ptr<const scenario::Progress> progress_;
  std::chrono::nanoseconds patience_, since_{0};
  std::uint64_t beats_ = 0;
};

}  // namespace lparsim::cli
