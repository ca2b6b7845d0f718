// Small programs of a partition, with the texts of busybox and util-linux.
#pragma once

#include <string>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::userland {

int cat(Process& process, const std::vector<std::string>& argv);
int echo(Process& process, const std::vector<std::string>& argv);    // [-n]
int ls(Process& process, const std::vector<std::string>& argv);      // one name a line, sorted
int test(Process& process, const std::vector<std::string>& argv);    // -e|-f|-d PATH, A = B
int true_(Process& process, const std::vector<std::string>& argv);
int false_(Process& process, const std::vector<std::string>& argv);
int chcpu(Process& process, const std::vector<std::string>& argv);   // -e|-d LIST
int modprobe(Process& process, const std::vector<std::string>& argv);   // [-q] NAME...
// --smt[=on|off|N] [-n], --info, --cores-present, --cores-on[=N|all], --threads-per-core.
int ppc64_cpu(Process& process, const std::vector<std::string>& argv);
// Events that wait in the kernel's error log: starts drmgr for slots and host bridges.
int rtas_errd(Process& process, const std::vector<std::string>& argv);
// [-h|-P|-r] [now|+MINUTES]; does not return when the kernel ends.
int shutdown(Process& process, const std::vector<std::string>& argv);

}  // namespace lparsim::userland
