// chsysstate -r lpar -o {on|shutdown|osshutdown} (hmc.md 1.5).
#include <algorithm>
#include <array>

#include "hmc/cli/command.hpp"
#include "hmc/cli/names.hpp"
#include "hmc/messages/catalogue.hpp"
#include "hmc/operations/power.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"-r", Arity::value, "", ""},
    {"-m", Arity::value, "", ""},
    {"-o", Arity::value, "", ""},
    {"-n", Arity::value, "lpar", ""},
    {"--id", Arity::value, "lpar", ""},
    {"-f", Arity::value, "lpar", ""},
    {"-b", Arity::value, "lpar", ""},
    {"-k", Arity::value, "lpar", ""},
    {"--immed", Arity::flag, "lpar", ""},
    {"--restart", Arity::flag, "lpar", ""},
    {"--force", Arity::flag, "lpar", ""},
});

constexpr std::array kNotModelled =
    std::to_array<std::string_view>({"dumprestart", "retrydump", "onstandby", "off", "recover"});
constexpr std::array kBootModes =
    std::to_array<std::string_view>({"norm", "dd", "ds", "of", "sms"});

CommandOutput not_modelled(const std::string& what) {
  return tl::make_unexpected(message(MessageId::not_modelled, {{"what", what}}));
}

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Refuses the options among `names` that were given.
OrMessage<bool> refuse_options(const Options& options,
                               std::initializer_list<std::string_view> names) {
  std::string wrong;
  for (const std::string_view name : names) {
    if (!options.has(name)) continue;
    if (!wrong.empty()) wrong += ',';
    wrong += name;
  }
  if (!wrong.empty()) return invalid(wrong);
  return true;
}

CommandOutput turn_on(Console& console, const Options& options, const NamedPartition& partition) {
  if (const auto fit = refuse_options(options, {"--immed", "--restart"}); !fit) {
    return tl::make_unexpected(fit.error());
  }
  if (options.has("-b") && options.value("-b") != "norm") {
    if (!among(kBootModes, options.value("-b"))) return missing("-b");
    return not_modelled("the boot mode " + options.value("-b"));
  }
  return activate(console, partition, options.optional_value("-f"));
}

CommandOutput turn_off(Console& console, const Options& options, const NamedPartition& partition,
                       bool by_rmc) {
  if (const auto fit = refuse_options(options, {"-f", "-b", "-k"}); !fit) {
    return tl::make_unexpected(fit.error());
  }
  // osshutdown --immed is shutdown -F in the partition: its operating system is still asked.
  const Shutdown how = by_rmc                   ? Shutdown::by_rmc
                       : options.has("--immed") ? Shutdown::immediate
                                                : Shutdown::asked;
  return shut_down(console, partition, how, options.has("--restart"));
}

CommandOutput run(Console& console, const Options& options) {
  const std::string& resource = options.value("-r");
  const std::string& operation = options.value("-o");
  if (resource != "lpar" && resource != "sys") return missing("-r");
  if (const auto fit = check_resource(options, kOptions); !fit) {
    return tl::make_unexpected(fit.error());
  }
  if (among(kNotModelled, operation)) return not_modelled("chsysstate -o " + operation);
  if (const auto system = check_system(options, console.inventory); !system) {
    return tl::make_unexpected(system.error());
  }
  if (resource == "sys") {
    // rebuild refreshes cached values; this console reads every value when it is asked.
    return operation == "rebuild" ? CommandOutput(std::string()) : CommandOutput(missing("-o"));
  }
  const bool by_rmc = operation == "osshutdown";
  const bool off = by_rmc || operation == "shutdown";
  if (!off && operation != "on") return missing("-o");
  const auto partition = named_partition(options, console.inventory, "-n", "--id");
  if (!partition) return tl::make_unexpected(partition.error());
  return off ? turn_off(console, options, *partition, by_rmc)
             : turn_on(console, options, *partition);
}

}  // namespace

const CommandSpec kChsysstate{"chsysstate", false, kOptions, run};

}  // namespace lparsim::hmc
