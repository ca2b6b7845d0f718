// -F and --header: which attributes, separated how (hmc.md 0.4, rules 4 and 5).
#pragma once

#include <string>
#include <vector>

#include "hmc/cli/options.hpp"
#include "hmc/cli/print.hpp"

namespace lparsim::hmc {

struct FieldChoice {
  bool chosen = false;               // -F was given
  bool header = false;
  FieldStyle style = FieldStyle::comma;
  std::vector<std::string> names;    // checked; every attribute when -F had none
};

// known: what -F may ask for. A name that is not among them is refused before any row is printed.
// all: what -F without names prints.
OrMessage<FieldChoice> choose_fields(const Options& options, const std::vector<std::string>& known,
                                     const std::vector<std::string>& all);

// The whole answer of a list command, newlines included.
std::string print_rows(const std::vector<Record>& rows, const FieldChoice& fields);

}  // namespace lparsim::hmc
