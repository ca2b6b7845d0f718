#include "sim/gateway/door.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "models/kernel/linux.hpp"

namespace lparsim::gateway {
namespace {

constexpr std::uint64_t kLongestSleep_ns = 1'000'000'000'000'000;   // eleven days

const pollfd* find(const std::vector<pollfd>& polled, int descriptor) {
  const auto found = std::find_if(polled.begin(), polled.end(), [&](const pollfd& one) {
    return one.fd == descriptor && one.revents != 0;
  });
  return found == polled.end() ? nullptr : &*found;
}

}  // namespace

Result<Door> Door::open(userland::Process& process, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return failure(ErrorCode::io, path, "too long for the name of a socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  FileDescriptor listening(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  ::unlink(path.c_str());
  if (::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listening.get(), 16) != 0) {
    return failure(ErrorCode::io, path, std::strerror(errno));
  }
  return Door(process, std::move(listening));
}

void Door::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listening_.get(), POLLIN, 0});
  for (const auto& connection : connections_) polled.push_back({connection.get(), POLLIN, 0});
}

bool Door::serve(const std::vector<pollfd>& polled) {
  bool served = false;
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (find(polled, connections_[i].get()) == nullptr) continue;
    served = true;
    if (!answer(connections_[i].get())) {
      connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (find(polled, listening_.get()) != nullptr) {
    FileDescriptor next(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (next.get() >= 0) connections_.push_back(std::move(next));
  }
  return served;
}

// False: who knocked is gone, or says what nobody says.
bool Door::answer(int connection) {
  lparsim_door_message message{};
  const auto got = ::recv(connection, &message, sizeof message, 0);
  if (got < 0) return errno == EINTR;
  if (got != static_cast<ssize_t>(sizeof message)) return false;
  perform(message);
  return ::send(connection, &message, sizeof message, MSG_NOSIGNAL) ==
         static_cast<ssize_t>(sizeof message);
}

void Door::perform(lparsim_door_message& message) {
  message.result = 0;
  switch (message.kind) {
    case LPARSIM_RTAS:
      // What the program wrote into its work areas is not seen otherwise.
      process_->rmo(kernel::kUserBuffer, kernel::kUserBufferSize);
      message.result = process_->rtas(message.block);
      break;
    case LPARSIM_SLEEP: {
      const auto wanted = std::min(message.value, kLongestSleep_ns);
      process_->sleep(Duration(static_cast<std::int64_t>(wanted)));
      break;
    }
    case LPARSIM_NOW:
      message.value =
          static_cast<std::uint64_t>(process_->now().time_since_epoch().count());
      break;
    default: message.result = -ENOSYS;
  }
}

}  // namespace lparsim::gateway
