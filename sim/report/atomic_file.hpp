// Output files appear whole or not at all: written beside their place, then renamed.
#pragma once

#include <string>
#include <string_view>

#include "sim/base/result.hpp"

namespace lparsim::report {

// ErrorCode::io names the file and what the system said; nothing is left behind then. A target
// that is no regular file (/dev/stdout, a pipe) cannot be replaced and is written in place.
Result<void> write_file_atomically(const std::string& path, std::string_view content);

}  // namespace lparsim::report
