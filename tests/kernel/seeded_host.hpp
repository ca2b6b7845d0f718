// A scripted host without a script, for fuzzing: what it answers comes from a seed.
#pragma once

#include <random>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {

class SeededHost : public ScriptedHost {
 public:
  explicit SeededHost(std::uint32_t seed) : random_(seed) {}

  std::uint32_t pick(std::uint32_t below) {
    return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random_);
  }

 private:
  std::mt19937 random_;
};

}  // namespace lparsim::kernel
