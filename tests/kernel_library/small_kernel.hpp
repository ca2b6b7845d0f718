// The skin that puts the C kernel behind GuestKernel.
#pragma once

#include <memory>

#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"

namespace lparsim::kernel {

std::unique_ptr<GuestKernel> make_small_kernel(KernelHost& host);

}  // namespace lparsim::kernel
