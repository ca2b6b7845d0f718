#include "sim/scenario/real_agents.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "models/userland/shell.hpp"
#include "sim/gateway/gateway.hpp"

namespace lparsim::scenario {
namespace {

Result<models::OsConfig*> linux_of(const RawAgent& agent, models::WorldConfig& world) {
  for (std::size_t number = 0; number < world.systems(); ++number) {
    for (const auto& partition : world.system(number).platform.partitions) {
      if (partition.name != agent.partition) continue;
      auto& os = world.os[partition.id];
      if (os.kind == models::OsKind::linux) return &os;
      return bad_input(agent.where + "/partition",
                       "found \"" + agent.partition + "\", allowed is a partition with Linux");
    }
  }
  return bad_input(agent.where + "/partition",
                   "found \"" + agent.partition + "\", there is no such partition");
}

}  // namespace

Result<void> add_agents(const RawScenario& raw, models::WorldConfig& world) {
  for (const RawAgent& agent : raw.agents) {
    auto os = linux_of(agent, world);
    if (!os) return tl::make_unexpected(os.error());
    const auto folder = std::filesystem::path(raw.file).parent_path() / agent.sysroot;
    const std::string sysroot = std::filesystem::absolute(folder).lexically_normal().string();
    if (const auto can = gateway::can_run(sysroot); !can) {
      return bad_input(agent.where + "/sysroot", can.error().line());
    }
    auto made = gateway::Stage::make();
    if (!made) return tl::make_unexpected(made.error());
    const auto stage = std::make_shared<gateway::Stage>(std::move(*made));
    (*os)->agent = [stage, sysroot](userland::Process& process, const std::string& line) {
      return gateway::run_real_program(process, *stage,
                                       {userland::split_command_line(line).words, sysroot});
    };
  }
  return {};
}

}  // namespace lparsim::scenario
