// lparsim hmc MACHINE COMMAND..., lparsim dtb MACHINE PARTITION -o FILE, lparsim bench
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "sim/cli/booted_machine.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/paths.hpp"
#include "sim/console/client.hpp"
#include "sim/console/shell.hpp"
#include "sim/report/atomic_file.hpp"

namespace lparsim::cli {
namespace {

constexpr Duration kCommandLimit = std::chrono::hours(24 * 365);

struct MachineArguments {
  std::string machine, partition, output, socket;
  std::vector<std::string> commands;
  scenario::ProfileNames profiles;
};

// Runs one command and prints what the HMC prints, on the stream that it uses.
Result<int> run_command(models::World& world, const std::string& command) {
  hmc::CommandResult result;
  bool done = false;
  world.hmc_command(command, [&](hmc::CommandResult answer) {
    result = std::move(answer);
    done = true;
  });
  if (!world.run_until([&done] { return done; }, kCommandLimit)) {
    const auto& overrun = world.actors().overrun();
    return failure(ErrorCode::unsupported, command,
                   overrun ? "it does not end: " + *overrun : "the command never ended");
  }
  std::fwrite(result.out.data(), 1, result.out.size(), stdout);
  std::fflush(stdout);
  std::fwrite(result.err.data(), 1, result.err.size(), stderr);
  world.run_to_rest(kCommandLimit);
  if (const auto& overrun = world.actors().overrun()) {
    return failure(ErrorCode::unsupported, command, "what it began does not end: " + *overrun);
  }
  return result.exit_status;
}

// The client of `lparsim serve`. Without a command, as sshd starts it: the one that sshd was asked
// for, or a shell to type at.
int talk_to_console(MachineArguments& arguments) {
  if (!arguments.machine.empty()) {
    arguments.commands.insert(arguments.commands.begin(), arguments.machine);
  }
  const char* by_ssh = std::getenv("SSH_ORIGINAL_COMMAND");
  if (arguments.commands.empty()) arguments.commands.emplace_back(by_ssh == nullptr ? "" : by_ssh);
  int exit_status = 0;
  for (const auto& command : arguments.commands) {
    if (console::needs_shell(command) && arguments.commands.size() == 1) {
      complain(console::become_shell(arguments.socket, command));
      return kOwnFailure;
    }
    const auto status = console::send_command(arguments.socket, command);
    if (!status) {
      complain(status.error());
      return kOwnFailure;
    }
    if (*status != 0 && exit_status == 0) exit_status = *status;
  }
  return exit_status;
}

int run_hmc(MachineArguments& arguments) {
  if (!arguments.socket.empty()) return talk_to_console(arguments);
  if (arguments.machine.empty() || arguments.commands.empty()) {
    complain({ErrorCode::bad_input, "MACHINE and COMMAND are required without --connect", "hmc"});
    return kBadInput;
  }
  auto machine = scenario::load_world(arguments.machine, arguments.profiles);
  if (!machine) {
    complain(machine.error());
    return kOwnFailure;
  }
  const auto booted = boot_machine(std::move(*machine));
  if (!booted) {
    complain(booted.error());
    return kOwnFailure;
  }
  int exit_status = 0;
  for (const auto& command : arguments.commands) {
    const auto status = run_command((*booted)->world, command);
    if (!status) {
      complain(status.error());
      return kOwnFailure;
    }
    if (*status != 0 && exit_status == 0) exit_status = *status;   // the first failure is told
  }
  return exit_status;
}

int write_tree(const MachineArguments& arguments) {
  auto machine = scenario::load_world(arguments.machine, arguments.profiles);
  const auto partition = machine ? partition_named(*machine, arguments.partition)
                                 : Result<PartitionId>(tl::make_unexpected(machine.error()));
  if (!partition) {
    complain(partition.error());
    return kBadInput;
  }
  const auto booted = boot_machine(std::move(*machine));
  if (!booted) {
    complain(booted.error());
    return kBadInput;
  }
  const auto& hypervisor = (*booted)->world.hypervisor();
  if (hypervisor.partition(*partition).power != firmware::PowerState::on) {
    complain({ErrorCode::unsupported, "the partition is not activated, it has no device tree",
              arguments.partition});
    return kBadInput;
  }
  const Bytes tree = hypervisor.flattened_tree(*partition);
  const std::string_view content(reinterpret_cast<const char*>(tree.data()), tree.size());
  const auto written = report::write_file_atomically(arguments.output, content);
  if (!written) complain(written.error());
  return written ? 0 : kBadInput;
}

int run_bench(std::vector<std::string> arguments) {
  const auto program = bench_program();
  if (!program) {
    complain(program.error());
    return kBadInput;
  }
  // What the benchmark of whole processes runs; without them it says "not measured".
  if (const auto flow = shipped_file("flows/cpu_add.json")) {
    ::setenv("LPARSIM_FLOW", flow->c_str(), 1);
    ::setenv("LPARSIM_PROGRAM", program_path().c_str(), 1);
  }
  std::vector<char*> words{const_cast<char*>(program->c_str())};
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  ::execv(program->c_str(), words.data());
  complain({ErrorCode::io, "cannot be run", *program});
  return kBadInput;
}

}  // namespace

void add_hmc(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<MachineArguments>();
  auto* command = app.add_subcommand("hmc", "Boot a machine and run commands as typed at its HMC");
  command->add_option("MACHINE", arguments->machine, "A machine file; none with --connect");
  command->add_option("COMMAND", arguments->commands, "One string per command");
  command->add_option("--connect", arguments->socket,
                      "The socket of `lparsim serve`: the commands go to that machine. Without "
                      "any: $SSH_ORIGINAL_COMMAND, or a shell");
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = run_hmc(*arguments); });
}

void add_dtb(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<MachineArguments>();
  auto* command = app.add_subcommand("dtb", "Write a running partition's flattened device tree");
  command->add_option("MACHINE", arguments->machine, "A machine file")->required();
  command->add_option("PARTITION", arguments->partition, "Its name")->required();
  command->add_option("-o,--output", arguments->output, "The file to write")->required();
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = write_tree(*arguments); });
}

void add_bench(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<std::vector<std::string>>();
  auto* command = app.add_subcommand("bench", "Run the benchmark suite");
  command->add_option("ARGUMENT", *arguments, "Passed on to the benchmark program");
  command->allow_extras();
  command->callback([arguments, command, &exit_status] {
    auto all = *arguments;
    for (auto& extra : command->remaining()) all.push_back(extra);
    exit_status = run_bench(std::move(all));
  });
}

}  // namespace lparsim::cli
