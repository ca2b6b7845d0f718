// The operating system of AIX, VIOS and IBM i partitions as far as the platform and the HMC can see
// it: it boots, owns processors and memory and answers the HMC's requests to add or remove them
// (LoPAR 13.7.3; hmc.md 2.4). Its texts are neutral: never those of Linux's drmgr.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"

namespace lparsim::generic_os {

// A kernel without any files: every path is -ENOENT, the rtas system call is -ENOSYS.
std::unique_ptr<kernel::GuestKernel> make_generic_os(kernel::KernelHost& host);

// [blocks] A request of the HMC, as the words of its command line:
//   drmgr -c cpu|mem -a|-r -q N [-p ent_capacity|variable_weight] [-w MINUTES] [-d LEVEL]
// N counts processors, LMBs, hundredths of a processor or weight. Appends to out and err and
// returns the exit status: 0 all done, 1 not all done, 2 a request it does not understand, 127
// another program. stdout gets "DR_TOTAL_RESOURCES=n", n = what was done. `os` must come from
// make_generic_os.
int dlpar(kernel::GuestKernel& os, const std::vector<std::string>& argv, std::string& out,
          std::string& err);

}  // namespace lparsim::generic_os
