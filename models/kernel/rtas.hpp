// RTAS from the kernel's side (LoPAR 7.2, kernel.md "RTAS helper semantics").
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

inline constexpr std::int32_t kRtasUnknownService = -1;
inline constexpr std::uint32_t kIsolationState = 9001;
inline constexpr std::uint32_t kEntitySense = 9003;       // as a sensor
inline constexpr std::uint32_t kAllocationState = 9003;   // as an indicator

// [blocks] Calls the service through the one argument block. `in` is cut to 32 bits. The outputs
// after the status go to `out`. Returns the status; -1 without a call when /rtas does not have it.
std::int32_t rtas_call(Kernel& kernel, std::string_view service,
                       std::initializer_list<std::uint64_t> in, std::span<std::uint32_t> out = {});
// The same on hardware thread `server`.
std::int32_t rtas_call_on(Kernel& kernel, std::uint32_t server, std::string_view service,
                          std::initializer_list<std::uint64_t> in,
                          std::span<std::uint32_t> out = {});
// [blocks] The same, repeated while it is busy.
std::int32_t rtas_call_waiting(Kernel& kernel, std::string_view service,
                               std::initializer_list<std::uint64_t> in,
                               std::span<std::uint32_t> out = {});
// [blocks] One call of a service whose first input is a work area: `area` (kWorkAreaSize bytes) is
// copied into the one in RMO memory and back under a lock, so that two sequences may interleave
// (kernel.md 0). An area of two pages has its second one at kConnectorExtent. -1 when there is no
// such memory.
inline constexpr std::size_t kWorkAreaSize = 4096;
std::int32_t rtas_call_with_area(Kernel& kernel, std::string_view service, Bytes& area,
                                 std::uint32_t second);
// Whether /rtas has the service.
bool has_service(const Kernel& kernel, std::string_view service);

// [blocks] True when the call is to be repeated; the wait that the status asks for is over then:
// -2 at once, 990x after 10^x ms but never more than 1 s.
bool rtas_busy_delay(Kernel& kernel, std::int32_t status);

// -EIO, -EINVAL, ...: 0 for 0, a positive status that is no busy status unchanged.
int rtas_error(Kernel& kernel, std::int32_t status);

// [blocks] set-indicator, repeated while busy; 0 or a negative errno.
int set_indicator(Kernel& kernel, std::uint32_t indicator, std::uint32_t index,
                  std::uint32_t value);

// [blocks] stop-self on this hardware thread; returns only if firmware refused (-1).
void stop_self(Kernel& kernel, std::uint32_t server);

// [blocks] The rtas system call (GuestKernel::rtas_syscall).
int rtas_syscall(Kernel& kernel, std::uint8_t block[76]);

}  // namespace lparsim::kernel
