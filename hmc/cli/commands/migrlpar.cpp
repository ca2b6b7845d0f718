// migrlpar -o {v|m|s} -m SYS [-t SYS] {-p L | --id N} [-w MIN] (hmc.md 1.6).
#include <algorithm>
#include <array>

#include "hmc/cli/command.hpp"
#include "hmc/cli/names.hpp"
#include "hmc/messages/catalogue.hpp"
#include "hmc/operations/migration.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"-o", Arity::value, "", ""},
    {"-m", Arity::value, "", ""},
    {"-t", Arity::value, "", ""},
    {"-p", Arity::value, "", ""},
    {"--id", Arity::value, "", ""},
    {"-w", Arity::value, "", ""},
    {"-i", Arity::value, "", ""},
    {"-f", Arity::value, "", ""},
    {"-d", Arity::value, "", ""},
    {"-u", Arity::value, "", ""},
    {"--ip", Arity::value, "", ""},
    {"--all", Arity::flag, "", ""},
    {"--async", Arity::flag, "", ""},
    {"--force", Arity::flag, "", ""},
});

// Real options of a migration, and what is missing here for them.
struct Absent {
  std::string_view option, what;
};
constexpr std::array kAbsent = std::to_array<Absent>({
    {"-i", "attributes of a migration (movers, adapter mappings, pools)"},
    {"-f", "files of migration attributes"},
    {"-d", "levels of detail of a migration"},
    {"-u", "another management console"},
    {"--ip", "another management console"},
    {"--all", "the migration of all partitions at once"},
    {"--async", "a migration that goes on after its command"},
    {"--force", "a migration in spite of errors"},
});
constexpr std::array kNotModelled = std::to_array<std::string_view>({"r", "set"});
constexpr std::int64_t kLongestWaitMinutes = 1'000'000;

CommandOutput not_modelled(std::string_view what) {
  return tl::make_unexpected(message(MessageId::not_modelled, {{"what", std::string(what)}}));
}

OrMessage<MigrationRequest> request_of(Console& console, const Options& options,
                                       const NamedPartition& partition) {
  if (!options.has("-t")) return missing("-t");
  MigrationRequest request{partition, options.value("-t")};
  const auto targets = console.hypervisor.migration_targets();
  const bool same = request.target == console.inventory.system_name;
  if (!same && std::find(targets.begin(), targets.end(), request.target) == targets.end()) {
    return tl::make_unexpected(message(MessageId::no_such_system, {{"system", request.target}}));
  }
  if (!options.has("-w")) return request;
  const auto minutes = whole_number(options.value("-w"));
  if (!minutes || *minutes > kLongestWaitMinutes) return missing("-w");
  request.wait_minutes = *minutes;
  return request;
}

CommandOutput run(Console& console, const Options& options) {
  for (const Absent& absent : kAbsent) {
    if (options.has(absent.option)) return not_modelled(absent.what);
  }
  const std::string& operation = options.value("-o");
  const auto* const unknown = std::find(kNotModelled.begin(), kNotModelled.end(), operation);
  if (unknown != kNotModelled.end()) return not_modelled("migrlpar -o " + operation);
  if (operation != "v" && operation != "m" && operation != "s") return missing("-o");
  if (const auto system = check_system(options, console.inventory); !system) {
    return tl::make_unexpected(system.error());
  }
  const auto partition = named_partition(options, console.inventory, "-p", "--id");
  if (!partition) return tl::make_unexpected(partition.error());
  if (operation == "s") {
    if (options.has("-t") || options.has("-w")) return invalid(options.has("-t") ? "-t" : "-w");
    return stop_migration(console, *partition);
  }
  const auto request = request_of(console, options, *partition);
  if (!request) return tl::make_unexpected(request.error());
  return operation == "v" ? validate_migration(console, *request) : migrate(console, *request);
}

}  // namespace

const CommandSpec kMigrlpar{"migrlpar", false, kOptions, run};

}  // namespace lparsim::hmc
