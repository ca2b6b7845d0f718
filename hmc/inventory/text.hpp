// How the HMC writes numbers and states, and back.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hmc/ports.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::hmc {

template <class E, std::size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

// hmc.md 1.3 (states), 1.2 (modes), 3.4 (RMC).
inline constexpr Words<PartitionState, 9> kPartitionStates{{
    {PartitionState::not_activated, "Not Activated"},
    {PartitionState::starting, "Starting"},
    {PartitionState::running, "Running"},
    {PartitionState::shutting_down, "Shutting Down"},
    {PartitionState::error, "Error"},
    {PartitionState::open_firmware, "Open Firmware"},
    {PartitionState::not_available, "Not Available"},
    {PartitionState::migrating_running, "Migrating - Running"},
    {PartitionState::migrating_not_active, "Migrating - Not Active"},
}};
inline constexpr Words<ProcMode, 2> kProcModes{{
    {ProcMode::dedicated, "ded"},
    {ProcMode::shared, "shared"},
}};
inline constexpr Words<SharingMode, 6> kSharingModes{{
    {SharingMode::keep_idle_procs, "keep_idle_procs"},
    {SharingMode::share_idle_procs, "share_idle_procs"},
    {SharingMode::share_idle_procs_active, "share_idle_procs_active"},
    {SharingMode::share_idle_procs_always, "share_idle_procs_always"},
    {SharingMode::cap, "cap"},
    {SharingMode::uncap, "uncap"},
}};
inline constexpr Words<RmcState, 4> kRmcStates{{
    {RmcState::none, "none"},
    {RmcState::inactive, "inactive"},
    {RmcState::active, "active"},
    {RmcState::unknown, "unknown"},
}};

template <class E, std::size_t N>
std::string word_of(const Words<E, N>& words, E value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return std::string(word);
  }
  return {};
}

template <class E, std::size_t N>
std::optional<E> value_of(const Words<E, N>& words, std::string_view text) {
  for (const auto& [candidate, word] : words) {
    if (word == text) return candidate;
  }
  return std::nullopt;
}

// "0.3", "2.0"; the second decimal only where there is one: "0.05".
std::string units_text(ProcUnits units);
// Accepts up to two decimals, also without a point.
std::optional<ProcUnits> parse_units(std::string_view text);

// 8 hexadecimal digits in capitals: "2101001A".
std::string drc_text(DrcIndex drc);
std::optional<DrcIndex> parse_drc(std::string_view text);

// Plain decimal without sign; nothing else around it.
std::optional<std::int64_t> parse_number(std::string_view text);

// System serial number and the id as one base-36 digit (hmc.md 1.3): id 15 is F. Two digits above
// 35, where no capture tells what an HMC prints.
std::string logical_serial(std::string_view system_serial, PartitionId id);

}  // namespace lparsim::hmc
