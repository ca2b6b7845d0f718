#include "sim/base/cells.hpp"

#include <algorithm>

namespace lparsim {

std::string_view CellReader::str() {
  const auto rest = view_.subspan(at_);
  const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
  if (end == rest.end()) {
    ok_ = false;
    return {};
  }
  const auto length = static_cast<std::size_t>(end - rest.begin());
  at_ += length + 1;
  return {reinterpret_cast<const char*>(rest.data()), length};
}

}  // namespace lparsim
