// Lines that an HMC's shell would act on: pipes, loops, filters. A real, restricted bash takes
// them; its PATH is a folder that holds the HMC's commands, which are this program under other
// names, and the usual filters. A fence and not a wall: whoever may use it has its user's rights.
#pragma once

#include <string>
#include <string_view>

#include "sim/base/result.hpp"

namespace lparsim::console {

// The folder of the console that answers at this socket.
std::string command_folder(const std::string& socket);
// Makes it anew: a link for each command and filter that this machine has.
Result<void> make_command_folder(const std::string& folder, const std::string& program);

// Whether the HMC alone does not understand the line: it has more in it than words and quotes, or
// begins with no command of the HMC's.
bool needs_shell(std::string_view line);

// Becomes the shell; comes back only when that fails. An empty line: one to type at.
Error become_shell(const std::string& socket, const std::string& line);

}  // namespace lparsim::console
