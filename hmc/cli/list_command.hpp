// The part that lssyscfg and lshwres share: options to rows to lines.
#pragma once

#include <functional>

#include "hmc/cli/command.hpp"
#include "hmc/inventory/listing.hpp"

namespace lparsim::hmc {

using RowFilter = std::function<bool(const Record&)>;   // true keeps the row

// Checks -F and --filter, reads the listing, and prints it. keep may be empty.
CommandOutput print_listing(const Console& console, const Options& options, Listing listing,
                            const RowFilter& keep = {});

}  // namespace lparsim::hmc
