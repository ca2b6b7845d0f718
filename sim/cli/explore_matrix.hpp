// What firmware may do, seen by several kernels: an exploration for each pair of a firmware profile
// and a kernel level, as a table.
#pragma once

#include <string>

#include "sim/cli/explore_run.hpp"

namespace lparsim::cli {

// "phyp,qemu": more than one of either.
bool names_several(const scenario::ProfileNames& names);

// Prints the table and, of each pair that breaks something, the first and shortest list of faults.
// Exit status 0: nothing is broken; 1: something is; 2: a pair cannot be explored.
int explore_matrix(const std::string& file, const ExploreArguments& arguments);

}  // namespace lparsim::cli
