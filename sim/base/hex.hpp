// Bytes as two hexadecimal digits each, as recordings and reports spell them.
#pragma once

#include <string>

#include "sim/base/cells.hpp"

namespace lparsim {

inline std::string hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace lparsim
