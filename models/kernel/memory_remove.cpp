// Memory remove: first all LMBs go offline, then their DRCs are released; a shortfall brings the
// removed ones back.
#include <fmt/format.h>

#include <cerrno>
#include <map>

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

// Associativity index that each marked LMB had: position in the table -> index.
using Former = std::map<std::size_t, std::uint32_t>;

int remove_marked(Kernel& kernel, std::size_t i, Former& former) {
  Lmb& lmb = kernel.state.lmbs[i];
  const std::uint32_t index = lmb.associativity_index;
  const int error = remove_lmb(kernel, lmb);
  if (error != 0) return error;
  lmb.marked = true;
  former[i] = index;
  return 0;
}

// Back to the state before remove_lmb while the DRC is still ours. Kernels ask firmware for the
// connector once more, which it may refuse (kernel.md 11, 8).
int bring_back(Kernel& kernel, Lmb& lmb, std::uint32_t associativity_index) {
  const bool asks = kernel.has(Switch::add_helper_releases) ||
                    kernel.has(Switch::undo_leaves_drc_owned);
  if (asks) return add_lmb(kernel, lmb);
  const int error =
      undo_step(kernel, [&] { return restore_lmb(kernel, lmb, associativity_index); });
  const bool lost = error != 0 && !kernel.has(Switch::undo_not_repeated);
  if (lost) give_back_drc(kernel, lmb.drc_index);   // nobody uses it any more
  return error;
}

void undo(Kernel& kernel, const Former& former, bool hint) {
  for (const auto& [i, associativity] : former) {
    Lmb& lmb = kernel.state.lmbs[i];
    if (hint) unisolate_hint(kernel, lmb.drc_index);
    if (bring_back(kernel, lmb, associativity) != 0) {
      say(kernel, kLogError, "Failed to add LMB back, drc index {:x}", lmb.drc_index);
    }
    lmb.marked = false;
  }
}

// A DRC was not taken back: what was released is acquired and added again, the rest restored.
void undo_release(Kernel& kernel, const Former& former, std::size_t failed_at) {
  for (const auto& [i, associativity] : former) {
    Lmb& lmb = kernel.state.lmbs[i];
    const bool released = i < failed_at;
    const int error =
        released ? acquire_and_add(kernel, lmb) : bring_back(kernel, lmb, associativity);
    if (error != 0) {
      say(kernel, kLogError, "Failed to add LMB back, drc index {:x}", lmb.drc_index);
    }
    lmb.marked = false;
  }
}

// What the kernel says of each LMB depends on the request (recorded sessions).
enum class Told : std::uint8_t { nothing, address, address_and_drc };

void tell_removed(Kernel& kernel, const Lmb& lmb, Told told) {
  if (told == Told::address) say(kernel, kLogInfo, "Memory at {:x} was hot-removed", lmb.address);
  if (told != Told::address_and_drc) return;
  say(kernel, kLogInfo, "Memory at {:x} (drc index {:x}) was hot-removed", lmb.address,
      lmb.drc_index);
}

int release_all(Kernel& kernel, const Former& former, Told told) {
  for (const auto& [i, associativity] : former) {
    Lmb& lmb = kernel.state.lmbs[i];
    const int error = release_drc(kernel, lmb.drc_index);
    if (error != 0 && !kernel.has(Switch::release_result_ignored)) {
      undo_release(kernel, former, i);
      return error;
    }
    lmb.marked = false;
    tell_removed(kernel, lmb, told);
  }
  return 0;
}

int failed(const Kernel& kernel, int error) {
  return kernel.has(Switch::coarse_errno) ? -EINVAL : error;
}

int remove_by_count(Kernel& kernel, std::uint32_t wanted) {
  say(kernel, kLogInfo, "Attempting to hot-remove {} LMB(s)", wanted);
  if (wanted == 0) return -EINVAL;
  auto& lmbs = kernel.state.lmbs;
  std::uint32_t available = 0;
  for (const Lmb& lmb : lmbs) available += lmb_removable(kernel, lmb) ? 1 : 0;
  if (available < wanted) {
    say(kernel, kLogInfo, "Not enough LMBs available ({} of {}) to satisfy request", available,
        wanted);
    return -EINVAL;
  }
  Former former;
  int last_error = -EINVAL;
  for (std::size_t i = 0; i < lmbs.size() && former.size() < wanted; ++i) {
    const int error = remove_marked(kernel, i, former);
    if (error != 0 && lmb_removable(kernel, lmbs[i])) last_error = error;
  }
  if (former.size() == wanted) return release_all(kernel, former, Told::address);
  say(kernel, kLogError, "Memory hot-remove failed, adding LMB's back");
  undo(kernel, former, false);
  return failed(kernel, last_error);
}

int remove_by_index(Kernel& kernel, std::uint32_t index) {
  const Lmb* lmb = find_lmb(kernel, index);
  if (lmb == nullptr) return -EINVAL;
  Former former;
  const auto at = static_cast<std::size_t>(lmb - kernel.state.lmbs.data());
  if (const int error = remove_marked(kernel, at, former)) return error;
  return release_all(kernel, former, Told::nothing);
}

int remove_indexed(Kernel& kernel, const DlparRequest& request) {
  say(kernel, kLogInfo, "Attempting to hot-remove {} LMB(s) at {:x}", request.count,
      request.index);
  const LmbRange range = indexed_range(kernel, request);
  if (range.error != 0) return range.error;
  Former former;
  int error = 0;
  for (std::size_t i = range.first; i < range.last && error == 0; ++i) {
    if ((kernel.state.lmbs[i].flags & kLmbAssigned) == 0) continue;
    error = remove_marked(kernel, i, former);
  }
  if (error == 0) return release_all(kernel, former, Told::address_and_drc);
  say(kernel, kLogError, "Memory indexed-count-remove failed, adding any removed LMBs");
  undo(kernel, former, true);
  return failed(kernel, error);
}

}  // namespace

int memory_remove(Kernel& kernel, const DlparRequest& request) {
  if (!kernel.level.config.memory_hotremove) return -EOPNOTSUPP;
  switch (request.id_type) {
    case IdType::count: return remove_by_count(kernel, request.count);
    case IdType::index: return remove_by_index(kernel, request.index);
    case IdType::indexed_count: return remove_indexed(kernel, request);
    case IdType::name: break;
  }
  return -EINVAL;
}

}  // namespace lparsim::kernel
