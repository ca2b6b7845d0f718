// The loop of a console: takes commands from its socket, lets the simulation run while there is
// something to do, and answers. Commands of several sessions run side by side.
#pragma once

#include <functional>
#include <string>

#include "models/world.hpp"
#include "sim/base/result.hpp"

namespace lparsim::console {

struct ServerOptions {
  std::string socket;
  std::string state;                           // the journal's file; "": nothing is kept
  std::uint64_t boot_hash = 0;                 // of the event log: another machine, profile or
                                               // program has another one
  bool real_time = false;                      // simulated time is never ahead of real time
  std::function<bool()> stop;                  // asked now and then: the end
  std::function<void()> ready;                 // the socket is there, the state is taken up
};

// A booted world at rest. Returns when it was told to stop; nothing is left of the socket. An
// error: no socket, or a state that is not of this machine.
Result<void> serve(models::World& world, const ServerOptions& options);

}  // namespace lparsim::console
