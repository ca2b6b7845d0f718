#include "sim/cli/explore_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "hmc/cli/words.hpp"
#include "sim/base/processes.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/stop.hpp"

namespace lparsim::cli {
namespace {

using Name = std::optional<scenario::ProfileName>;

// Each name of a list, or the absence of one.
std::vector<Name> each_of(const Name& list) {
  if (!list) return {std::nullopt};
  std::vector<Name> all;
  for (std::string& name : hmc::split_at(list->name, ',')) {
    all.emplace_back(*list)->name = std::move(name);
  }
  return all;
}

// Of a file its name without folders and ending.
std::string shown(const Name& name) {
  if (!name) return "as in the scenario";
  return name->name.ends_with(".json") ? std::filesystem::path(name->name).stem().string()
                                       : name->name;
}

std::string content_of(const ExploreCell& cell) {
  if (!cell.ran) return "-";
  return fmt::format("{}{}", cell.violations, cell.complete ? "" : "+");
}

}  // namespace

bool names_several(const scenario::ProfileNames& names) {
  return each_of(names.firmware).size() > 1 || each_of(names.kernel).size() > 1;
}

int explore_matrix(const std::string& file, const ExploreArguments& arguments) {
  if (!arguments.out.empty()) {
    complain({ErrorCode::bad_input, "a table writes nothing: allowed is one firmware profile and "
                                    "one kernel level", "--out"});
    return kBadInput;
  }
  const auto shared = shared_with_children<ExploreCell>();
  if (!shared) {
    complain(shared.error());
    return kBadInput;
  }
  ExploreCell& cell = **shared;
  const auto columns = each_of(arguments.profiles.firmware);
  std::string table = fmt::format("{:18}", ""), traces;
  for (const Name& firmware : columns) table += fmt::format(" {:>12}", shown(firmware));
  int worst = 0;
  for (const Name& kernel : each_of(arguments.profiles.kernel)) {
    table += fmt::format("\n{:18}", shown(kernel));
    for (const Name& firmware : columns) {
      ExploreArguments pair = arguments;
      pair.profiles.firmware = firmware;
      pair.profiles.kernel = kernel;
      cell = {};
      if (!told_to_stop()) worst = std::max(worst, explore_in_a_process(file, pair, &cell));
      table += fmt::format(" {:>12}", content_of(cell));
      if (cell.violations == 0) continue;
      traces += fmt::format("{} on {}\n{}", shown(kernel), shown(firmware), cell.first.data());
    }
  }
  fmt::print("{}: distinct violations with at most {} faults, by kernel level and firmware\n{}\n{}",
             file, arguments.faults, table, traces);
  std::fflush(stdout);
  return worst;
}

}  // namespace lparsim::cli
