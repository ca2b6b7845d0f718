// /proc/device-tree as a guest's programs see it, and what changed between two looks.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/kernel/guest_kernel.hpp"
#include "sim/conform/session.hpp"

namespace lparsim::conform {

struct TreePicture {
  Properties properties;              // "/cpus/reg" and value in hex, in the order of the files
  std::vector<std::string> nodes;     // all but the root
};

TreePicture look_at_tree(kernel::GuestKernel& kernel);
TreeDelta difference(const TreePicture& before, const TreePicture& after);

}  // namespace lparsim::conform
