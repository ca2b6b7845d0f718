// Which operating system a partition runs: the one place that knows all of them.
#pragma once

#include <memory>
#include <string>

#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"
#include "models/userland/process.hpp"
#include "models/world.hpp"

namespace lparsim::models {

// The kernel of this OS on `host`. An unknown level is the configuration reader's business: here it
// is our own bug.
std::unique_ptr<kernel::GuestKernel> make_guest_kernel(const OsConfig& os,
                                                       kernel::KernelHost& host);

// The powerpc-utils of this OS. An unknown one is the configuration reader's business, as above.
const userland::Version& userland_version(const OsConfig& os);

// [blocks] Runs a command line in the OS, as its shell or its RMC agent does. Its exit status.
int run_guest_command(const OsConfig& os, kernel::GuestKernel& guest_kernel,
                      userland::Process& process, const std::string& command_line);

}  // namespace lparsim::models
