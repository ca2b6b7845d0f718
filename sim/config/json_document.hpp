// Inside sim/config only: what a Document shares with its views. Brings in json.hpp.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sim/base/result.hpp"

namespace lparsim::config {

struct Reading {
  std::string file;
  nlohmann::ordered_json root;
  std::optional<Error> error;
};

}  // namespace lparsim::config
