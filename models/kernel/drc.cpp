#include "models/kernel/drc.hpp"

#include <array>
#include <cerrno>

#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

enum Sense : std::uint32_t { kPresent = 1, kUnusable = 2 };
enum Isolation : std::uint32_t { kIsolate = 0, kUnisolate = 1 };
enum Allocation : std::uint32_t { kAllocUnusable = 0, kAllocUsable = 1 };

// One try: a busy status counts as an error here (kernel.md: "any error or other value").
int expect_sense(Kernel& kernel, std::uint32_t index, std::uint32_t wanted) {
  std::array<std::uint32_t, 1> state{};
  std::int32_t status = rtas_call(kernel, "get-sensor-state", {kEntitySense, index}, state);
  if (kernel.has(Switch::coarse_errno)) return status == 0 && state[0] == wanted ? 0 : -1;
  while (rtas_busy_delay(kernel, status)) {
    status = rtas_call(kernel, "get-sensor-state", {kEntitySense, index}, state);
  }
  if (status != 0) return rtas_error(kernel, status);
  return state[0] == wanted ? 0 : -EBUSY;
}

void undo_indicator(Kernel& kernel, std::uint32_t type, std::uint32_t index, std::uint32_t value) {
  undo_step(kernel, [&] { return set_indicator(kernel, type, index, value); });
}

// It is still in use: what isolate undid is done again.
void configure_again(Kernel& kernel, std::uint32_t index) {
  undo_step(kernel, [&] {
    const auto nodes = configure_connector(kernel, index);
    free_nodes(kernel, nodes);
    return nodes.empty() ? -EIO : 0;
  });
}

}  // namespace

int acquire_drc(Kernel& kernel, std::uint32_t index) {
  if (const int error = expect_sense(kernel, index, kUnusable)) return error;
  if (const int error = set_indicator(kernel, kAllocationState, index, kAllocUsable)) return error;
  const int error = set_indicator(kernel, kIsolationState, index, kUnisolate);
  if (error != 0) undo_indicator(kernel, kAllocationState, index, kAllocUnusable);
  return error;
}

int release_drc(Kernel& kernel, std::uint32_t index) {
  if (const int error = expect_sense(kernel, index, kPresent)) return error;
  if (const int error = set_indicator(kernel, kIsolationState, index, kIsolate)) return error;
  const int error = set_indicator(kernel, kAllocationState, index, kAllocUnusable);
  if (error == 0) return 0;
  undo_indicator(kernel, kIsolationState, index, kUnisolate);
  if (!kernel.has(Switch::release_undo_unconfigured)) configure_again(kernel, index);
  return error;
}

int give_back_drc(Kernel& kernel, std::uint32_t index) {
  const int error = release_drc(kernel, index);
  const bool not_present = error == -EBUSY;
  if (error == 0 || not_present || kernel.has(Switch::undo_not_repeated)) return error;
  // Some firmware (QEMU's) isolates only what is configured: what broke off is done to its end.
  if (error == -EINVAL) configure_again(kernel, index);
  return release_drc(kernel, index);
}

void unisolate_hint(Kernel& kernel, std::uint32_t index) {
  if (kernel.has(Switch::no_unisolate_hint)) return;
  std::array<std::uint32_t, 1> state{};
  const auto status = rtas_call(kernel, "get-sensor-state", {kEntitySense, index}, state);
  if (status == 0 && state[0] == kPresent) {
    set_indicator(kernel, kIsolationState, index, kUnisolate);
  }
}

}  // namespace lparsim::kernel
