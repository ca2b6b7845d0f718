// Which calls /rtas offers a partition and by which tokens (LoPAR 7.3.7.6, table 7-112 scope 2): as
// of the firmware that it was powered on with, until it activates a newer one.
#pragma once

#include <memory>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// What `profile` offers. After `before` the calls that it had already keep their tokens, and new
// ones follow.
std::shared_ptr<const RtasLevel> make_rtas_level(const FirmwareProfile& profile,
                                                 const RtasLevel* before = nullptr);
// The same level on another machine: `rtas`, the node as the OS knows it, stays as it is but for
// what table 7-112 lets a migration change.
std::shared_ptr<const RtasLevel> level_with(const RtasLevel& level, const Node& rtas);
void keep_rtas_properties(const PartitionState& partition, Node& root);
// Whether the machine offers other calls or hcall sets than the partition knows.
bool activation_pending(const Core& core, std::size_t partition);

struct CallFrame;
void activate_firmware(CallFrame& frame);

}  // namespace lparsim::firmware
