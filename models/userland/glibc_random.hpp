// rand() of the C library that the real programs run with, as far as their choices depend on it.
#pragma once

#include <array>
#include <cstdint>

namespace lparsim::userland {

// The additive generator x[i] = x[i-3] + x[i-31], filled by Lehmer's with factor 16807; the first
// 310 numbers are thrown away. srand(0) is srand(1).
class GlibcRandom {
 public:
  explicit GlibcRandom(std::uint32_t seed);
  std::uint32_t next();   // 0 .. 2^31 - 1

 private:
  static constexpr std::size_t kLong = 31, kShort = 3;
  std::uint32_t step();

  std::array<std::uint32_t, kLong> state_{};
  std::size_t at_ = kShort;
};

}  // namespace lparsim::userland
