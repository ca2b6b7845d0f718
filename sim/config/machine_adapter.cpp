#include "sim/config/machine_adapter.hpp"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>

namespace lparsim::config {
namespace {

using firmware::AdapterConfig;
using firmware::PciFunction;
using nlohmann::ordered_json;

constexpr std::int64_t kMostMessages = 32, kMostExtended = 2048;   // of MSI, of MSI-X
constexpr std::int64_t kSmallestRange = 16, kLargestRange = std::int64_t{1} << 30;

template <class T>
void read_hexadecimal(ObjectReader& from, std::string_view key, int digits, T& value) {
  if (const auto node = from.optional(key)) value = static_cast<T>(node->hexadecimal(digits));
}

void read_ranges(ObjectReader& from, PciFunction& function) {
  if (!from.has("bars")) return;
  function.bars.clear();
  for (const Node& node : from.optional_array("bars")) {
    const auto bytes = node.integer<std::uint64_t>(kSmallestRange, kLargestRange);
    if (!std::has_single_bit(bytes)) node.fail("found " + node.found() + ", a power of two");
    function.bars.push_back(std::bit_ceil(bytes));
    if (function.bars.size() > firmware::kMostBars) {
      node.fail(fmt::format("at most {} ranges", firmware::kMostBars));
      function.bars.pop_back();
    }
  }
}

PciFunction read_function(ObjectReader from) {
  PciFunction function;
  read_hexadecimal(from, "vendor", 4, function.vendor);
  read_hexadecimal(from, "device", 4, function.device);
  read_hexadecimal(from, "subsystem_vendor", 4, function.subsystem_vendor);
  read_hexadecimal(from, "subsystem", 4, function.subsystem);
  read_hexadecimal(from, "revision", 2, function.revision);
  read_hexadecimal(from, "class", 6, function.class_code);
  read_ranges(from, function);
  if (const auto node = from.optional("msi")) {
    function.msi = node->integer<std::uint16_t>(0, kMostMessages);
    if (function.msi != 0 && !std::has_single_bit(function.msi)) {
      node->fail("found " + node->found() + ", 0 or a power of two");
    }
  }
  function.msi_x = from.integer_or<std::uint16_t>("msi_x", 0, kMostExtended, function.msi_x);
  function.lsi = from.boolean_or("lsi", function.lsi);
  from.finish();
  return function;
}

ordered_json function_json(const PciFunction& function) {
  ordered_json object;
  object["vendor"] = fmt::format("{:04x}", function.vendor);
  object["device"] = fmt::format("{:04x}", function.device);
  object["subsystem_vendor"] = fmt::format("{:04x}", function.subsystem_vendor);
  object["subsystem"] = fmt::format("{:04x}", function.subsystem);
  object["revision"] = fmt::format("{:02x}", function.revision);
  object["class"] = fmt::format("{:06x}", function.class_code);
  object["bars"] = function.bars;
  object["msi"] = function.msi;
  object["msi_x"] = function.msi_x;
  object["lsi"] = function.lsi;
  return object;
}

}  // namespace

AdapterConfig read_adapter(ObjectReader from) {
  AdapterConfig adapter;
  if (from.has("functions")) adapter.functions.clear();
  for (const Node& node : from.optional_array("functions")) {
    adapter.functions.push_back(read_function(node.object()));
    if (adapter.functions.size() > firmware::kMostFunctions) {
      node.fail(fmt::format("at most {} functions", firmware::kMostFunctions));
      adapter.functions.pop_back();
    }
  }
  adapter.bridge = from.boolean_or("bridge", adapter.bridge);
  adapter.fundamental_reset = from.boolean_or("fundamental_reset", adapter.fundamental_reset);
  adapter.function_level_reset =
      from.boolean_or("function_level_reset", adapter.function_level_reset);
  from.finish();
  return adapter;
}

void add_adapter(ordered_json& slot, const AdapterConfig& adapter) {
  const AdapterConfig usual;
  if (adapter == usual) return;
  ordered_json object = ordered_json::object();
  if (adapter.functions != usual.functions) {
    object["functions"] = ordered_json::array();
    for (const PciFunction& function : adapter.functions) {
      object["functions"].push_back(function_json(function));
    }
  }
  if (adapter.bridge) object["bridge"] = true;
  if (!adapter.fundamental_reset) object["fundamental_reset"] = false;
  if (adapter.function_level_reset) object["function_level_reset"] = true;
  slot["adapter"] = std::move(object);
}

}  // namespace lparsim::config
