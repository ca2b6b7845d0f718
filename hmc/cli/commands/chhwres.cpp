// chhwres -r {proc|mem} -o {a|r|m|s} (hmc.md 1.1 and 2.3).
#include <algorithm>
#include <array>

#include "hmc/cli/command.hpp"
#include "hmc/cli/names.hpp"
#include "hmc/messages/catalogue.hpp"
#include "hmc/operations/change.hpp"
#include "hmc/operations/quantity.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"-r", Arity::value, "", ""},
    {"-m", Arity::value, "", ""},
    {"-o", Arity::value, "", ""},
    {"-p", Arity::value, "", ""},
    {"--id", Arity::value, "", ""},
    {"-t", Arity::value, "", ""},
    {"--tid", Arity::value, "", ""},
    {"-q", Arity::value, "mem", ""},
    {"--quantity", Arity::value, "mem", "-q"},
    {"--procs", Arity::value, "proc", ""},
    {"--procunits", Arity::value, "proc", ""},
    {"-a", Arity::value, "", ""},
    {"-w", Arity::value, "", ""},
    {"-d", Arity::value, "", ""},
    {"--force", Arity::flag, "", ""},
    {"-l", Arity::value, "io", ""},
    {"-s", Arity::value, "virtualio", ""},
    {"--rsubtype", Arity::value, "io virtualio sriov mempool", ""},
});

constexpr std::array kNotModelled = std::to_array<std::string_view>(
    {"io", "virtualio", "sriov", "procpool", "mempool", "pmem", "accel"});

struct KindRow {
  std::string_view word;
  ChangeKind kind;
};
constexpr std::array kKinds = std::to_array<KindRow>({{"a", ChangeKind::add},
                                                      {"r", ChangeKind::remove},
                                                      {"m", ChangeKind::move},
                                                      {"s", ChangeKind::set}});

constexpr std::int64_t kLongestWaitMinutes = 99'999;
constexpr std::int64_t kMostDetail = 5;

// Attributes of -a that are the HMC's; only the first is modelled.
constexpr std::string_view kWeightAttribute = "uncap_weight";
constexpr std::array kOtherAttributes = std::to_array<std::string_view>(
    {"sharing_mode", "shared_proc_pool_name", "shared_proc_pool_id", "hardware_mem_encryption",
     "hardware_mem_expansion", "requested_num_sys_huge_pages", "pend_mem_region_size",
     "mem_mirroring_mode"});

using Taken = OrMessage<bool>;

tl::unexpected<std::string> not_modelled(const std::string& what) {
  return tl::make_unexpected(message(MessageId::not_modelled, {{"what", what}}));
}

Taken take_resource(const Options& options, ChangeRequest& request) {
  const std::string& word = options.value("-r");
  if (std::find(kNotModelled.begin(), kNotModelled.end(), word) != kNotModelled.end()) {
    return not_modelled("chhwres -r " + word);
  }
  if (word != "proc" && word != "mem") return missing("-r");
  request.resource = word == "proc" ? Resource::proc : Resource::mem;
  return check_resource(options, kOptions);
}

Taken take_kind(const Options& options, ChangeRequest& request) {
  for (const KindRow& row : kKinds) {
    if (row.word != options.value("-o")) continue;
    request.kind = row.kind;
    if (request.kind != ChangeKind::set && options.has("-a")) return invalid("-a");
    const bool has_target = options.has("-t") || options.has("--tid");
    if (request.kind == ChangeKind::move || !has_target) return true;
    return invalid(options.has("-t") ? "-t" : "--tid");
  }
  return missing("-o");
}

// An optional whole number; add, remove and move need at least 1.
Taken take_number(const Options& options, std::string_view option, std::int64_t least,
                  std::optional<std::int64_t>& into) {
  if (!options.has(option)) return true;
  const auto number = whole_number(options.value(option));
  if (!number || *number < least) return missing(option);
  into = *number;
  return true;
}

Taken take_units(const Options& options, std::int64_t least, ChangeRequest& request) {
  if (!options.has("--procunits")) return true;
  request.units_text = options.value("--procunits");
  const auto units = read_units(request.units_text);
  if (!units) return missing("--procunits");
  request.units = units->hundredths;
  request.units_too_fine = units->too_fine;
  const bool nothing = units->hundredths < least && !units->too_fine;
  return nothing ? Taken(missing("--procunits")) : Taken(true);
}

Taken take_attribute(const std::string& record, ChangeRequest& request) {
  const auto equals = record.find('=');
  if (equals == std::string::npos) {
    return tl::make_unexpected(message(MessageId::invalid_format, {{"data", record}}));
  }
  const std::string name = record.substr(0, equals);
  const auto& others = kOtherAttributes;
  if (std::find(others.begin(), others.end(), name) != others.end()) {
    return not_modelled("the attribute " + name + " of chhwres -a");
  }
  if (name != kWeightAttribute || request.resource != Resource::proc) {
    return tl::make_unexpected(message(MessageId::invalid_attribute, {{"attribute", name}}));
  }
  request.weight = whole_number(record.substr(equals + 1));
  return request.weight ? Taken(true) : Taken(missing("-a"));
}

Taken take_attributes(const Options& options, ChangeRequest& request) {
  if (!options.has("-a")) return true;
  for (const std::string& record : split_at(options.value("-a"), ',')) {
    if (auto taken = take_attribute(record, request); !taken) return taken;
  }
  return true;
}

Taken take_amounts(const Options& options, ChangeRequest& request) {
  const std::int64_t least = request.kind == ChangeKind::set ? 0 : 1;
  for (const auto& taken : {take_number(options, "-q", least, request.mb),
                            take_number(options, "--procs", least, request.procs),
                            take_units(options, least, request),
                            take_attributes(options, request)}) {
    if (!taken) return taken;
  }
  if (request.mb || request.procs || request.units || request.weight) return true;
  return missing(request.resource == Resource::mem ? "-q" : "--procs,--procunits");
}

Taken take_waiting(const Options& options, ChangeRequest& request) {
  std::optional<std::int64_t> wait, detail;
  if (auto taken = take_number(options, "-w", 0, wait); !taken) return taken;
  if (auto taken = take_number(options, "-d", 0, detail); !taken) return taken;
  if (wait.value_or(0) > kLongestWaitMinutes) return missing("-w");
  if (detail.value_or(0) > kMostDetail) return missing("-d");
  request.wait_minutes = wait.value_or(request.wait_minutes);
  request.detail = detail.value_or(request.detail);
  request.force = options.has("--force");
  return true;
}

Taken take_partitions(const Options& options, const Inventory& inventory,
                      ChangeRequest& request) {
  if (auto system = check_system(options, inventory); !system) return system;
  auto partition = named_partition(options, inventory, "-p", "--id");
  if (!partition) return tl::make_unexpected(partition.error());
  request.partition = *partition;
  if (request.kind != ChangeKind::move) return true;
  auto target = named_partition(options, inventory, "-t", "--tid");
  if (!target) return tl::make_unexpected(target.error());
  request.target = *target;
  return true;
}

CommandOutput run(Console& console, const Options& options) {
  ChangeRequest request;
  const auto taken =
      take_resource(options, request)
          .and_then([&](bool) { return take_kind(options, request); })
          .and_then([&](bool) { return take_amounts(options, request); })
          .and_then([&](bool) { return take_waiting(options, request); })
          .and_then([&](bool) { return take_partitions(options, console.inventory, request); });
  if (!taken) return tl::make_unexpected(taken.error());
  return change_resources(console, request);
}

}  // namespace

const CommandSpec kChhwres{"chhwres", false, kOptions, run};

}  // namespace lparsim::hmc
