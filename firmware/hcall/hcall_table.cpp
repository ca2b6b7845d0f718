#include "firmware/hcall/hcall_table.hpp"

#include <algorithm>
#include <vector>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr auto kSubjects = std::to_array<std::span<const HcallRow> (*)()>({
    area_rows,
    dispatch_rows,
    crq_rows,
    presentation_rows,
    lan_rows,
    memory_rows,
    migrate_rows,
    mobility_hcall_rows,
    mode_rows,
    page_table_rows,
    page_table_size_rows,
    performance_rows,
    rdma_rows,
    sharing_rows,
    sub_crq_rows,
    tce_rows,
    terminal_rows,
    vioctl_rows,
});

std::vector<HcallRow> all_rows() {
  std::vector<HcallRow> rows;
  for (const auto subject : kSubjects) {
    const auto more = subject();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  const auto by_token = [](const HcallRow& a, const HcallRow& b) { return a.token < b.token; };
  std::sort(rows.begin(), rows.end(), by_token);
  const auto same = [](const HcallRow& a, const HcallRow& b) { return a.token == b.token; };
  LPARSIM_ASSERT(std::adjacent_find(rows.begin(), rows.end(), same) == rows.end());
  return rows;
}

}  // namespace

std::span<const HcallRow> hcall_table() {
  static const std::vector<HcallRow> kRows = all_rows();   // a constant, put together once
  return kRows;
}

const HcallRow* find_hcall(std::uint64_t token) {
  const auto rows = hcall_table();
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), token,
      [](const HcallRow& row, std::uint64_t wanted) { return row.token < wanted; });
  return found == rows.end() || found->token != token ? nullptr : &*found;
}

bool has_function_set(const FirmwareProfile& profile, std::string_view set) {
  const auto& sets = profile.tree.hypertas_functions;
  return std::find(sets.begin(), sets.end(), set) != sets.end();
}

}  // namespace lparsim::firmware
