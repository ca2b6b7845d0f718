// lparsim check PATH... and lparsim schema KIND
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "sim/cli/commands.hpp"
#include "sim/cli/paths.hpp"
#include "sim/config/kernel_file.hpp"
#include "sim/config/profile_file.hpp"

namespace lparsim::cli {
namespace {

Result<void> check_file(const std::string& path) {
  const auto kind = kind_of_file(path);
  if (!kind) return tl::make_unexpected(kind.error());
  if (*kind == "scenario") {
    const auto loaded = scenario::load_scenario(path, {});
    if (!loaded) return tl::make_unexpected(loaded.error());
    return {};
  }
  if (*kind == "schema") return {};  // an editor's file: well-formed is all we ask
  if (*kind == "machine") {
    const auto machine = scenario::load_world(path, {});
    if (!machine) return tl::make_unexpected(machine.error());
    return {};
  }
  if (*kind == "profile") {
    const auto profile = config::read_profile(path);
    if (!profile) return tl::make_unexpected(profile.error());
    return {};
  }
  if (*kind == "kernel") {
    const auto kernel = config::read_kernel(path);
    if (!kernel) return tl::make_unexpected(kernel.error());
    return {};
  }
  return bad_input(path + ": /kind", fmt::format("found \"{}\", allowed is one of scenario, "
                                                 "machine, profile, kernel", *kind));
}

int check(const std::vector<std::string>& paths) {
  const auto files = json_files(paths);
  if (!files || files->empty()) {
    complain(files ? Error{ErrorCode::not_found, "no JSON file found", paths.front()}
                   : files.error());
    return kBadInput;
  }
  std::size_t good = 0, bad = 0;
  for (const auto& file : *files) {
    const auto checked = check_file(file);
    if (!checked) complain(checked.error());
    ++(checked ? good : bad);
  }
  fmt::print("{} valid, {} not\n", good, bad);
  return bad == 0 ? 0 : kBadInput;
}

int print_schema(const std::string& kind) {
  const auto path = shipped_file("schema/" + kind + ".schema.json");
  std::ifstream file(path.value_or(""));
  std::ostringstream text;
  text << file.rdbuf();
  if (!path || !file) {
    complain(path ? Error{ErrorCode::io, "cannot read", *path} : path.error());
    return kBadInput;
  }
  std::fputs(text.str().c_str(), stdout);
  return 0;
}

}  // namespace

void add_check(CLI::App& app, int& exit_status) {
  auto paths = std::make_shared<std::vector<std::string>>();
  auto* command =
      app.add_subcommand("check", "Validate scenarios, machines, firmware profiles and kernels");
  command->add_option("PATH", *paths, "Files or folders")->required();
  command->callback([paths, &exit_status] { exit_status = check(*paths); });
}

void add_schema(CLI::App& app, int& exit_status) {
  auto kind = std::make_shared<std::string>();
  auto* command = app.add_subcommand("schema", "Print the JSON Schema of a kind of file");
  command->add_option("KIND", *kind, "scenario, machine, profile or kernel")
      ->required()
      ->check(CLI::IsMember({"scenario", "machine", "profile", "kernel"}));
  command->callback([kind, &exit_status] { exit_status = print_schema(*kind); });
}

}  // namespace lparsim::cli
