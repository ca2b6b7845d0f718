#include "models/userland/drc_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

using Connectors = std::vector<Connector>;

// More connectors than any machine has: a larger count is a malformed property.
constexpr std::uint32_t kMostConnectors = 1U << 20;

std::optional<Connectors> parse_drc_info(const Bytes& value) {
  CellReader reader(value);
  Connectors all;
  for (std::uint32_t left = reader.u32(); left > 0 && reader.ok(); --left) {
    const std::string type(reader.str());
    const std::string prefix(reader.str());
    const std::uint32_t first_index = reader.u32();
    const std::uint32_t first_suffix = reader.u32();
    const std::uint32_t count = reader.u32();
    const std::uint32_t increment = reader.u32();
    const std::uint32_t domain = reader.u32();
    if (!reader.ok() || count > kMostConnectors) return std::nullopt;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t step = i * increment;
      all.push_back({prefix + std::to_string(first_suffix + step), type, first_index + step,
                     domain});
    }
  }
  if (!reader.ok() || all.empty()) return std::nullopt;
  return all;
}

std::optional<Connectors> read_four_lists(PartitionFiles& files, const std::string& directory) {
  const auto indexes = property(files, directory + "/ibm,drc-indexes");
  const auto names = property(files, directory + "/ibm,drc-names");
  const auto types = property(files, directory + "/ibm,drc-types");
  const auto domains = property(files, directory + "/ibm,drc-power-domains");
  if (!indexes || !names || !types || !domains) return std::nullopt;

  CellReader index(*indexes), name(*names), type(*types), domain(*domains);
  const std::uint32_t count = index.u32();
  // The count cells of the other three are skipped: drmgr trusts the one of the index list.
  name.u32();
  type.u32();
  domain.u32();
  if (count == 0 || count > kMostConnectors) return std::nullopt;
  Connectors all(count);
  for (Connector& drc : all) {
    drc.index = index.u32();
    drc.name = name.str();
    drc.type = type.str();
    drc.power_domain = domain.u32();
  }
  if (!index.ok()) return std::nullopt;
  return all;
}

}  // namespace

bool is_physical(const Connector& connector) {
  return std::strtoul(connector.type.c_str(), nullptr, 10) > 0;
}

const Connector* connector_of(const std::vector<Connector>& connectors, std::uint32_t index) {
  const auto found = std::find_if(connectors.begin(), connectors.end(),
                                  [&](const Connector& one) { return one.index == index; });
  return found == connectors.end() ? nullptr : &*found;
}

std::optional<Connectors> read_connectors(PartitionFiles& files, const std::string& directory) {
  const std::string info = directory + "/ibm,drc-info";
  if (!exists(files, info)) return read_four_lists(files, directory);
  const std::optional<Bytes> value = property(files, info);
  return value ? parse_drc_info(*value) : std::nullopt;
}

}  // namespace lparsim::userland
