// Requests of /sys/kernel/dlpar and of hot-plug events (kernel.md 0 and 5).
#pragma once

#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] One write to /sys/kernel/dlpar: the byte count, or what the handler returned.
std::int64_t dlpar_write(Kernel& kernel, std::string_view text);
// [blocks] Runs the handler of the resource: 0, a negative errno, or a bare -1.
int handle_request(Kernel& kernel, const DlparRequest& request);

// base 0 (0x.., 0.., decimal), one trailing newline: the kernel's way to read 32-bit numbers.
bool parse_u32(std::string_view text, std::uint32_t& value);
// The same for 64 bits: 0, -EINVAL or -ERANGE.
int parse_u64(std::string_view text, std::uint64_t& value);
// Equal, or equal but for one newline at the end of `text`.
bool same_word(std::string_view text, std::string_view word);

// An external interrupt of the hot-plug source; starts the threads that handle it.
void hotplug_interrupt(Kernel& kernel, std::uint32_t source);
// At boot: the sources of /event-sources/hot-plug-events.
void setup_hotplug(Kernel& kernel);

}  // namespace lparsim::kernel
