// Our own bugs (the third kind): on in all builds. Never for what a guest or operator does.
#pragma once

#include <functional>
#include <string>

namespace lparsim {

// What the running world adds to a failed assertion: time, seed, choices made, last events.
// One process runs one world, so this is the one registration that is global.
void set_crash_report(std::function<std::string()> report);

// Called by a failed assertion before it reports anything. A program that can tell the failure
// better by starting anew does not come back from it.
void set_assertion_hook(void (*hook)());

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace lparsim

#define LPARSIM_ASSERT(expression) \
  (static_cast<bool>(expression)   \
       ? void(0)                   \
       : ::lparsim::assertion_failed(#expression, __FILE__, __LINE__))
