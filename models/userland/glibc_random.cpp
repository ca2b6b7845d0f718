#include "models/userland/glibc_random.hpp"

namespace lparsim::userland {

GlibcRandom::GlibcRandom(std::uint32_t seed) {
  constexpr std::int64_t kFactor = 16807, kModulus = 0x7fffffff;
  std::int64_t value = static_cast<std::int32_t>(seed == 0 ? 1 : seed);
  for (std::uint32_t& word : state_) {
    word = static_cast<std::uint32_t>(value);
    value = kFactor * value % kModulus;
    if (value < 0) value += kModulus;
  }
  constexpr int kThrownAway = 310;
  for (int i = 0; i < kThrownAway; ++i) step();
}

// The oldest word, x[i-31], gives way to the newest.
std::uint32_t GlibcRandom::step() {
  state_[at_] += state_[(at_ + kLong - kShort) % kLong];
  const std::uint32_t word = state_[at_];
  at_ = (at_ + 1) % kLong;
  return word;
}

std::uint32_t GlibcRandom::next() { return step() >> 1U; }

}  // namespace lparsim::userland
