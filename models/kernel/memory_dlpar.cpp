#include "models/kernel/memory_dlpar.hpp"

#include <cerrno>

#include "models/kernel/lmb_table.hpp"

namespace lparsim::kernel {

LmbRange indexed_range(Kernel& kernel, const DlparRequest& request) {
  auto& lmbs = kernel.state.lmbs;
  const Lmb* start = find_lmb(kernel, request.index);
  if (start == nullptr) return {-EINVAL};
  const auto first = static_cast<std::size_t>(start - lmbs.data());
  if (kernel.has(Switch::indexed_count_sign) && request.count >= 0x80000000U) {
    return {0, first, first};
  }
  if (request.count > lmbs.size() - first) return {-EINVAL};
  const std::size_t last = first + request.count;
  for (std::size_t i = first; i < last; ++i) {
    if ((lmbs[i].flags & kLmbReserved) != 0) return {-EINVAL};
  }
  return {0, first, last};
}

int dlpar_memory(Kernel& kernel, const DlparRequest& request) {
  const LockGuard guard(kernel, kHotplugLock);
  if (request.id_type == IdType::name) return -EINVAL;
  // Without the defect the memory for the new property is there before anything is done.
  if (!kernel.has(Switch::rewrite_failure_keeps_lmbs) &&
      kernel.host.allocation_fails("kernel.lmb_property")) {
    return -ENOMEM;
  }
  const int result = request.action == Action::add ? memory_add(kernel, request)
                                                   : memory_remove(kernel, request);
  if (result == 0) return write_lmb_table(kernel);
  if (!kernel.has(Switch::undo_leaves_property_stale)) write_lmb_table(kernel);
  return result;
}

}  // namespace lparsim::kernel
