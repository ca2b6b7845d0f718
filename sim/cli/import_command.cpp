// lparsim import hmc DIR -o MACHINE.json
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "sim/cli/commands.hpp"
#include "sim/config/import_hmc.hpp"
#include "sim/config/machine.hpp"
#include "sim/report/atomic_file.hpp"

namespace lparsim::cli {
namespace {

struct ImportArguments {
  std::string folder, output;
};

int import_hmc(const ImportArguments& arguments) {
  auto imported = config::import_hmc(arguments.folder);
  if (!imported) {
    complain(imported.error());
    return kBadInput;
  }
  for (const auto& line : imported->notes) fmt::print(stderr, "lparsim: {}\n", line);
  const auto written = report::write_file_atomically(arguments.output,
                                                     config::machine_text(imported->machine));
  if (!written) complain(written.error());
  return written ? 0 : kBadInput;
}

}  // namespace

void add_import(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ImportArguments>();
  auto* command = app.add_subcommand("import", "Build a machine from what was captured");
  command->require_subcommand(1);
  auto* hmc = command->add_subcommand("hmc", "From a folder of captured HMC command output");
  hmc->add_option("DIR", arguments->folder, "One file per command, \"$ command\" first")
      ->required();
  hmc->add_option("-o,--output", arguments->output, "The machine file to write")->required();
  hmc->callback([arguments, &exit_status] { exit_status = import_hmc(*arguments); });
}

}  // namespace lparsim::cli
