// Event logs as the kernel reads them (LoPAR 10.3; EVENTS.md 2, 3), for all kinds of events.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

inline constexpr std::uint32_t kExternalInterrupt = 0x500;   // vector offset of check-exception
inline constexpr std::uint32_t kEventBufferSize = 2048;

// Interrupt sources of a node below /event-sources, at most 16; empty when there is none.
std::vector<std::uint32_t> event_sources(const Kernel& kernel, std::string_view path);
// The log that a buffer holds: as long as its header says.
ByteView logged(ByteView buffer);
// A section of a version 6 log with its header, by its two letters; empty when there is none.
ByteView find_section(ByteView log, std::uint16_t id);

// Clears a running flag when its thread ends, however it ends.
class RunningFlag {
 public:
  explicit RunningFlag(bool& flag) : flag_(flag) {}
  ~RunningFlag() { flag_ = false; }
  RunningFlag(const RunningFlag&) = delete;
  RunningFlag& operator=(const RunningFlag&) = delete;

 private:
  bool& flag_;
};

}  // namespace lparsim::kernel
