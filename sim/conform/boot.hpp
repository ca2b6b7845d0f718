// From a session to what it starts with: the machine for the firmware, the flattened tree for the
// kernel.
#pragma once

#include "firmware/hypervisor.hpp"
#include "sim/conform/session.hpp"

namespace lparsim::conform {

inline constexpr PartitionId kGuest{1};

// Errors: bad_input when the session asks for what cannot be: memory that is no multiple of an LMB.
Result<firmware::PlatformConfig> platform_of(const Session& session);

// The recorded tree, flattened, with the RTAS calls of `offered` (the firmware's own tree): tokens
// are numbers of a platform, and a call that is not modelled is not there. A .dts goes through dtc.
Result<Bytes> boot_tree(const Session& session, ByteView offered);

}  // namespace lparsim::conform
