#include "sim/config/machine_connectors.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "hmc/inventory/text.hpp"
#include "sim/config/machine_words.hpp"

namespace lparsim::config {
namespace {

using firmware::CardFit;
using firmware::HotPlugConfig;
using firmware::ResourceConfig;
using firmware::ResourceKind;
using firmware::SenseNeeds;
using nlohmann::ordered_json;

constexpr std::array<Word<CardFit>, 5> kFitWords{{
    {"fits", CardFit::fits},
    {"changes_bus_frequency", CardFit::changes_bus_frequency},
    {"harmful", CardFit::harmful},
    {"not_in_this_system", CardFit::not_in_this_system},
    {"not_in_this_connector", CardFit::not_in_this_connector},
}};
constexpr std::array<Word<SenseNeeds>, 3> kSenseWords{{
    {"nothing", SenseNeeds::nothing},
    {"power", SenseNeeds::power},
    {"power_and_unisolate", SenseNeeds::power_and_unisolate},
}};
constexpr std::array<Word<ResourceKind>, 4> kResourceWords{{
    {"memory_region", ResourceKind::memory_region},
    {"port", ResourceKind::port},
    {"facility", ResourceKind::facility},
    {"function", ResourceKind::function},
}};
constexpr std::int64_t kMostId = 65535, kMostTypes = 30, kMostRegion_mb = std::int64_t{1} << 31;

DrcIndex read_drc(ObjectReader& from, std::string_view key) {
  return DrcIndex{static_cast<std::uint32_t>(from.required(key).hexadecimal(8))};
}

}  // namespace

// Types of LoPAR table B-2; without a power domain the slot has power at all times.
HotPlugConfig read_hot_plug(ObjectReader from) {
  HotPlugConfig config;
  config.drc = read_drc(from, "drc");
  if (const auto node = from.optional("type")) {
    config.type = node->integer<std::uint8_t>(1, kMostTypes);
    if (config.type == 9 || config.type == 10) node->fail("found " + node->found() + ", no slot");
  }
  config.power_domain =
      from.integer_or<std::uint32_t>("power_domain", 1, 0x7fff'ffff, firmware::kLiveInsertion);
  config.card = from.boolean_or("card", config.card);
  config.fit = from.enumeration_or("fit", kFitWords, config.fit);
  config.sense_needs = from.enumeration_or("sense_needs", kSenseWords, config.sense_needs);
  config.endpoints = from.integer_or<std::uint8_t>("endpoints", 1, 255, config.endpoints);
  from.finish();
  return config;
}

ordered_json hot_plug_json(const HotPlugConfig& config) {
  const HotPlugConfig usual;
  ordered_json object;
  object["drc"] = hmc::drc_text(config.drc);
  object["type"] = config.type;
  if (config.power_domain != usual.power_domain) object["power_domain"] = config.power_domain;
  object["card"] = config.card;
  if (config.fit != usual.fit) object["fit"] = spelled(kFitWords, config.fit);
  if (config.sense_needs != usual.sense_needs) {
    object["sense_needs"] = spelled(kSenseWords, config.sense_needs);
  }
  if (config.endpoints != usual.endpoints) object["endpoints"] = config.endpoints;
  return object;
}

ResourceConfig read_resource(ObjectReader from) {
  ResourceConfig config;
  config.kind = from.enumeration("kind", kResourceWords);
  config.drc = read_drc(from, "drc");
  config.name = from.string("name");
  config.owner = PartitionId{from.integer_or<std::uint16_t>("owner", 0, kMostId, 0)};
  if (config.kind == ResourceKind::memory_region) {
    config.number = from.integer<std::uint8_t>("number", 1, 255);
    config.address = from.required("address").hexadecimal(16);
    config.bytes = from.integer<std::uint64_t>("mb", 1, kMostRegion_mb) << 20;
  } else if (config.kind != ResourceKind::facility) {
    config.parent = read_drc(from, "parent");
  }
  from.finish();
  return config;
}

ordered_json resource_json(const ResourceConfig& config) {
  ordered_json object;
  object["kind"] = spelled(kResourceWords, config.kind);
  object["drc"] = hmc::drc_text(config.drc);
  object["name"] = config.name;
  if (config.owner != kNoPartition) object["owner"] = config.owner.value;
  if (config.kind == ResourceKind::memory_region) {
    object["number"] = config.number;
    object["address"] = fmt::format("{:x}", config.address);
    object["mb"] = config.bytes >> 20;
  } else if (config.kind != ResourceKind::facility) {
    object["parent"] = hmc::drc_text(config.parent);
  }
  return object;
}

}  // namespace lparsim::config
