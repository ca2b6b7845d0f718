#include "firmware/device_tree/drc_properties.hpp"

#include <fmt/format.h>

#include <cctype>
#include <utility>

namespace lparsim::firmware {
namespace {

std::string name_of(const DrcRun& run, std::uint32_t k) {
  if (run.whole_name) return run.prefix;
  return fmt::format("{}{}", run.prefix, run.suffix + k * run.increment);
}

// drc-info has no entry without a number: the decimal tail of a location code becomes the suffix.
DrcRun split_tail(const DrcRun& run) {
  if (!run.whole_name) return run;
  DrcRun out = run;
  std::size_t at = out.prefix.size();
  while (at > 0 && std::isdigit(static_cast<unsigned char>(out.prefix[at - 1])) != 0) --at;
  while (at + 1 < out.prefix.size() && out.prefix[at] == '0') ++at;   // keep leading zeros
  out.suffix = 0;
  for (std::size_t i = at; i < out.prefix.size(); ++i) {
    out.suffix = out.suffix * 10 + static_cast<std::uint32_t>(out.prefix[i] - '0');
  }
  out.prefix.resize(at);
  return out;
}

Bytes drc_info(const std::vector<DrcRun>& runs) {
  CellWriter out;
  out.u32(static_cast<std::uint32_t>(runs.size()));
  for (const DrcRun& whole : runs) {
    const DrcRun run = split_tail(whole);
    out.str(run.type).str(run.prefix).u32(run.first.value).u32(run.suffix);
    out.u32(run.count).u32(run.increment).u32(run.power_domain);
  }
  return out.take();
}

}  // namespace

void add_drc_properties(Node& node, const std::vector<DrcRun>& runs, bool as_drc_info) {
  std::uint32_t total = 0;
  for (const DrcRun& run : runs) total += run.count;
  if (total == 0) return;
  if (as_drc_info) {
    node.add("ibm,drc-info", drc_info(runs));
    return;
  }
  CellWriter indexes, names, types, domains;      // the count comes first in each of the four
  for (CellWriter* list : {&indexes, &names, &types, &domains}) list->u32(total);
  for (const DrcRun& run : runs) {
    for (std::uint32_t k = 0; k < run.count; ++k) {
      indexes.u32(run.first.value + k * run.increment);
      names.str(name_of(run, k));
      types.str(run.type);
      domains.u32(run.power_domain);
    }
  }
  node.add("ibm,drc-indexes", indexes.take()).add("ibm,drc-power-domains", domains.take());
  node.add("ibm,drc-names", names.take()).add("ibm,drc-types", types.take());
}

}  // namespace lparsim::firmware
