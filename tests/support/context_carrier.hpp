// Stacks for actors without SystemC: POSIX contexts and a clock that the test moves.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "sim/base/actors.hpp"
#include "sim/base/time.hpp"

namespace lparsim::test {

class ContextCarrier final : public Carrier {
 public:
  explicit ContextCarrier(ManualClock& clock) : clock_(clock) {}

  void enter(std::size_t slot, const std::function<void()>& body) override;
  void leave(std::size_t slot) override;
  void pass_time(Duration by) override { clock_.advance(by); }

 private:
  static constexpr std::size_t kStackBytes = 256U << 10;
  struct Stack {
    std::vector<std::byte> memory = std::vector<std::byte>(kStackBytes);
    ucontext_t context{};
    const std::function<void()>* body = nullptr;  // null: idle
    void* fake = nullptr;                         // AddressSanitizer's second stack, if any
  };
  static void start(unsigned low, unsigned high);

  // AddressSanitizer must be told of each change of stacks; nothing without it.
  static void changing(void** fake, const void* bottom, std::size_t size);
  static void changed(void* fake, const void** bottom, std::size_t* size);

  ManualClock& clock_;
  ucontext_t shell_{};
  const void* shell_bottom_ = nullptr;
  std::size_t shell_size_ = 0;
  std::vector<std::unique_ptr<Stack>> stacks_;
  Stack* entering_ = nullptr;
};

// A scheduler with all that it stands on, driven by the test.
struct ActorRig {
  explicit ActorRig(Choices* with = nullptr) : actors(clock, with ? *with : normal, log, carrier) {}

  // Runs until nothing is left that would happen by itself, or until that time.
  void run(TimePoint limit = TimePoint::max());
  Duration now() const { return clock.now().time_since_epoch(); }

  ManualClock clock;
  NormalChoices normal;
  EventLog log{clock};
  ContextCarrier carrier{clock};
  ActorScheduler actors;
};

}  // namespace lparsim::test
