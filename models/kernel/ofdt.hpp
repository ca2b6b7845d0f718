// /proc/powerpc/ofdt: nodes and properties of the live tree edited from user space (kernel.md 9,
// drmgr.md 3). One write is one command:
//   add_node PATH NAME LENGTH VALUE [NAME LENGTH VALUE]...   values are raw bytes
//   remove_node PATH
//   add_property|update_property PHANDLE NAME LENGTH VALUE
//   remove_property PHANDLE NAME
#pragma once

#include <cstdint>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] The byte count or a negative errno. There is no lock.
std::int64_t ofdt_write(Kernel& kernel, std::string_view data);

}  // namespace lparsim::kernel
