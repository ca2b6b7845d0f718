#include <array>

#include "hmc/cli/command.hpp"

namespace lparsim::hmc {

const CommandSpec* find_command(std::string_view name) {
  static constexpr std::array<const CommandSpec*, 6> kCommands = {
      &kChhwres, &kChsysstate, &kLshwres, &kLssyscfg, &kMigrlpar, &kRsthwres};
  for (const CommandSpec* command : kCommands) {
    if (command->name == name) return command;
  }
  return nullptr;
}

}  // namespace lparsim::hmc
