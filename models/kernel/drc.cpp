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

}  // namespace

int acquire_drc(Kernel& kernel, std::uint32_t index) {
  if (const int error = expect_sense(kernel, index, kUnusable)) return error;
  if (const int error = set_indicator(kernel, kAllocationState, index, kAllocUsable)) return error;
  const int error = set_indicator(kernel, kIsolationState, index, kUnisolate);
  if (error != 0) set_indicator(kernel, kAllocationState, index, kAllocUnusable);
  return error;
}

int release_drc(Kernel& kernel, std::uint32_t index) {
  if (const int error = expect_sense(kernel, index, kPresent)) return error;
  if (const int error = set_indicator(kernel, kIsolationState, index, kIsolate)) return error;
  const int error = set_indicator(kernel, kAllocationState, index, kAllocUnusable);
  if (error == 0) return 0;
  set_indicator(kernel, kIsolationState, index, kUnisolate);
  // It is still in use: what isolate undid is done again.
  if (!kernel.has(Switch::release_undo_unconfigured)) {
    free_nodes(kernel, configure_connector(kernel, index));
  }
  return error;
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
