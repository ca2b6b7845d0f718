// EXPECT_RULE("R1-13.5.3.4-1", condition): like EXPECT_TRUE, and the run notes that this test
// checked this LoPAR requirement. The condition must become false when the behaviour that the rule
// asks for is inverted; a rule that no assertion of this kind passes is not implemented.
// The id may be computed (a table of rules walked by one test). A run writes one file a test into
// the folder that LPARSIM_RULES_DIR names (ctest sets it); docs/requirements/README.md goes on.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

namespace lparsim::testing_support {

// Notes that the running test checked `rule` (written when it has passed) and returns `holds`.
bool checked(std::string_view rule, bool holds);

}  // namespace lparsim::testing_support

#define EXPECT_RULE(id, condition)                                                       \
  EXPECT_TRUE(lparsim::testing_support::checked(id, static_cast<bool>(condition)))       \
      << "LoPAR requirement " << (id) << ": " #condition
