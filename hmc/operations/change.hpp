// Carries out what chhwres asks for (hmc.md 2.3, steps 10 and 11).
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "hmc/operations/console.hpp"
#include "hmc/operations/request.hpp"

namespace lparsim::hmc {

// [blocks] Success prints nothing; a refusal or an incomplete change is its message. After an
// incomplete change the target stays where it was set: rsthwres brings it back. Changes after the
// first incomplete one are not tried, so the failed add of a move leaves the resource free.
tl::expected<std::string, std::string> change_resources(Console& console,
                                                        const ChangeRequest& request);

}  // namespace lparsim::hmc
