// lparsim conform SESSION.json...
#include <fmt/format.h>

#include "sim/cli/commands.hpp"
#include "sim/conform/conform.hpp"

namespace lparsim::cli {
namespace {

struct Counted {
  std::size_t conform = 0, all = 0;
};

void print(const conform::OpVerdict& verdict, bool everything, Counted& counted) {
  ++counted.all;
  if (verdict.ok()) {
    ++counted.conform;
    fmt::print("ok {}\n", verdict.op);
    return;
  }
  fmt::print("differs {}: {}\n", verdict.op, verdict.differences.front());
  for (std::size_t i = 1; everything && i < verdict.differences.size(); ++i) {
    fmt::print("  and {}\n", verdict.differences[i]);
  }
}

int run_conform(const std::vector<std::string>& sessions, bool everything) {
  Counted counted;
  for (const std::string& session : sessions) {
    const auto played = conform::conform(session, [&](const conform::OpVerdict& verdict) {
      print(verdict, everything, counted);
    });
    if (!played) {
      complain(played.error());
      return kBadInput;
    }
  }
  fmt::print("{} of {} conform\n", counted.conform, counted.all);
  return counted.conform == counted.all ? 0 : 1;
}

}  // namespace

void add_conform(CLI::App& app, int& exit_status) {
  auto sessions = std::make_shared<std::vector<std::string>>();
  auto everything = std::make_shared<bool>(false);
  auto* command =
      app.add_subcommand("conform", "Replay recorded operations of a real kernel and compare");
  command->add_option("SESSION", *sessions, "Recorded sessions (docs/conform.md)")->required();
  command->add_flag("-v,--verbose", *everything, "All differences of an operation, not the first");
  command->callback([sessions, everything, &exit_status] {
    exit_status = run_conform(*sessions, *everything);
  });
}

}  // namespace lparsim::cli
