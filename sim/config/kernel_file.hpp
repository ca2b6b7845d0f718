// Kernel levels as files: a shipped one with some switches turned, or configured otherwise. The
// rows of models/kernel/level.hpp say which there are.
#pragma once

#include <memory>
#include <string>

#include "models/kernel/level.hpp"
#include "sim/base/result.hpp"

namespace lparsim::config {

using KernelLevelPointer = std::shared_ptr<const kernel::KernelLevel>;

// One line per error: file, JSON pointer, found, allowed.
Result<KernelLevelPointer> read_kernel(const std::string& path);

// `name`: a shipped level, or else a file; a relative one is sought from `folder`.
Result<KernelLevelPointer> kernel_named(const std::string& name, const std::string& folder,
                                        const std::string& where);

// The JSON Schema of such files, as scenarios/schema/kernel.schema.json has it.
std::string kernel_schema();

}  // namespace lparsim::config
