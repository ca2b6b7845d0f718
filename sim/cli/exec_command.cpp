// lparsim exec MACHINE PARTITION -- PROGRAM ARGUMENT...
#include <cstdio>
#include <memory>

#include "sim/cli/booted_machine.hpp"
#include "sim/cli/commands.hpp"
#include "sim/gateway/gateway.hpp"

namespace lparsim::cli {
namespace {

constexpr Duration kProgramLimit = std::chrono::hours(24 * 365);

struct ExecArguments {
  std::string machine, partition, sysroot;
  std::vector<std::string> program;
  scenario::ProfileNames profiles;
};

Result<PartitionId> linux_named(const models::WorldConfig& machine, const std::string& name) {
  const auto partition = partition_named(machine, name);
  if (!partition) return partition;
  const auto& os = machine.os.at(*partition);
  if (os.kind == models::OsKind::linux && os.powered_on) return partition;
  return bad_input(name, "this partition does not run Linux");
}

int run_program(models::World& world, PartitionId partition, const ExecArguments& arguments,
                gateway::Stage& stage) {
  gateway::RealProgram program{arguments.program, arguments.sysroot};
  program.captured = false;                       // its streams are ours
  program.patience = std::chrono::seconds(0);     // whoever typed it waits, or does not
  int status = kOwnFailure;
  bool done = false;
  world.run_program(
      partition, program.arguments.front(),
      [&](userland::Process& process) {
        return gateway::run_real_program(process, stage, program);
      },
      [&](models::ProcessResult result) {
        std::fputs(result.err.c_str(), stderr);
        status = result.exit_status;
        done = true;
      });
  world.run_until([&] { return done; }, kProgramLimit);
  return status;
}

int exec(const ExecArguments& arguments) {
  const auto refuse = [](const Error& error) {
    complain(error);
    return kOwnFailure;
  };
  if (const auto can = gateway::can_run(arguments.sysroot); !can) return refuse(can.error());
  auto stage = gateway::Stage::make();
  if (!stage) return refuse(stage.error());
  auto machine = scenario::load_world(arguments.machine, arguments.profiles);
  if (!machine) return refuse(machine.error());
  const auto partition = linux_named(*machine, arguments.partition);
  if (!partition) return refuse(partition.error());
  const auto booted = boot_machine(std::move(*machine));
  if (!booted) return refuse(booted.error());
  return run_program((*booted)->world, *partition, arguments, *stage);
}

}  // namespace

void add_exec(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ExecArguments>();
  auto* command = app.add_subcommand("exec", "Run a real program inside a simulated partition");
  command->add_option("MACHINE", arguments->machine, "A machine file")->required();
  command->add_option("PARTITION", arguments->partition, "Its name")->required();
  command->add_option("PROGRAM", arguments->program, "After --: the program and its arguments")
      ->required();
  command->add_option("--sysroot", arguments->sysroot,
                      "Folder with a POWER Linux (packaging/ppc64el-sysroot.sh): the program is "
                      "sought there and runs under qemu-ppc64le");
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = exec(*arguments); });
}

}  // namespace lparsim::cli
