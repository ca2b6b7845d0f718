// RTAS calls of a generic OS through real argument blocks in RMO memory (LoPAR 7.2).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/generic_os/state.hpp"
#include "models/kernel/kernel_host.hpp"

namespace lparsim::generic_os {

inline constexpr std::uint32_t kIsolationState = 9001;
inline constexpr std::uint32_t kAllocationState = 9003;   // as a sensor: DR entity sense
inline constexpr std::uint32_t kSensePresent = 1, kSenseUnusable = 2;

// What configure-connector delivered about a processor or LMB.
struct Connected {
  std::string node;                        // name of the top node
  std::vector<std::uint32_t> servers;      // ibm,ppc-interrupt-server#s, if it has any
};

class Rtas {
 public:
  // Calls are made on the boot thread. The caller holds the OS's command lock: there is one
  // argument block and one work area.
  Rtas(kernel::KernelHost& host, const State& state) : host_(host), state_(state) {}

  // [blocks] Status, repeated while busy (-2, 990x). Outputs after the status go to `out`.
  // -1 without a call when the platform does not have the service.
  std::int32_t call(std::string_view service, std::initializer_list<std::uint32_t> in,
                    std::uint32_t* out = nullptr);

  std::int32_t set_indicator(std::uint32_t indicator, std::uint32_t drc, std::uint32_t value) {
    return call("set-indicator", {indicator, drc, value});
  }
  // [blocks] All steps of configure-connector; nullopt with the status that ended them.
  std::optional<Connected> configure(std::uint32_t drc, std::int32_t& status);
  // [blocks] stop-self on this hardware thread: returns only when firmware refuses.
  void stop_self(std::uint32_t server);

 private:
  std::int32_t call_once(std::uint32_t server, std::uint64_t block, std::uint32_t token,
                         std::initializer_list<std::uint32_t> in, std::uint32_t* out);
  std::optional<std::uint32_t> token(std::string_view service) const;

  kernel::KernelHost& host_;
  const State& state_;
};

}  // namespace lparsim::generic_os
