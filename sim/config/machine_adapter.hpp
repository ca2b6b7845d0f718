// Inside sim/config: "adapter" of a slot in a machine file, read and written.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "firmware/pci/adapter.hpp"
#include "sim/config/json_reader.hpp"

namespace lparsim::config {

firmware::AdapterConfig read_adapter(ObjectReader from);
// Adds the key when the slot holds something else than the usual adapter.
void add_adapter(nlohmann::ordered_json& slot, const firmware::AdapterConfig& adapter);

}  // namespace lparsim::config
