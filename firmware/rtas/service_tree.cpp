#include "firmware/rtas/service_tree.hpp"

#include <algorithm>

#include "firmware/rtas/call_table.hpp"
#include "firmware/rtas/errinjct.hpp"
#include "firmware/rtas/kernel_dump.hpp"
#include "firmware/rtas/platform_indicators.hpp"
#include "firmware/rtas/vpd.hpp"

namespace lparsim::firmware {
namespace {

bool has_call(const Core& core, std::string_view name) {
  const auto rows = call_table();
  return token_of(core.profile, name) &&
         std::any_of(rows.begin(), rows.end(),
                     [&](const CallRow& row) { return row.name == name; });
}

// (token, highest index) pairs, and the locations of each token: fixed ones are nowhere, which is
// an empty location code (R1-7.2.6.1.1-2, R1-7.2.6.1.2-2).
void add_fixed_types(Node& rtas, const Core& core, Side side) {
  const auto types = fixed_types(core, side);
  if (types.empty()) return;
  const std::string kind = side == Side::indicator ? "indicator" : "sensor";
  CellWriter pairs;
  for (const auto& [token, most] : types) pairs.u32(token).u32(most);
  rtas.add("rtas-" + kind + "s", pairs.take());
  for (const auto& [token, most] : types) {
    rtas.add("ibm," + kind + "-" + std::to_string(token), CellWriter{}.str("").take());
  }
}

void add_listed_types(Node& rtas, const Core& core) {
  const auto types = listed_types(core);
  if (types.empty()) return;
  CellWriter cells;
  for (const std::uint32_t type : types) cells.u32(type);
  const Bytes list = cells.take();
  rtas.add("ibm,get-indicator-indices-types", list);
  rtas.add("ibm,get-sensor-indices-types", list);
}

void add_display(Node& rtas, const Core& core) {
  const ServiceProfile& profile = core.profile.services;
  rtas.add_u32("ibm,display-line-length", profile.display_columns);
  rtas.add_u32("ibm,display-number-of-lines", profile.display_lines);
  rtas.add_u32("ibm,display-truncation-length", profile.display_columns);
  rtas.add_u32("ibm,form-feed", 0x0c);
}

void add_kernel_dump(Node& rtas, const Core& core, std::size_t partition) {
  constexpr std::uint32_t kCpuState = 1, kPageTable = 2;
  constexpr std::uint16_t kVersion = 1;
  const DumpSizes sizes = dump_sizes(core, partition);
  rtas.add("ibm,configure-kernel-dump-sizes", CellWriter{}
                                                  .u32(kCpuState)
                                                  .u64(sizes.cpu_state)
                                                  .u32(kPageTable)
                                                  .u64(sizes.page_table)
                                                  .take());
  rtas.add("ibm,configure-kernel-dump-version",
           CellWriter{}.u16(kVersion).u16(kVersion).take());
  const Bytes& dump = core.at(partition).rtas.active_dump;
  if (!dump.empty()) rtas.add("ibm,kernel-dump", dump);
}

}  // namespace

void add_service_properties(Node& root, const Core& core, std::size_t partition) {
  const auto found = std::find_if(root.children.begin(), root.children.end(),
                                  [](const Node& child) { return child.name == "rtas"; });
  if (found == root.children.end()) return;
  Node& rtas = *found;
  add_fixed_types(rtas, core, Side::indicator);
  add_fixed_types(rtas, core, Side::sensor);
  add_listed_types(rtas, core);
  if (core.profile.services.display_lines > 1) add_display(rtas, core);
  if (has_call(core, "ibm,get-vpd")) rtas.add_u32("ibm,vpd-size", vpd_size(core));
  if (!core.at(partition).rtas.boot.errinjct_offered) {
    std::erase_if(rtas.properties, [](const Property& property) {   // R1-14.10-34
      return property.name == "ibm,open-errinjct" || property.name == "ibm,errinjct" ||
             property.name == "ibm,close-errinjct";
    });
  } else if (has_call(core, "ibm,errinjct")) {
    rtas.add("ibm,errinjct-tokens", CellWriter{}
                                        .str("recovered-random-event")
                                        .u32(kRecoveredRandomEvent)
                                        .str("recovered-special-event")
                                        .u32(kRecoveredSpecialEvent)
                                        .str("ioa-bus-error")
                                        .u32(kIoaBusError)
                                        .take());
  }
  if (has_call(core, "ibm,configure-kernel-dump")) add_kernel_dump(rtas, core, partition);
}

}  // namespace lparsim::firmware
