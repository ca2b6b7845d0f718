// The client's side of a console.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/result.hpp"

namespace lparsim::console {

// Names the socket for commands that a shell starts by their own names.
inline constexpr const char* kSocketVariable = "LPARSIM_CONSOLE";

// Runs one command line there and prints what the HMC prints, on the stream that it uses. Its exit
// status. An error: nobody answers, or the answer breaks off.
Result<int> send_command(const std::string& socket, const std::string& line);

// A line that is these words to the HMC, whatever is in them.
std::string line_of(const std::vector<std::string>& words);

// The program was started by the name of an HMC's command: what it ends with. nullopt: it was not.
std::optional<int> run_as_command(int argc, char** argv);

}  // namespace lparsim::console
