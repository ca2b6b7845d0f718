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

  // The real-mode area, in which argument blocks and work areas lie. Firmware asks its own LMB
  // table before it looks there, and tells what it wrote.
  std::span<std::uint8_t> rmo() const { return rmo_; }
  std::uint64_t rmo_limit() const { return rmo_.size(); }
  bool in_rmo(std::uint64_t address, std::uint64_t size) const {
    return size <= rmo_.size() && address <= rmo_.size() - size;
  }
  virtual void written(std::uint64_t address, std::uint64_t size) = 0;

 protected:
  void set_rmo(std::span<std::uint8_t> rmo) { rmo_ = rmo; }

 private:
  std::span<std::uint8_t> rmo_;
};

}  // namespace lparsim::firmware
