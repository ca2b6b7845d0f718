// What goes over the socket of a console: a request is a command line, an answer what the HMC says.
// Texts are preceded by their length, 4 bytes, big-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/result.hpp"

namespace lparsim::console {

constexpr std::uint32_t kLongestLine = 1U << 20;

struct Answer {
  std::int32_t exit_status = 0;
  std::string out, err;
};

std::string framed(std::string_view text);
std::string framed(const Answer& answer);

// The first whole text of what has been received, taken off it; nullopt: it is not all there yet.
// An error: longer than a line may be, so that the other side is none of ours.
Result<std::optional<std::string>> take_text(std::string& received);

// The address of a socket of this name; an error when the name is too long for one.
Result<int> connect_to(const std::string& path);
Result<int> listen_on(const std::string& path);

}  // namespace lparsim::console
