// The result file of `run --result`; also how a scenario's process hands its result to its parent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/result.hpp"
#include "sim/report/result.hpp"

namespace lparsim::report {

// {"kind":"result","version":1,"passed":N,"failed":N,"errors":N,"scenarios":[...]}, indented.
// Bytes that are not UTF-8 become U+FFFD.
std::string result_json(const std::vector<ScenarioResult>& results);

std::string to_json(const ScenarioResult& result);                    // one object, one line
Result<ScenarioResult> scenario_result_from_json(std::string_view text);

}  // namespace lparsim::report
