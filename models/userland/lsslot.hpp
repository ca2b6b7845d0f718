// lsslot -c cpu|mem of powerpc-utils 1.3.10 (drmgr.md section 4, last paragraph).
#pragma once

#include <string>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::userland {

int lsslot(Process& process, const std::vector<std::string>& argv);

}  // namespace lparsim::userland
