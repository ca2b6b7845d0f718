#include "tests/support/context_carrier.hpp"

#include <cstdint>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace lparsim::test {

void ContextCarrier::changing([[maybe_unused]] void** fake, [[maybe_unused]] const void* bottom,
                              [[maybe_unused]] std::size_t size) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(fake, bottom, size);
#endif
}

void ContextCarrier::changed([[maybe_unused]] void* fake, [[maybe_unused]] const void** bottom,
                             [[maybe_unused]] std::size_t* size) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake, bottom, size);
#endif
}

void ContextCarrier::start(unsigned low, unsigned high) {
  const auto address = (std::uint64_t{high} << 32) | low;
  auto* carrier = reinterpret_cast<ContextCarrier*>(address);
  Stack* stack = carrier->entering_;
  changed(nullptr, &carrier->shell_bottom_, &carrier->shell_size_);
  try {
    (*stack->body)();
  } catch (const ActorEnded&) {
    // the actor was ended; its stack is unwound
  }
  stack->body = nullptr;
  changing(nullptr, carrier->shell_bottom_, carrier->shell_size_);
  setcontext(&carrier->shell_);
}

void ContextCarrier::enter(std::size_t slot, const std::function<void()>& body) {
  while (stacks_.size() <= slot) stacks_.push_back(std::make_unique<Stack>());
  Stack& stack = *stacks_[slot];
  entering_ = &stack;
  if (stack.body == nullptr) {
    stack.body = &body;
    getcontext(&stack.context);
    stack.context.uc_stack.ss_sp = stack.memory.data();
    stack.context.uc_stack.ss_size = stack.memory.size();
    stack.context.uc_link = nullptr;
    const auto address = reinterpret_cast<std::uint64_t>(this);
    makecontext(&stack.context, reinterpret_cast<void (*)()>(&ContextCarrier::start), 2,
                static_cast<unsigned>(address), static_cast<unsigned>(address >> 32));
  }
  void* fake = nullptr;
  changing(&fake, stack.memory.data(), stack.memory.size());
  swapcontext(&shell_, &stack.context);
  changed(fake, nullptr, nullptr);
}

void ContextCarrier::leave(std::size_t slot) {
  Stack& stack = *stacks_[slot];
  changing(&stack.fake, shell_bottom_, shell_size_);
  swapcontext(&stack.context, &shell_);
  changed(stack.fake, &shell_bottom_, &shell_size_);
}

void ActorRig::run(TimePoint limit) {
  actors.begin_run(limit);
  for (;;) {
    actors.run_due();
    const auto next = actors.next_time();
    if (!next || *next > limit || actors.overrun()) return;
    clock.set(*next);
  }
}

}  // namespace lparsim::test
