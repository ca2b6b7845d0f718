#include "models/userland/connectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/userland/rtas_client.hpp"

namespace lparsim::userland {
namespace {

struct Text {
  int status;
  std::string_view text;
};
constexpr std::array kSenseTexts{
    Text{kEmpty, "Unable to allocate the resource to the partition."},
    Text{kPresent, "Resource is already assigned to the partition."},
    Text{kStateUnusable, "Resource is not available to the partition."},
    Text{kExchange, "Resource is available for exchange."},
    Text{kRecovery, "Resource is available for recovery by partition."},
};
constexpr std::array kIndicatorTexts{
    Text{-1, "Hardware error."},
    Text{-2, "Hardware busy, try again later."},
    Text{-3, "No such indicator implemented."},
    Text{-9000, "Multi-level isolation error."},
    Text{-9001, "Valid outstanding translations exist."},
};

template <std::size_t kCount>
std::string_view text_of(const std::array<Text, kCount>& texts, int status) {
  const auto at = std::find_if(texts.begin(), texts.end(),
                               [&](const Text& row) { return row.status == status; });
  return at == texts.end() ? std::string_view{} : at->text;
}

void say_release_state(Session& session, std::uint32_t index, int state) {
  session.say(kDebug, fmt::format("drc_index {:x} sensor-state: {}\n{}\n", index, state,
                                  text_of(kSenseTexts, state)));
}

int isolate(Session& session, std::uint32_t index, bool host_bridge) {
  constexpr int kTries = 20;
  int status = set_indicator(session, kIsolationState, index, kIsolate);
  for (int i = 0; host_bridge && status != 0 && i < kTries; ++i) {
    status = set_indicator(session, kIsolationState, index, kIsolate);
    session.process.sleep(std::chrono::seconds(1));
  }
  return status;
}

}  // namespace

int entity_sense(Session& session, std::uint32_t index) {
  std::uint32_t state = 0;
  const int status = RtasClient(session.process).get_sensor(kEntitySense, index, state);
  session.say(kDebug, fmt::format("get-sensor for {:x}: {}, {}\n", index, status,
                                  static_cast<std::int32_t>(state)));
  return status >= 0 ? static_cast<int>(state) : status;
}

int set_indicator(Session& session, std::uint32_t indicator, std::uint32_t index,
                  std::uint32_t value) {
  return RtasClient(session.process).set_indicator(indicator, index, value);
}

int set_power(Session& session, std::uint32_t domain, std::uint32_t level) {
  return RtasClient(session.process).set_power_level(domain, level);
}

int acquire_connector(Session& session, std::uint32_t index) {
  session.say(kDebug, fmt::format("Acquiring drc index 0x{:x}\n", index));
  const int state = entity_sense(session, index);
  if (state != kStateUnusable) {
    session.say(kError, fmt::format("Entity sense failed for drc {:x} with {}\n{}\n", index,
                                    state, text_of(kSenseTexts, state)));
    return -1;
  }
  session.say(kDebug, "Setting allocation state to 'alloc usable'\n");
  int status = set_indicator(session, kAllocationState, index, kUsable);
  if (status != 0) {
    session.say(kError, fmt::format("Allocation failed for drc {:x} with {}\n{}\n", index,
                                    status, text_of(kIndicatorTexts, status)));
    return -1;
  }
  session.say(kDebug, "Setting indicator state to 'unisolate'\n");
  status = set_indicator(session, kIsolationState, index, kUnisolate);
  if (status == 0) return 0;
  // The status is lost before it is told: it is always that of a hardware error.
  session.say(kError, fmt::format("Unisolate failed for drc {:x} with -1\n{}\n", index,
                                  text_of(kIndicatorTexts, -1)));
  status = set_indicator(session, kAllocationState, index, kUnusable);
  if (status != 0) {
    session.say(kError, fmt::format("Failed recovery to unusable state after unisolate failure "
                                    "for drc {:x} with {}\n{}\n",
                                    index, status, text_of(kIndicatorTexts, status)));
  }
  return -1;
}

int release_connector(Session& session, std::uint32_t index, bool host_bridge) {
  session.say(kDebug, fmt::format("Releasing drc index 0x{:x}\n", index));
  const int before = entity_sense(session, index);
  if (before != kPresent) say_release_state(session, index, before);
  session.say(kDebug, "Setting isolation state to 'isolate'\n");
  int status = isolate(session, index, host_bridge);
  if (status != 0) {
    session.say(kError, fmt::format("Isolation failed for {:x} with {}\n{}\n", index, status,
                                    text_of(kIndicatorTexts, status)));
    return -1;
  }
  session.say(kDebug, "Setting allocation state to 'alloc unusable'\n");
  status = set_indicator(session, kAllocationState, index, kUnusable);
  if (status != 0) {
    session.say(kError, fmt::format("Unable to un-allocate drc {:x} from the partition ({})\n{}\n",
                                    index, status, text_of(kIndicatorTexts, status)));
    status = set_indicator(session, kIsolationState, index, kUnisolate);
    session.say(kDebug, fmt::format("UNISOLATE for drc {:x}, rc = {}\n", index, status));
    return -1;
  }
  say_release_state(session, index, entity_sense(session, index));
  return 0;
}

}  // namespace lparsim::userland
