#include "firmware/rtas/call_table.hpp"

#include <algorithm>
#include <string>

namespace lparsim::firmware {
namespace {

// The order gives the tokens: new subjects go to the end.
constexpr std::array kSubjects = {
    dr_rows, connector_rows, cpu_rows, power_rows, event_rows, ending_rows,
    pci_rows, eeh_rows, msi_rows, dma_rows,
    nvram_rows, clock_rows, parameter_rows, display_rows, interrupt_rows, nmi_rows,
    index_rows, vpd_rows, perftools_rows, errinjct_rows, kernel_dump_rows, platform_dump_rows,
    mobility_rows,
};

std::vector<CallRow> all_rows() {
  std::vector<CallRow> rows;
  for (const auto subject : kSubjects) {
    const auto more = subject();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace

std::span<const CallRow> call_table() {
  static const std::vector<CallRow> kRows = all_rows();   // a constant, put together once
  return kRows;
}

std::optional<std::uint32_t> token_of(const FirmwareProfile& profile, std::string_view call) {
  const auto number = [&](const auto& list, const auto& name_of) -> std::optional<std::uint32_t> {
    const auto at = std::find_if(list.begin(), list.end(),
                                 [&](const auto& entry) { return name_of(entry) == call; });
    if (at == list.end()) return std::nullopt;
    return profile.token_base + static_cast<std::uint32_t>(at - list.begin());
  };
  if (profile.services.calls.empty()) {
    return number(call_table(), [](const CallRow& row) { return row.name; });
  }
  return number(profile.services.calls, [](std::string_view name) { return name; });
}

}  // namespace lparsim::firmware
