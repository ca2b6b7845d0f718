// Inside sim/config: JSON text for files that people read and diff. What fits on one line stands on
// one line; everything else is indented by two.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lparsim::config {

std::string json_text(const nlohmann::ordered_json& value);   // ends with a newline

}  // namespace lparsim::config
