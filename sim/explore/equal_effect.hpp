// Outcomes that are left out because others have the same effect: "try again" is answered by the
// same call again, however often it was answered before, and longer waits only take longer.
#pragma once

#include <cstdint>
#include <string_view>

namespace lparsim::explore {

// Whether `outcome`, at the nth-th time that its site asks about this argument, does what another
// one does that is not left out: any "try again" from the third time on (the first call of a
// sequence and the calls in its middle are kept), and of the six extended delays all but the
// shortest and the longest.
bool has_equal(std::string_view outcome, std::uint32_t nth);

}  // namespace lparsim::explore
