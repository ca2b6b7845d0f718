// A partition's memory as firmware reaches it: only through checked copies.
#pragma once

#include <cstdint>
#include <span>

#include "sim/base/cells.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

class GuestMemory {
 public:
  virtual ~GuestMemory() = default;
  // False, and nothing copied, when any byte lies outside of what the partition may use.
  virtual bool read(GuestAddress from, std::span<std::uint8_t> to) const = 0;
  virtual bool write(GuestAddress to, ByteView from) = 0;
  // End of the real-mode area: argument blocks and work areas must lie below.
  virtual std::uint64_t rmo_limit() const = 0;
};

}  // namespace lparsim::firmware
