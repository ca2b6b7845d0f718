// Inside sim/config: captured HMC output as rows. A capture file holds the command after "$ " in
// its first line and what the command printed after it (output grammar: hmc.md 0.4).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hmc/inventory/listing.hpp"
#include "sim/base/result.hpp"

namespace lparsim::config {

struct CapturedRow {
  std::string where;                                         // "DIR/lpar.txt:3"
  std::vector<std::pair<std::string, std::string>> fields{};   // in the captured order
  std::vector<std::pair<std::string, std::string>> chosen{};   // told by -F: no order, or deduced
  std::set<std::string> nulls{};                             // -F asked for it and got null
  std::set<std::string> quoted{}, bare{};                    // one item, with and without quotes

  // The value, null when the row lacks the attribute. A list whose items have commas keeps their
  // quotes, as hmc::Facts do.
  const std::string* find(std::string_view name) const;
};

struct Capture {
  std::string file;
  std::string command;
  std::string system;                       // -m, may be empty
  std::optional<hmc::Listing> listing;      // none: not a listing that a machine is made of
  bool complete = true;                     // no --filter: every object has its row
  bool ordered = true;                      // no -F: shows the order of the attributes
  std::vector<std::string> names;           // asked for with -F
  bool all_names = false;                   // -F without names: those are all there are
  std::string partition, partition_id;      // the only one that --filter lets through
  std::vector<CapturedRow> rows;
  std::string refusal;                      // a message of the HMC instead of rows
  std::vector<std::string> lines;           // as printed, for commands that are no listing
};

// Nothing when the text does not begin with "$ ". bad_input names file and line when a line of a
// listing does not follow the grammar.
Result<std::optional<Capture>> parse_capture(std::string_view text, const std::string& file);

// The fields of one printed line with quotes taken away; nothing when a quote is not closed.
std::optional<std::vector<std::string>> split_fields(std::string_view line, char separator = ',');

// The items of a list value: 1,"2,3" are two. Quotes around an item without commas stay, doubled.
std::vector<std::string> split_items(std::string_view value);

// One order that agrees with the order in every row; attributes in contradicting orders stand as
// they first came. `agrees` tells whether there was such an order.
std::vector<std::string> common_order(const std::vector<CapturedRow>& rows, bool& agrees);

}  // namespace lparsim::config
