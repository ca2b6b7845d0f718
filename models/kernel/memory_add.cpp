// Memory add: LMBs are acquired and added one by one; a shortfall takes all of them back.
#include <fmt/format.h>

#include <cerrno>

#include "models/kernel/drc.hpp"
#include "models/kernel/lmb_table.hpp"
#include "models/kernel/memory.hpp"
#include "models/kernel/memory_dlpar.hpp"

namespace lparsim::kernel {
namespace {

template <class... Args>
void say(Kernel& kernel, int level, fmt::format_string<Args...> text, Args&&... args) {
  kernel.log(level, "pseries-hotplug-mem: " + fmt::format(text, std::forward<Args>(args)...));
}

bool assigned(const Lmb& lmb) { return (lmb.flags & kLmbAssigned) != 0; }
bool reserved(const Lmb& lmb) { return (lmb.flags & kLmbReserved) != 0; }

void report_added(Kernel& kernel, const Lmb& lmb) {
  say(kernel, kLogInfo, "Memory at {:x} (drc index {:x}) was hot-added", lmb.address,
      lmb.drc_index);
}

// The marked ones of the range: reported when all is well, else taken back.
int finish(Kernel& kernel, std::size_t first, std::size_t last, int error) {
  for (std::size_t i = first; i < last; ++i) {
    Lmb& lmb = kernel.state.lmbs[i];
    if (!lmb.marked) continue;
    lmb.marked = false;
    if (error == 0) {
      report_added(kernel, lmb);
    } else if (remove_lmb(kernel, lmb) != 0) {
      say(kernel, kLogError, "Failed to remove LMB, drc index {:x}", lmb.drc_index);
    } else {
      give_back_drc(kernel, lmb.drc_index);
    }
  }
  if (error == 0) return 0;
  return kernel.has(Switch::coarse_errno) ? -EINVAL : error;
}

int add_by_count(Kernel& kernel, std::uint32_t wanted) {
  say(kernel, kLogInfo, "Attempting to hot-add {} LMB(s)", wanted);
  if (wanted == 0) return -EINVAL;
  auto& lmbs = kernel.state.lmbs;
  std::uint32_t available = 0;
  for (const Lmb& lmb : lmbs) available += !reserved(lmb) && !assigned(lmb) ? 1 : 0;
  if (available < wanted) return -EINVAL;

  std::uint32_t added = 0;
  int last_error = -EINVAL;
  for (Lmb& lmb : lmbs) {
    if (added == wanted) break;
    if (assigned(lmb)) continue;
    if (reserved(lmb) && !kernel.has(Switch::add_count_takes_reserved)) continue;
    if (const int error = acquire_and_add(kernel, lmb)) {
      last_error = error;
      continue;
    }
    lmb.marked = true;
    ++added;
  }
  if (added == wanted) return finish(kernel, 0, lmbs.size(), 0);
  say(kernel, kLogError, "Memory hot-add failed, removing any added LMBs");
  return finish(kernel, 0, lmbs.size(), last_error);
}

int add_by_index(Kernel& kernel, std::uint32_t index) {
  say(kernel, kLogInfo, "Attempting to hot-add LMB, drc index {:x}", index);
  Lmb* lmb = find_lmb(kernel, index);
  const int error = lmb == nullptr ? -EINVAL : acquire_and_add(kernel, *lmb);
  if (error == 0) {
    report_added(kernel, *lmb);
  } else {
    say(kernel, kLogInfo, "Failed to hot-add memory, drc index {:x}", index);
  }
  return error;
}

int add_indexed(Kernel& kernel, const DlparRequest& request) {
  say(kernel, kLogInfo, "Attempting to hot-add {} LMB(s) at index {:x}", request.count,
      request.index);
  const LmbRange range = indexed_range(kernel, request);
  if (range.error != 0) return range.error;
  int error = 0;
  for (std::size_t i = range.first; i < range.last && error == 0; ++i) {
    Lmb& lmb = kernel.state.lmbs[i];
    if (assigned(lmb)) continue;
    error = acquire_and_add(kernel, lmb);
    lmb.marked = error == 0;
  }
  if (error != 0) {
    say(kernel, kLogError, "Memory indexed-count-add failed, removing any added LMBs");
  }
  return finish(kernel, range.first, range.last, error);
}

}  // namespace

int acquire_and_add(Kernel& kernel, Lmb& lmb) {
  if (const int error = acquire_drc(kernel, lmb.drc_index)) return error;
  const int error = add_lmb(kernel, lmb);
  if (error != 0) give_back_drc(kernel, lmb.drc_index);
  return error;
}

int memory_add(Kernel& kernel, const DlparRequest& request) {
  switch (request.id_type) {
    case IdType::count: return add_by_count(kernel, request.count);
    case IdType::index: return add_by_index(kernel, request.index);
    case IdType::indexed_count: return add_indexed(kernel, request);
    case IdType::name: break;
  }
  return -EINVAL;
}

}  // namespace lparsim::kernel
