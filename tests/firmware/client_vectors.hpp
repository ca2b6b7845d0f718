// Builds ibm,architecture.vec piece by piece (LoPAR B.5.2.3).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::firmware {

struct VectorsOf {
  std::vector<std::array<std::uint32_t, 2>> pvrs{{0, 0xffff'ffff}};   // matches every processor
  std::array<Bytes, 7> vectors{Bytes(1), Bytes(1), Bytes(1), Bytes(1), Bytes(28), Bytes(1), {}};
  std::size_t count = 6;

  VectorsOf() { vectors[3] = {0, 1}; }                 // 1 % of a processor is enough
  // Byte `byte` (counted from 1) of option vector `vector` (from 1); the vector grows as needed.
  VectorsOf& set(std::size_t vector, std::size_t byte, std::uint8_t value) {
    Bytes& data = vectors[vector - 1];
    if (data.size() < byte) data.resize(byte);
    data[byte - 1] = value;
    if (count < vector) count = vector;
    return *this;
  }
  VectorsOf& word(std::size_t vector, std::size_t byte, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      set(vector, byte + i, static_cast<std::uint8_t>(value >> (24 - 8 * i)));
    }
    return *this;
  }
  VectorsOf& pvr_list(std::vector<std::array<std::uint32_t, 2>> list) {
    pvrs = std::move(list);
    return *this;
  }
  Bytes bytes() const {
    CellWriter out;
    for (const auto& pvr : pvrs) out.u32(pvr[0]).u32(pvr[1]);
    out.u8(static_cast<std::uint8_t>(count - 1));
    for (std::size_t i = 0; i < count; ++i) {
      out.u8(static_cast<std::uint8_t>(vectors[i].size() - 1)).bytes(vectors[i]);
    }
    return out.take();
  }
};

// What a recent Linux asks for: everything.
inline VectorsOf linux_like() {
  VectorsOf v;
  v.pvr_list({{0xffff'0000, 0x0080'0000}, {0xffff'ffff, 0x0f00'0006}, {0xffff'ffff, 0x0f00'0005},
              {0xffff'fffe, 0x0f00'0001}});
  v.set(1, 2, 0xff).set(1, 3, 0xc0);
  v.set(5, 2, 0xf3).set(5, 5, 0xe0).set(5, 6, 0x05).word(5, 9, 2048).set(5, 17, 0xe0);
  v.set(5, 22, 0xc0).set(5, 23, 0x40).set(5, 24, 0x00).set(6, 3, 2);
  return v;
}

}  // namespace lparsim::firmware
