// NVRAM partitions (LoPAR chapter 8) through nvram-fetch and nvram-store, 32 bytes a call.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

struct NvramPartition {
  std::uint32_t at = 0;                // of its data, behind the header
  std::uint32_t size = 0;              // of its data
};

// [blocks] The OS's partition of this name; made in the first free one that is large enough when
// there is none. nullopt: no NVRAM or no space.
std::optional<NvramPartition> os_partition(Kernel& kernel, std::string_view name,
                                           std::uint32_t size);
// [blocks] False when firmware refused.
bool nvram_read(Kernel& kernel, std::uint32_t at, Bytes& out);
bool nvram_write(Kernel& kernel, std::uint32_t at, ByteView data);

}  // namespace lparsim::kernel
