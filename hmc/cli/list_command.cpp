#include "hmc/cli/list_command.hpp"

#include "hmc/cli/fields.hpp"
#include "hmc/cli/filter.hpp"

namespace lparsim::hmc {

CommandOutput print_listing(const Console& console, const Options& options, Listing listing,
                            const RowFilter& keep) {
  const auto fields = choose_fields(options, attribute_names(console.inventory, listing),
                                    all_fields(console.inventory, listing));
  if (!fields) return tl::make_unexpected(fields.error());
  std::vector<Filter> filters;
  if (options.has("--filter")) {
    auto parsed = parse_filter(options.value("--filter"));
    if (!parsed) return tl::make_unexpected(parsed.error());
    filters = std::move(*parsed);
  }
  const auto checked = check_filters(filters, listing, console.inventory);
  if (!checked) return tl::make_unexpected(checked.error());
  const std::string refusal = refusal_of(console.inventory, listing);
  if (!refusal.empty()) return tl::make_unexpected(refusal);
  auto rows = list_records(console.inventory, console.hypervisor, console.rmc, listing);
  rows = apply_filters(std::move(rows), filters, listing);
  if (keep) std::erase_if(rows, [&](const Record& row) { return !keep(row); });
  return print_rows(rows, *fields);
}

}  // namespace lparsim::hmc
