// What processes that are forked from one another share and tell of themselves.
#pragma once

#include <sys/mman.h>
#include <sys/types.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#include "sim/base/result.hpp"

namespace lparsim {

// A T in memory that every process forked later shares with this one. ErrorCode::io when there is
// none. T holds no memory of its own: its destructor is never run.
template <class T>
Result<std::shared_ptr<T>> shared_with_children() {
  static_assert(std::is_trivially_destructible_v<T>);
  void* memory =
      ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return failure(ErrorCode::io, "mmap", std::strerror(errno));
  return std::shared_ptr<T>(new (memory) T, [](T* it) { ::munmap(it, sizeof(T)); });
}

// Used by the process so far; 0: it is gone.
std::chrono::nanoseconds processor_time(pid_t process);

}  // namespace lparsim
