#include "sim/scenario/profile_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lparsim::scenario {
namespace {

constexpr std::array<std::string_view, 1> kUserlands{"1.3.10"};
constexpr std::array<std::string_view, 4> kHmcLevels{"v7", "v8", "v10", "fixed"};

template <class Names>
Result<void> check(std::string_view what, std::string_view found, const Names& known) {
  if (std::find(known.begin(), known.end(), found) != known.end()) return {};
  return bad_input("", fmt::format("unknown {} profile \"{}\", allowed are {}", what, found,
                                   fmt::join(known, ", ")));
}

}  // namespace

Result<void> check_profiles(const models::WorldConfig& world) {
  auto good = check("HMC", world.hmc_profile.name, kHmcLevels);
  for (const auto& [id, os] : world.os) {
    if (os.kind != models::OsKind::linux) continue;
    if (good) good = check("userland", os.userland, kUserlands);
  }
  return good;
}

}  // namespace lparsim::scenario
