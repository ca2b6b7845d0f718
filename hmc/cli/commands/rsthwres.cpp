// rsthwres -r {proc|mem}: the target becomes what the operating system really has (hmc.md 1.1).
// Without a partition: all whose values differ.
#include <array>

#include "hmc/cli/command.hpp"
#include "hmc/cli/names.hpp"
#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"-r", Arity::value, "", ""},
    {"-m", Arity::value, "", ""},
    {"-p", Arity::value, "", ""},
    {"--id", Arity::value, "", ""},
    {"-l", Arity::value, "io", ""},
    {"-u", Arity::value, "io", ""},
});

// Nothing to restore is no error: the values agree already.
void restore(Console& console, PartitionId partition, Resource resource) {
  if (!differs(console.hypervisor.partition(partition), resource)) return;
  if (resource == Resource::proc) console.hypervisor.restore_processors(partition);
  else console.hypervisor.restore_memory(partition);
}

CommandOutput run(Console& console, const Options& options) {
  const std::string& word = options.value("-r");
  if (word == "io") {
    return tl::make_unexpected(message(MessageId::not_modelled, {{"what", "rsthwres -r io"}}));
  }
  if (word != "proc" && word != "mem") return missing("-r");
  if (const auto fit = check_resource(options, kOptions); !fit) {
    return tl::make_unexpected(fit.error());
  }
  if (const auto system = check_system(options, console.inventory); !system) {
    return tl::make_unexpected(system.error());
  }
  const Resource resource = word == "proc" ? Resource::proc : Resource::mem;
  if (!options.has("-p") && !options.has("--id")) {
    for (const PartitionRecord& partition : console.inventory.partitions) {
      restore(console, partition.id, resource);
    }
    return std::string();
  }
  const auto partition = named_partition(options, console.inventory, "-p", "--id");
  if (!partition) return tl::make_unexpected(partition.error());
  restore(console, partition->id, resource);
  return std::string();
}

}  // namespace

const CommandSpec kRsthwres{"rsthwres", false, kOptions, run};

}  // namespace lparsim::hmc
