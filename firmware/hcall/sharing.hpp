// Shared logical resources: what one partition lets a partner use under a cookie (LoPAR 17.2.1.5).
// Memory and memory-mapped I/O; other types are not supported, which H_GRANT_LOGICAL says.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/hcall/hcall_state.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// The accepted resource in which all of [address, +bytes) of the partition lies; nullptr: none.
const Grant* accepted_range(const Core& core, PartitionId partition, SharedKind kind,
                            std::uint64_t address, std::uint64_t bytes);
// Where such an address lies with the partition that has the resource of its own.
struct SharedPlace {
  std::size_t partition = 0;
  std::uint64_t address = 0;
};
std::optional<SharedPlace> behind(const Core& core, const Grant& grant, std::uint64_t address);

// H_RESCINDED where the address was taken away by force, else H_Parameter.
std::int64_t bad_address(const Core& core, std::size_t partition, std::uint64_t address,
                         std::uint64_t bytes);

// Whether a part of [begin, end) of the partition's own resources is in another one's map.
bool shared_out(const Core& core, PartitionId owner, SharedKind kind, std::uint64_t begin,
                std::uint64_t end);
// The resource leaves its partition: what was granted of it is taken back by force.
void take_back(Core& core, PartitionId owner, SharedKind kind, std::uint64_t begin,
               std::uint64_t end);

// Makes the grant invalid; by force also what its grantee mapped, and what it granted on.
void rescind(Core& core, std::uint64_t cookie);

// The partition ended: it returns what it accepted, and what it granted is recovered
// kRecoveryDelay later (R1-17.2.1.5-2), which recover_shared does when the time has come.
void end_sharing(Core& core, std::size_t partition);
void recover_shared(Core& core);
inline constexpr Duration kRecoveryDelay = std::chrono::seconds{2};

}  // namespace lparsim::firmware
