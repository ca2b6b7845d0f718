// lssyscfg -r {sys|lpar|prof} (hmc.md 1.3).
#include <array>

#include "hmc/cli/list_command.hpp"
#include "hmc/cli/names.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"-r", Arity::value, "", ""},
    {"-m", Arity::value, "", ""},
    {"--filter", Arity::value, "lpar prof", ""},
    {"-F", Arity::words, "", ""},
    {"--header", Arity::flag, "", ""},
});

struct ResourceRow {
  std::string_view resource;
  Listing listing;
};
constexpr std::array kResources = std::to_array<ResourceRow>(
    {{"sys", Listing::sys}, {"lpar", Listing::lpar}, {"prof", Listing::prof}});

CommandOutput run(Console& console, const Options& options) {
  for (const ResourceRow& row : kResources) {
    if (row.resource != options.value("-r")) continue;
    if (const auto fit = check_resource(options, kOptions); !fit) {
      return tl::make_unexpected(fit.error());
    }
    // Without -m the systems are listed; everything below a system needs it (hmc.md 0.3).
    if (row.listing != Listing::sys || options.has("-m")) {
      const auto system = check_system(options, console.inventory);
      if (!system) return tl::make_unexpected(system.error());
    }
    return print_listing(console, options, row.listing);
  }
  return missing("-r");
}

}  // namespace

const CommandSpec kLssyscfg{"lssyscfg", true, kOptions, run};

}  // namespace lparsim::hmc
