// Which RTAS calls may be under way at once in a partition (LoPAR 7.2.3; RTAS.md 1).
#pragma once

#include <string_view>

namespace lparsim::firmware {

// Whether a processor may enter `next` while another is inside `inside`.
bool may_overlap(std::string_view inside, std::string_view next);

}  // namespace lparsim::firmware
