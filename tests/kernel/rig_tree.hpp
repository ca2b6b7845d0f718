// The flattened boot tree of the kernel tests and the tokens in its /rtas node.
#pragma once

#include <cstdint>
#include <string>

namespace lparsim::kernel {

// Name of the service with this token; empty for others.
std::string rig_service(std::uint32_t token);
std::uint32_t rig_token(const std::string& service);

}  // namespace lparsim::kernel
