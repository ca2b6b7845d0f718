#include <array>

#include "hmc/cli/command.hpp"
#include "hmc/hmc.hpp"

namespace lparsim::hmc {

namespace {
constexpr std::array<const CommandSpec*, 6> kCommands = {
    &kChhwres, &kChsysstate, &kLshwres, &kLssyscfg, &kMigrlpar, &kRsthwres};
}  // namespace

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const CommandSpec* command : kCommands) names.push_back(command->name);
  return names;
}

const CommandSpec* find_command(std::string_view name) {
  for (const CommandSpec* command : kCommands) {
    if (command->name == name) return command;
  }
  return nullptr;
}

}  // namespace lparsim::hmc
