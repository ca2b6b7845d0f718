// The four amounts that chhwres can change, each read, set and told to the operating system in its
// own way. Amounts are int64: hundredths of a processor, processors, 0..255, or MB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hmc/operations/request.hpp"
#include "hmc/ports.hpp"

namespace lparsim::hmc {

enum class Quantity { units, procs, weight, memory };

struct Limits {
  std::int64_t min = 0, max = 0;
};

// The words of messages: "processing units", ...
std::string_view name_of(Quantity quantity);

std::int64_t pending(const PartitionValues& values, Quantity quantity);
std::int64_t running(const PartitionValues& values, Quantity quantity);
// curr_min and curr_max: what bounds every change (hmc.md 2.2).
Limits limits(const PartitionValues& values, Quantity quantity);

Answer set_pending(HypervisorPort& hypervisor, PartitionId partition, Quantity quantity,
                   std::int64_t target);

// The command that IBM.DRM runs in the partition for a change by `amount` (not 0; negative is a
// removal). lmb_mb: size of a logical memory block, drmgr counts those (hmc.md 2.4).
std::string drmgr_command(Quantity quantity, std::int64_t amount, std::int64_t lmb_mb,
                          const ChangeRequest& request);

// 30 -> "0.3", 100 -> "1.0"; everything but units is a plain number.
std::string shown(Quantity quantity, std::int64_t amount);

// "0.3", "1", ".25": hundredths. More decimals are cut and told by too_fine (trailing zeros apart).
struct ParsedUnits {
  std::int64_t hundredths = 0;
  bool too_fine = false;
};
std::optional<ParsedUnits> read_units(std::string_view text);

}  // namespace lparsim::hmc
