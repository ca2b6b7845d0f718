// Everything that a program can see of a kernel's files, as one value to compare.
#pragma once

#include <map>
#include <string>

#include "models/kernel/guest_kernel.hpp"

namespace lparsim::kernel {

// Path -> type, mode, size, and content, target or errno. Below /sys/bus/pci/slots reading asks
// firmware, so that nothing is read there.
std::map<std::string, std::string> surface(GuestKernel& kernel);

}  // namespace lparsim::kernel
