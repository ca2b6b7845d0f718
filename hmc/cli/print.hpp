// Prints rows with the quoting rules of the HMC (hmc.md 0.4, rules 1 to 4). Rows end without a
// newline; the caller joins them.
#pragma once

#include <string>
#include <vector>

#include "hmc/inventory/listing.hpp"

namespace lparsim::hmc {

// How -F names were separated decides how values are: "a,b", "a:b" or separate words.
enum class FieldStyle : char { comma = ',', colon = ':', blank = ' ' };

// The value without the quotes around the whole: items joined by commas, an item that has a comma
// itself in doubled quotes (rule 3).
std::string joined(const Value& value);

// attr=value,... as without -F. The whole attr=value is quoted when the value has a comma.
std::string default_row(const Record& record);

// The values of the named attributes; one that the row lacks prints null.
std::string field_row(const Record& record, const std::vector<std::string>& names,
                      FieldStyle style = FieldStyle::comma);

// The line of --header: the names as they separate the values.
std::string header_row(const std::vector<std::string>& names, FieldStyle style);

// The attribute of a row, shown or hidden; null when it does not apply.
const Value* find_value(const Record& record, const std::string& name);

}  // namespace lparsim::hmc
