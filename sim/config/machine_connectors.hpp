// Inside sim/config: physical hot-plug slots and connectors beyond processors, memory and slots, as
// machine files have them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "firmware/platform/platform_config.hpp"
#include "sim/config/json_reader.hpp"

namespace lparsim::config {

firmware::HotPlugConfig read_hot_plug(ObjectReader from);
nlohmann::ordered_json hot_plug_json(const firmware::HotPlugConfig& config);

firmware::ResourceConfig read_resource(ObjectReader from);
nlohmann::ordered_json resource_json(const firmware::ResourceConfig& config);

}  // namespace lparsim::config
