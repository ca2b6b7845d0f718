#include "firmware/platform/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {

Ledger::Ledger(const PlatformConfig& platform)
    : free_units_(platform.configurable_units),
      free_lmbs_(platform.configurable_lmbs - platform.firmware_lmbs),
      lmb_owner_(platform.configurable_lmbs, kFree),
      shares_(platform.partitions.size()) {
  LPARSIM_ASSERT(platform.firmware_lmbs <= platform.configurable_lmbs);
  LPARSIM_ASSERT(platform.partitions.size() < kFirmware);
  std::fill_n(lmb_owner_.end() - platform.firmware_lmbs, platform.firmware_lmbs, kFirmware);
}

bool Ledger::take_units(std::size_t partition, ProcUnits amount) {
  LPARSIM_ASSERT(amount >= ProcUnits{});
  if (amount > free_units_) return false;
  free_units_ = free_units_ - amount;
  shares_[partition].units = shares_[partition].units + amount;
  return true;
}

void Ledger::give_units(std::size_t partition, ProcUnits amount) {
  LPARSIM_ASSERT(amount >= ProcUnits{} && amount <= shares_[partition].units);
  shares_[partition].units = shares_[partition].units - amount;
  free_units_ = free_units_ + amount;
}

// The lowest free ones, so that a partition's memory stays together on a machine with gaps.
bool Ledger::take_lmbs(std::size_t partition, std::uint32_t count) {
  if (count > free_lmbs_) return false;
  free_lmbs_ -= count;
  shares_[partition].lmbs += count;
  for (; count > 0; --count) {
    const auto taken = lmb_owner_.begin() + static_cast<std::ptrdiff_t>(lowest_free_);
    *taken = static_cast<std::uint16_t>(partition);
    const auto next = std::find(taken, lmb_owner_.end(), kFree);
    lowest_free_ = static_cast<std::size_t>(next - lmb_owner_.begin());
  }
  return true;
}

void Ledger::give_lmbs(std::size_t partition, std::uint32_t count) {
  LPARSIM_ASSERT(count <= shares_[partition].lmbs);
  free_lmbs_ += count;
  shares_[partition].lmbs -= count;
  for (auto at = lmb_owner_.rbegin(); count > 0; ++at) {
    at = std::find(at, lmb_owner_.rend(), static_cast<std::uint16_t>(partition));
    *at = kFree;
    --count;
    const auto lmb = static_cast<std::size_t>(lmb_owner_.rend() - at) - 1;
    lowest_free_ = std::min(lowest_free_, lmb);
  }
}

std::vector<std::string> Ledger::inconsistencies(const PlatformConfig& platform) const {
  std::vector<std::string> lines;
  ProcUnits units = free_units_;
  for (const Share& share : shares_) units = units + share.units;
  if (units != platform.configurable_units) {
    lines.push_back(fmt::format("OWN: processors add up to {} hundredths, configurable are {}",
                                units.hundredths, platform.configurable_units.hundredths));
  }
  std::vector<std::uint32_t> counted(shares_.size(), 0);
  std::uint32_t free = 0, firmware = 0;
  for (const std::uint16_t owner : lmb_owner_) {
    ++(owner == kFree ? free : owner == kFirmware ? firmware : counted[owner]);
  }
  if (free != free_lmbs_ || firmware != platform.firmware_lmbs) {
    lines.push_back(fmt::format("OWN: {} LMBs are free, {} were counted", free_lmbs_, free));
  }
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    if (counted[i] == shares_[i].lmbs) continue;
    lines.push_back(fmt::format("OWN: partition {} holds {} LMBs, {} were counted",
                                platform.partitions[i].id.value, shares_[i].lmbs, counted[i]));
  }
  return lines;
}

}  // namespace lparsim::firmware
