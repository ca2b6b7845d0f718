#include "firmware/rtas/call_table.hpp"

#include <string>

namespace lparsim::firmware {
namespace {

// The order gives the tokens: new subjects go to the end.
constexpr std::array<std::span<const CallRow> (*)(), 10> kSubjects = {
    dr_rows, connector_rows, cpu_rows, power_rows, event_rows, ending_rows,
    pci_rows, eeh_rows, msi_rows, dma_rows,
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

std::vector<TokenShape> rtas_tokens(const FirmwareProfile& profile) {
  std::vector<TokenShape> tokens;
  for (const CallRow& row : call_table()) {
    const auto number = static_cast<std::uint32_t>(tokens.size());
    tokens.push_back({std::string(row.name), RtasToken{profile.token_base + number}});
  }
  return tokens;
}

}  // namespace lparsim::firmware
