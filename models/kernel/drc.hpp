// DRC primitives (kernel.md "DRC primitives"; LoPAR 13.7.3) and ibm,configure-connector (13.5.3.5).
// Results are 0 or a negative errno; under coarse_errno a wrong entity sense is a bare -1.
#pragma once

#include <cstdint>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] Entity sense must be "unusable"; then allocation := usable, isolation := unisolate.
int acquire_drc(Kernel& kernel, std::uint32_t index);
// [blocks] Entity sense must be "present"; then isolation := isolate, allocation := unusable.
int release_drc(Kernel& kernel, std::uint32_t index);
// A step of an undo, `step()` being 0 or a negative errno: there is nobody to tell that it failed,
// and a DRC left half way is lost, so a failure is met by another try.
template <class Step>
int undo_step(Kernel& kernel, Step step) {
  const int error = step();
  return error == 0 || kernel.has(Switch::undo_not_repeated) ? error : step();
}

// [blocks] release_drc as a step of an undo.
int give_back_drc(Kernel& kernel, std::uint32_t index);
// [blocks] Tells the hypervisor that a removal failed: unisolate what is present. No result.
void unisolate_hint(Kernel& kernel, std::uint32_t index);

// [blocks] The nodes behind a DRC, built but not attached: the first and its siblings. Empty: it
// failed; what had been built is freed again.
std::vector<NodeId> configure_connector(Kernel& kernel, std::uint32_t index);
void free_nodes(Kernel& kernel, const std::vector<NodeId>& nodes);

}  // namespace lparsim::kernel
