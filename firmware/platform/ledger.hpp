// Who holds what of the machine (invariant OWN): processors in hundredths, memory by the LMB.
// A partition is named by its position in the platform's list. A value; copying it is a snapshot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/platform/platform_config.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

class Ledger {
 public:
  Ledger() = default;
  explicit Ledger(const PlatformConfig& platform);

  // Moves free -> partition; false, and nothing moved, when less is free. amount >= 0.
  bool take_units(std::size_t partition, ProcUnits amount);
  bool take_lmbs(std::size_t partition, std::uint32_t count);
  // Moves partition -> free; the partition must hold as much.
  void give_units(std::size_t partition, ProcUnits amount);
  void give_lmbs(std::size_t partition, std::uint32_t count);

  ProcUnits free_units() const { return free_units_; }
  std::uint32_t free_lmbs() const { return free_lmbs_; }
  ProcUnits units(std::size_t partition) const { return shares_[partition].units; }
  std::uint32_t lmbs(std::size_t partition) const { return shares_[partition].lmbs; }

  // OWN: what is free, firmware's and the partitions' adds up. One line for each thing wrong.
  std::vector<std::string> inconsistencies(const PlatformConfig& platform) const;
  bool operator==(const Ledger&) const = default;

 private:
  struct Share {
    ProcUnits units;
    std::uint32_t lmbs = 0;
    bool operator==(const Share&) const = default;
  };
  static constexpr std::uint16_t kFree = 0xffff, kFirmware = 0xfffe;

  ProcUnits free_units_;
  std::uint32_t free_lmbs_ = 0;
  std::vector<std::uint16_t> lmb_owner_;   // by physical LMB: position of the partition or a mark
  std::size_t lowest_free_ = 0;            // LMB; the size of the list when none is free
  std::vector<Share> shares_;
};

}  // namespace lparsim::firmware
