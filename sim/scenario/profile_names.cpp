#include "sim/scenario/profile_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "models/userland/version.hpp"

namespace lparsim::scenario {
namespace {

constexpr std::array<std::string_view, 4> kHmcLevels{"v7", "v8", "v10", "fixed"};

template <class Names>
Result<void> check(std::string_view what, std::string_view found, const Names& known) {
  if (std::find(known.begin(), known.end(), found) != known.end()) return {};
  return bad_input("", fmt::format("unknown {} profile \"{}\", allowed are {}", what, found,
                                   fmt::join(known, ", ")));
}

std::vector<std::string_view> userland_names() {
  std::vector<std::string_view> names;
  for (const userland::Version& version : userland::versions()) names.push_back(version.name);
  return names;
}

}  // namespace

Result<void> check_profiles(const models::WorldConfig& world) {
  auto good = check("HMC", world.hmc_profile.name, kHmcLevels);
  for (const auto& [id, os] : world.os) {
    if (os.kind != models::OsKind::linux) continue;
    if (good) good = check("userland", os.userland, userland_names());
  }
  return good;
}

}  // namespace lparsim::scenario
