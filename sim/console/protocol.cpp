#include "sim/console/protocol.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/base/cells.hpp"

namespace lparsim::console {
namespace {

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return bad_input(path, fmt::format("found a name of {} bytes for a socket, allowed are 1 to {}",
                                       path.size(), sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

tl::unexpected<Error> refused(const std::string& path, int reason, int descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  return failure(ErrorCode::io, path, std::strerror(reason));
}

}  // namespace

std::string framed(std::string_view text) {
  std::string out(4, '\0');
  store_be32(reinterpret_cast<std::uint8_t*>(out.data()), static_cast<std::uint32_t>(text.size()));
  return out.append(text);
}

std::string framed(const Answer& answer) {
  return framed(std::to_string(answer.exit_status)) + framed(answer.out) + framed(answer.err);
}

Result<std::optional<std::string>> take_text(std::string& received) {
  if (received.size() < 4) return std::nullopt;
  const auto size = load_be32(reinterpret_cast<const std::uint8_t*>(received.data()));
  if (size > kLongestLine) {
    return bad_input("", fmt::format("found a text of {} bytes, allowed are {}", size,
                                     kLongestLine));
  }
  if (received.size() < 4 + std::size_t{size}) return std::nullopt;
  std::string text = received.substr(4, size);
  received.erase(0, 4 + std::size_t{size});
  return text;
}

Result<int> connect_to(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return tl::make_unexpected(address.error());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || ::connect(descriptor, reinterpret_cast<const sockaddr*>(&*address),
                                  sizeof *address) != 0) {
    return refused(path, errno, descriptor);
  }
  return descriptor;
}

Result<int> listen_on(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return tl::make_unexpected(address.error());
  if (const auto living = connect_to(path)) {
    ::close(*living);
    return failure(ErrorCode::io, path, "another console answers there already");
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const mode_t before = ::umask(0077);               // it is its user's alone
  const bool bound = descriptor >= 0 && ::bind(descriptor,
                                               reinterpret_cast<const sockaddr*>(&*address),
                                               sizeof *address) == 0;
  const int reason = errno;
  ::umask(before);
  if (!bound) return refused(path, reason, descriptor);
  if (::listen(descriptor, SOMAXCONN) != 0) return refused(path, errno, descriptor);
  return descriptor;
}

}  // namespace lparsim::console
