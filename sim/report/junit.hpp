// JUnit XML, as continuous-integration servers read it: one test case per scenario.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/report/result.hpp"

namespace lparsim::report {

// Well-formed XML 1.0 in UTF-8 whatever the texts hold: a failed scenario is a <failure>, one that
// could not be judged an <error>.
std::string junit_xml(const std::vector<ScenarioResult>& results);

// Text for an attribute or an element. Characters that XML 1.0 cannot hold at all (most control
// characters, ill-formed UTF-8) become U+FFFD; line ends and tabs are kept as references.
std::string xml_escaped(std::string_view text);

}  // namespace lparsim::report
