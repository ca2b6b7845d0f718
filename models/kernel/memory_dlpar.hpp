// Memory DLPAR: count, index and indexed-count, each with its undo (kernel.md 3).
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] Takes kHotplugLock. 0, a negative errno, or a bare -1 under coarse_errno.
int dlpar_memory(Kernel& kernel, const DlparRequest& request);

// The request without lock and property rewrite; add and remove are in files of their own.
int memory_add(Kernel& kernel, const DlparRequest& request);
int memory_remove(Kernel& kernel, const DlparRequest& request);

// [first, last) of the table for an indexed count. Error: unknown index or past the end. Under
// indexed_count_sign a count of 2^31 or more is an empty range.
struct LmbRange {
  int error = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};
LmbRange indexed_range(Kernel& kernel, const DlparRequest& request);

}  // namespace lparsim::kernel
