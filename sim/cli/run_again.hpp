// A crash of a scenario that runs in the program's own process is a result as well: the program
// starts itself anew with the same arguments, told to give the scenario a process of its own. There
// the same happens again, as the simulation is deterministic, and can be told by its parent.
#pragma once

#include "sim/scenario/progress.hpp"

namespace lparsim::cli {

// Whether this program was started anew. LPARSIM_ISOLATE=1 asks for the same by hand.
bool isolation_wanted();

// While it lives, every way to crash, and a simulation that uses Watchdog::kPatience of processor
// time without a beat of `progress`, end this program and start it anew. At most one at a time.
// What ends a process without asking it (SIGKILL, no memory left on the machine) ends the program.
class RunAgainIsolated {
 public:
  explicit RunAgainIsolated(const scenario::Progress& progress);
  ~RunAgainIsolated();
  RunAgainIsolated(const RunAgainIsolated&) = delete;
  RunAgainIsolated& operator=(const RunAgainIsolated&) = delete;
};

}  // namespace lparsim::cli
