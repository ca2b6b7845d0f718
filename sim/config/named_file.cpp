#include "sim/config/named_file.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace lparsim::config {

Result<std::string> file_named(const std::string& name, const std::string& folder,
                               const std::string& where, std::span<const std::string_view> shipped,
                               std::string_view what) {
  const auto path = (std::filesystem::path(folder) / name).lexically_normal();
  std::error_code ignored;
  if (!name.empty() && std::filesystem::is_regular_file(path, ignored)) return path.string();
  return bad_input(where,
                   fmt::format("found \"{}\", allowed are {} and the file of {}; none is at {}",
                               name, fmt::join(shipped, ", "), what, path.string()));
}

}  // namespace lparsim::config
