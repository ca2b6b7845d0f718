// What single fields cannot tell: whether a profile fits together, and names what exists.
#include <fmt/format.h>

#include <algorithm>

#include "firmware/hcall/hcall_table.hpp"
#include "firmware/profiles/profile_fields.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

using Problem = std::optional<ProfileProblem>;

constexpr const char* kAllowedCalls =
    "\", allowed are the names of RTAS calls that are modelled";
constexpr Duration kLongestCall{250'000};        // without a busy status, R1-7.2.4-5

const CallRow* find_call(std::string_view name) {
  const auto rows = call_table();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const CallRow& r) { return r.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

// "set-indicator:cpu-isolate" is a part of set-indicator.
std::string_view whole(std::string_view call) { return call.substr(0, call.find(':')); }

bool is_part(std::string_view call) {
  return std::find(kLatencyParts.begin(), kLatencyParts.end(), call) != kLatencyParts.end();
}

Problem check_latencies(const FirmwareProfile& profile) {
  for (const CallLatency& entry : profile.latencies) {
    const std::string pointer = "/latencies_ns/" + entry.call;
    const bool known = entry.call == whole(entry.call)
                           ? find_call(entry.call) != nullptr || entry.call == kCasLatency
                           : is_part(entry.call);
    if (!known) {
      return ProfileProblem{pointer, "found \"" + entry.call + kAllowedCalls};
    }
    const CallRow* row = find_call(whole(entry.call));
    if (row != nullptr && !row->busy_allowed && entry.latency > kLongestCall) {
      return ProfileProblem{
          pointer, fmt::format("found {}, allowed is at most {}: the call has no busy status "
                               "(R1-7.2.4-5)", entry.latency.count(), kLongestCall.count())};
    }
  }
  return std::nullopt;
}

Problem check_calls(const FirmwareProfile& profile) {
  for (std::size_t i = 0; i < profile.absent_calls.size(); ++i) {
    if (find_call(profile.absent_calls[i]) != nullptr) continue;
    return ProfileProblem{fmt::format("/absent_calls/{}", i),
                          "found \"" + profile.absent_calls[i] + kAllowedCalls};
  }
  const auto& calls = profile.services.calls;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (std::find(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(i), calls[i]) ==
        calls.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    return ProfileProblem{fmt::format("/services/calls/{}", i),
                          "found \"" + calls[i] + "\" twice, allowed is one token a call"};
  }
  return std::nullopt;
}

// A set is announced for its calls. What a shipped profile announces all the same was seen so.
bool announceable(std::string_view set) {
  const auto rows = hcall_table();
  const bool has_calls = std::any_of(rows.begin(), rows.end(),
                                     [&](const HcallRow& row) { return row.set == set; });
  if (has_calls) return true;
  for (const std::string_view shipped : profile_names()) {
    if (has_function_set(*find_profile(shipped), set)) return true;
  }
  return false;
}

Problem check_sets(const FirmwareProfile& profile) {
  const auto& sets = profile.tree.hypertas_functions;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (announceable(sets[i])) continue;
    return ProfileProblem{fmt::format("/tree/hypertas_functions/{}", i),
                          "found \"" + sets[i] + "\", allowed are sets whose calls are modelled"};
  }
  return std::nullopt;
}

Problem check_reference_points(const FirmwareProfile& profile) {
  const auto check = [&](const std::vector<std::uint32_t>& points, const char* name) -> Problem {
    const std::string pointer = std::string("/tree/") + name;
    if (points.empty()) return ProfileProblem{pointer, "found none, allowed is one level or more"};
    for (const std::uint32_t level : points) {
      if (level <= profile.tree.associativity_levels) continue;
      return ProfileProblem{pointer,
                            fmt::format("found {}, allowed is at most {}, the number of "
                                        "associativity_levels",
                                        level, profile.tree.associativity_levels)};
    }
    return std::nullopt;
  };
  if (auto problem = check(profile.tree.reference_points, "reference_points")) return problem;
  return check(profile.tree.form0_reference_points, "form0_reference_points");
}

Problem check_sizes(const FirmwareProfile& profile) {
  constexpr std::uint32_t kLeastArea = 256;      // a name, a value, and the counts before them
  const std::uint32_t area = profile.mobility.property_area_bytes;
  if (area != 0 && area < kLeastArea) {
    return ProfileProblem{"/mobility/property_area_bytes",
                          fmt::format("found {}, allowed is 0 or {} to 4096", area, kLeastArea)};
  }
  constexpr std::uint64_t kRmaStep = 16U << 20;
  if (profile.tree.rma_bytes % kRmaStep != 0) {
    return ProfileProblem{"/tree/rma_bytes", fmt::format("found {}, allowed are multiples of {}",
                                                         profile.tree.rma_bytes, kRmaStep)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProfileProblem> contradiction(const FirmwareProfile& profile) {
  for (const auto check :
       {check_latencies, check_calls, check_sets, check_reference_points, check_sizes}) {
    if (auto problem = check(profile)) return problem;
  }
  return std::nullopt;
}

}  // namespace lparsim::firmware
