#include "hmc/inventory/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace lparsim::hmc {

std::string units_text(ProcUnits units) {
  const int whole = units.hundredths / 100;
  const int part = units.hundredths % 100;
  if (part % 10 == 0) return fmt::format("{}.{}", whole, part / 10);
  return fmt::format("{}.{:02}", whole, part);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.starts_with('-')) return std::nullopt;
  return value;
}

std::optional<ProcUnits> parse_units(std::string_view text) {
  constexpr std::int64_t kMostUnits = 20'000'000;  // hundredths stay within 32 bits
  const auto point = text.find('.');
  const auto whole = parse_number(text.substr(0, point));
  if (!whole || *whole > kMostUnits) return std::nullopt;
  std::int64_t hundredths = *whole * 100;
  if (point != std::string_view::npos) {
    const auto decimals = text.substr(point + 1);
    const auto part = parse_number(decimals);
    if (!part || decimals.size() > 2) return std::nullopt;
    hundredths += decimals.size() == 1 ? *part * 10 : *part;
  }
  return ProcUnits{static_cast<std::int32_t>(hundredths)};
}

std::string drc_text(DrcIndex drc) { return fmt::format("{:08X}", drc.value); }

std::optional<DrcIndex> parse_drc(std::string_view text) {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc() || stop != end || text.size() != 8) return std::nullopt;
  return DrcIndex{value};
}

std::string logical_serial(std::string_view system_serial, PartitionId id) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text(system_serial);
  if (id.value >= kDigits.size()) text += kDigits[id.value / kDigits.size() % kDigits.size()];
  text += kDigits[id.value % kDigits.size()];
  return text;
}

}  // namespace lparsim::hmc
