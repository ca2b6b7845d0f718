// The system parameters (LoPAR 7.3.16, table 7-79; RTAS.md 2): one row each. Values that the
// firmware makes from the configuration, and values that are kept. Which exist is the profile's.
// Left out, and so -3: capacity on demand (18, 19, 37, 38), SCSI initiators (35), boost modes and
// energy tuning (46, 47, 52), TLB block invalidate (50), service dates and keys (53, 54), NVDIMMs
// (56 to 58).
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

inline constexpr std::uint32_t kPartitionAutoRestart = 21, kPlatformAutoPowerRestart = 22,
                               kSurveillanceOn = 27, kSurveillanceMinutes = 28;

enum class ParameterStatus : std::int32_t {
  success = 0, not_supported = -3, not_authorized = -9002, parameter_error = -9999,
};

struct ParameterAnswer {
  ParameterStatus status = ParameterStatus::success;
  Bytes value;                        // on success of a get
};

ParameterAnswer get_parameter(const Core& core, std::size_t partition, std::uint32_t token);
// `data` as passed, without the two bytes of its length; empty: only asks whether it could be set.
ParameterStatus set_parameter(Core& core, std::size_t partition, std::uint32_t token,
                              ByteView data);
// A parameter of one byte, for firmware's own use: whatever the partition's authority; 0 when the
// platform has none of the kind.
std::uint8_t byte_parameter(const Core& core, std::size_t partition, std::uint32_t token);

}  // namespace lparsim::firmware
