#include "sim/explore/equal_effect.hpp"

#include <algorithm>
#include <array>

namespace lparsim::explore {
namespace {

struct TryAgain {
  std::string_view outcome;
  bool stands_for_others;
};
constexpr std::array kTryAgain{
    TryAgain{"busy", true},
    TryAgain{"extended_delay_1ms", true},
    TryAgain{"extended_delay_10ms", false},
    TryAgain{"extended_delay_100ms", false},
    TryAgain{"extended_delay_1s", false},
    TryAgain{"extended_delay_10s", false},
    TryAgain{"extended_delay_100s", true},
};
constexpr std::uint32_t kKept = 2;

}  // namespace

bool has_equal(std::string_view outcome, std::uint32_t nth) {
  const auto* const row =
      std::find_if(kTryAgain.begin(), kTryAgain.end(),
                   [&](const TryAgain& it) { return it.outcome == outcome; });
  return row != kTryAgain.end() && (!row->stands_for_others || nth > kKept);
}

}  // namespace lparsim::explore
