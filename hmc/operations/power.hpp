// Activation and shutdown of a partition (hmc.md 1.5 and 2.5).
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "hmc/operations/console.hpp"
#include "hmc/operations/request.hpp"

namespace lparsim::hmc {

// [blocks] Success prints nothing. With a profile its setting replaces the configuration, without
// one the partition starts with what it had; one that never had any is refused.
tl::expected<std::string, std::string> activate(Console& console, const NamedPartition& partition,
                                                const std::optional<std::string>& profile);

enum class Shutdown {
  asked,       // -o shutdown: the operating system is asked
  by_rmc,      // -o osshutdown: refused when nobody can be asked
  immediate,   // --immed
};

// [blocks]
tl::expected<std::string, std::string> shut_down(Console& console,
                                                 const NamedPartition& partition, Shutdown how,
                                                 bool restart);

}  // namespace lparsim::hmc
