// One command of the HMC: its table of options and its function, listed in dispatch.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hmc/cli/options.hpp"
#include "hmc/operations/console.hpp"

namespace lparsim::hmc {

// What a command prints: rows, nothing, or the message of its failure (no newline at its end).
using CommandOutput = OrMessage<std::string>;
using CommandFunction = CommandOutput (*)(Console& console, const Options& options);

struct CommandSpec {
  std::string_view name;
  bool lists = false;                  // its errors are on stdout (hmc.md 0.2)
  std::span<const OptionSpec> options;
  CommandFunction run = nullptr;
};

extern const CommandSpec kLssyscfg, kLshwres, kChhwres, kRsthwres, kChsysstate,
    kMigrlpar;

// The table of commands; null for one that the HMC does not know.
const CommandSpec* find_command(std::string_view name);

}  // namespace lparsim::hmc
