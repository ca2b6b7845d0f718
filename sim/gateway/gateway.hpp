// A real program as a process of a simulated partition. It runs in an actor: whatever the program
// asks (its files, the rtas system call, sleeps) is done as one of our own programs would do it,
// and while the program computes, the simulation stands still. So simulated time passes only while
// the program waits for us, and one loop serves all.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "models/userland/process.hpp"
#include "sim/base/result.hpp"
#include "sim/gateway/sandbox.hpp"

namespace lparsim::gateway {

struct RealProgram {
  std::vector<std::string> arguments;        // [0]: a path, or a name that is sought
  // A folder with a POWER Linux file system (packaging/ppc64el-sysroot.sh): its programs run under
  // qemu-ppc64le. Empty: programs of this machine.
  std::string sysroot;
  bool captured = true;                      // streams go to the process's out() and err()
  // Real time without any request after which the program is killed; zero: never.
  std::chrono::seconds patience{60};
};

inline constexpr int kOwnFailure = 125;      // exit status when the program could not be run

// [blocks] Runs it to its end: its exit status, 128 + signal when one ended it. kOwnFailure with a
// line on err() when there is no sandbox or no such program.
// What it leaves in /var/log and /var/lock stays on the stage for the next one.
int run_real_program(userland::Process& process, Stage& stage, const RealProgram& program);

// Whether programs of the sysroot (empty: of this machine) can run here; the error says what is
// missing: FUSE, a mount namespace, the emulator, a preloaded library.
Result<void> can_run(const std::string& sysroot);

}  // namespace lparsim::gateway
