// lparsim serve MACHINE: an HMC that stays, for lparsim hmc --connect and for sshd.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sim/cli/booted_machine.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/paths.hpp"
#include "sim/cli/stop.hpp"
#include "sim/console/server.hpp"
#include "sim/console/shell.hpp"

namespace lparsim::cli {
namespace {

struct ServeArguments {
  std::string machine;
  console::ServerOptions options;
  scenario::ProfileNames profiles;
};

Result<void> serve(ServeArguments& arguments) {
  auto machine = scenario::load_world(arguments.machine, arguments.profiles);
  if (!machine) return tl::make_unexpected(machine.error());
  const auto booted = boot_machine(std::move(*machine));
  if (!booted) return tl::make_unexpected(booted.error());
  stop_politely_on({SIGINT, SIGTERM, SIGHUP});
  const std::string& socket = arguments.options.socket;
  const std::string folder = console::command_folder(socket);
  Result<void> links;
  arguments.options.stop = [&links] { return !links || told_to_stop(); };
  arguments.options.boot_hash = (*booted)->boot_hash;
  arguments.options.ready = [&] {
    links = console::make_command_folder(folder, program_path());
    if (links) fmt::print("{}: ready\n", socket);
    std::fflush(stdout);
  };
  auto served = console::serve((*booted)->world, arguments.options);
  std::error_code ignored;
  if (served) std::filesystem::remove_all(folder, ignored);   // otherwise it may be another's
  return served && !links ? links : served;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ServeArguments>();
  arguments->options.socket = "lparsim.sock";
  auto* command = app.add_subcommand("serve", "Keep a machine running and answer at a socket");
  command->add_option("MACHINE", arguments->machine, "A machine file")->required();
  command->add_option("--socket", arguments->options.socket, "Where, lparsim.sock when missing");
  command->add_option("--state", arguments->options.state,
                      "Keep the state in this file, and go on from it when it is there");
  command->add_flag("--real-time", arguments->options.real_time,
                    "Simulated time takes as long as real time");
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] {
    const auto served = serve(*arguments);
    if (!served) complain(served.error());
    exit_status = served ? 0 : kBadInput;
  });
}

}  // namespace lparsim::cli
