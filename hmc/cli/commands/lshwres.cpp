// lshwres -r {proc|mem|io|virtualio} (hmc.md 1.2). -R keeps what rsthwres would restore.
#include <array>

#include "hmc/cli/list_command.hpp"
#include "hmc/cli/names.hpp"
#include "hmc/cli/print.hpp"
#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"-r", Arity::value, "", ""},
    {"--rsubtype", Arity::value, "io virtualio", ""},
    {"--level", Arity::value, "proc mem virtualio", ""},
    {"-m", Arity::value, "", ""},
    {"-R", Arity::flag, "proc mem io", ""},
    {"--filter", Arity::value, "", ""},
    {"-F", Arity::words, "", ""},
    {"--header", Arity::flag, "", ""},
});

// One row per listing: the words that ask for it. "" = the option is not used there.
struct ListingRow {
  std::string_view resource, subtype, level;
  Listing listing;
};
constexpr std::array kListings = std::to_array<ListingRow>({
    {"proc", "", "sys", Listing::proc_sys},
    {"proc", "", "lpar", Listing::proc_lpar},
    {"mem", "", "sys", Listing::mem_sys},
    {"mem", "", "lpar", Listing::mem_lpar},
    {"io", "slot", "", Listing::io_slot},
    {"virtualio", "slot", "lpar", Listing::virtual_slot},
    {"virtualio", "eth", "lpar", Listing::virtual_eth},
    {"virtualio", "scsi", "lpar", Listing::virtual_scsi},
    {"virtualio", "serial", "lpar", Listing::virtual_serial},
    {"virtualio", "fc", "lpar", Listing::virtual_fc},
});

// Words that a real HMC knows and this one does not; everything else is a wrong value.
struct NotModelled {
  std::string_view option, words;
};
constexpr std::array kNotModelled = std::to_array<NotModelled>({
    {"-r", "sriov mempool procpool rspool pmem accel hca sni"},
    {"--rsubtype", "unit bus iopool taggedio slotchildren vnic vnicbkdev vswitch vnetwork hsl "
                   "virtualopti vasi"},
    {"--level", "pool slot sys"},
});

tl::unexpected<std::string> wrong_word(const Options& options, std::string_view option) {
  const std::string& word = options.value(option);
  for (const NotModelled& row : kNotModelled) {
    if (row.option != option || word.empty()) continue;
    for (const std::string& known : split_at(row.words, ' ')) {
      if (known != word) continue;
      const std::string what = "lshwres -r " + options.value("-r") + " with " +
                               std::string(option) + ' ' + word;
      return tl::make_unexpected(message(MessageId::not_modelled, {{"what", what}}));
    }
  }
  return missing(option);
}

// Narrows the table word by word, so that the message names the first word that fits nothing.
OrMessage<Listing> find_listing(const Options& options) {
  bool resource = false, subtype = false;
  for (const ListingRow& row : kListings) {
    if (row.resource != options.value("-r")) continue;
    resource = true;
    if (row.subtype != options.value("--rsubtype")) continue;
    subtype = true;
    if (row.level == options.value("--level")) return row.listing;
  }
  return wrong_word(options, !resource ? "-r" : !subtype ? "--rsubtype" : "--level");
}

// Rows of partitions whose pending and running values differ (hmc.md 2.2).
bool restorable(const Console& console, const std::string& resource, const Record& row) {
  const Value* id = find_value(row, "lpar_id");
  const auto* partition =
      id == nullptr ? nullptr : find_partition_id(console.inventory, joined(*id));
  if (partition == nullptr || resource == "io") return false;
  const PartitionValues values = console.hypervisor.partition(partition->id);
  return differs(values, resource == "proc" ? Resource::proc : Resource::mem);
}

CommandOutput run(Console& console, const Options& options) {
  if (!options.has("-r")) return missing("-r");
  const auto listing = find_listing(options);
  if (!listing) return tl::make_unexpected(listing.error());
  if (const auto fit = check_resource(options, kOptions); !fit) {
    return tl::make_unexpected(fit.error());
  }
  if (const auto system = check_system(options, console.inventory); !system) {
    return tl::make_unexpected(system.error());
  }
  if (!options.has("-R")) return print_listing(console, options, *listing);
  return print_listing(console, options, *listing, [&](const Record& row) {
    return restorable(console, options.value("-r"), row);
  });
}

}  // namespace

const CommandSpec kLshwres{"lshwres", true, kOptions, run};

}  // namespace lparsim::hmc
