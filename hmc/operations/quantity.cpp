#include "hmc/operations/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "hmc/inventory/text.hpp"

namespace lparsim::hmc {
namespace {

// drmgr's options for each amount (hmc.md 2.4); memory is asked for in LMBs.
struct QuantityRow {
  Quantity quantity;
  std::string_view name;
  std::string_view drmgr;
};
constexpr std::array kQuantities = std::to_array<QuantityRow>({
    {Quantity::units, "processing units", "drmgr -c cpu -p ent_capacity"},
    {Quantity::procs, "processors", "drmgr -c cpu"},
    {Quantity::weight, "uncapped weight", "drmgr -c cpu -p variable_weight"},
    {Quantity::memory, "memory (MB)", "drmgr -c mem"},
});

const QuantityRow& row_of(Quantity quantity) {
  return kQuantities[static_cast<std::size_t>(quantity)];
}

template <class T>
Limits bounds(const Range<T>& range) {
  return {range.min, range.max};
}

constexpr std::size_t kMostDigits = 7;   // keeps hundredths within 32 bits

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view name_of(Quantity quantity) { return row_of(quantity).name; }

std::int64_t pending(const PartitionValues& values, Quantity quantity) {
  const ProcessorSetting& pend = values.pend.processors;
  switch (quantity) {
    case Quantity::units: return pend.units.amount.hundredths;
    case Quantity::procs: return pend.procs.amount;
    case Quantity::weight: return pend.uncap_weight;
    case Quantity::memory: break;
  }
  return values.pend.memory.mb.amount;
}

std::int64_t running(const PartitionValues& values, Quantity quantity) {
  switch (quantity) {
    case Quantity::units: return values.run_units.hundredths;
    case Quantity::procs: return values.run_procs;
    case Quantity::weight: return values.run_uncap_weight;
    case Quantity::memory: break;
  }
  return values.run_mem_mb;
}

Limits limits(const PartitionValues& values, Quantity quantity) {
  const ProcessorSetting& curr = values.curr.processors;
  switch (quantity) {
    case Quantity::units: return {curr.units.min.hundredths, curr.units.max.hundredths};
    case Quantity::procs: return bounds(curr.procs);
    case Quantity::weight: return {0, 255};
    case Quantity::memory: break;
  }
  return bounds(values.curr.memory.mb);
}

Answer set_pending(HypervisorPort& hypervisor, PartitionId partition, Quantity quantity,
                   std::int64_t target) {
  const auto narrow = static_cast<std::int32_t>(target);   // within limits that are 32 bits wide
  switch (quantity) {
    case Quantity::units: return hypervisor.set_units(partition, ProcUnits{narrow});
    case Quantity::procs: return hypervisor.set_processors(partition, narrow);
    case Quantity::weight: return hypervisor.set_uncap_weight(partition, narrow);
    case Quantity::memory: break;
  }
  return hypervisor.set_memory(partition, target);
}

std::string drmgr_command(Quantity quantity, std::int64_t amount, std::int64_t lmb_mb,
                          const ChangeRequest& request) {
  std::int64_t count = std::abs(amount);
  if (quantity == Quantity::memory && lmb_mb > 0) count /= lmb_mb;
  return std::string(row_of(quantity).drmgr) + (amount > 0 ? " -a" : " -r") + " -q " +
         std::to_string(count) + " -w " + std::to_string(request.wait_minutes) + " -d " +
         std::to_string(request.detail);
}

std::string shown(Quantity quantity, std::int64_t amount) {
  if (quantity != Quantity::units) return std::to_string(amount);
  return units_text(ProcUnits{static_cast<std::int32_t>(amount)});
}

std::optional<ParsedUnits> read_units(std::string_view text) {
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (whole.empty() && decimals.empty()) return std::nullopt;
  if (!all_digits(whole) || !all_digits(decimals) || whole.size() > kMostDigits) {
    return std::nullopt;
  }
  ParsedUnits units;
  units.too_fine = decimals.find_first_not_of('0', 2) != std::string::npos;
  decimals.resize(2, '0');
  const std::string digits = std::string(whole) + decimals;
  for (const char digit : digits) units.hundredths = units.hundredths * 10 + (digit - '0');
  return units;
}

}  // namespace lparsim::hmc
