// --filter: lpar_names=a,b or several filters, each quoted when its value has a comma (hmc.md 0.4,
// rules 8 and 9).
#pragma once

#include <string>
#include <vector>

#include "hmc/cli/words.hpp"
#include "hmc/inventory/inventory.hpp"
#include "hmc/inventory/listing.hpp"

namespace lparsim::hmc {

struct Filter {
  std::string name;
  std::vector<std::string> values;
  bool operator==(const Filter&) const = default;
};

// The text after --filter, as the shell left it. Values without a filter's name belong to the one
// before them, with and without quotes: both forms are in use.
OrMessage<std::vector<Filter>> parse_filter(std::string_view text);

// Names that this listing does not filter by, partitions and profiles that do not exist.
OrMessage<bool> check_filters(const std::vector<Filter>& filters, Listing listing,
                              const Inventory& inventory);

// Rows for which every filter has a value.
std::vector<Record> apply_filters(std::vector<Record> rows, const std::vector<Filter>& filters,
                                  Listing listing);

}  // namespace lparsim::hmc
