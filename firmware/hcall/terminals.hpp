// Virtual terminals (LoPAR 17.5.2): a client's console is open to one holder at a time, the
// management console or a server terminal of another partition.
#pragma once

#include <string>
#include <string_view>

#include "firmware/hcall/adapters.hpp"

namespace lparsim::firmware {

inline constexpr std::size_t kTerminalBuffer = 4096;   // characters that wait in one direction

// The management console's side of a client terminal. open_console: false when somebody holds it.
bool open_console(Core& core, AdapterPlace place);
void close_console(Core& core, AdapterPlace place);
// Characters typed; false, and nothing taken, when it is not open or has no room.
bool type_console(Core& core, AdapterPlace place, std::string_view text);
// What the partition has written since the last call.
std::string read_console(Core& core, AdapterPlace place);

// Breaks whatever connection the terminal has; the other end is told by an interrupt.
void close_terminal(Core& core, AdapterPlace place);

}  // namespace lparsim::firmware
