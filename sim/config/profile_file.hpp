// Firmware profiles as files: a shipped one with some fields set otherwise. The rows of
// firmware/profiles/profile_fields.hpp say which there are.
#pragma once

#include <memory>
#include <string>

#include "firmware/profiles/profile.hpp"
#include "sim/base/result.hpp"

namespace lparsim::config {

using FirmwareProfilePointer = std::shared_ptr<const firmware::FirmwareProfile>;

// One line per error: file, JSON pointer, found, allowed.
Result<FirmwareProfilePointer> read_profile(const std::string& path);

// `name`: a shipped profile, or else a file; a relative one is sought from `folder`.
Result<FirmwareProfilePointer> profile_named(const std::string& name, const std::string& folder,
                                             const std::string& where);

// The JSON Schema of such files, as scenarios/schema/profile.schema.json has it.
std::string profile_schema();

}  // namespace lparsim::config
