// The simulator's end of door.h: the socket that preloaded programs talk to.
#pragma once

#include <poll.h>

#include <string>
#include <vector>

#include "models/userland/process.hpp"
#include "sim/base/result.hpp"
#include "sim/gateway/door.h"
#include "sim/gateway/sandbox.hpp"

namespace lparsim::gateway {

class Door {
 public:
  static Result<Door> open(userland::Process& process, const std::string& path);

  void add_to(std::vector<pollfd>& polled) const;
  // [blocks] Lets in who knocks, answers the requests that `polled` tells of; true: there was one.
  bool serve(const std::vector<pollfd>& polled);

 private:
  Door(userland::Process& process, FileDescriptor listening)
      : process_(&process), listening_(std::move(listening)) {}
  bool answer(int connection);
  void perform(lparsim_door_message& message);

  userland::Process* process_;
  FileDescriptor listening_;
  std::vector<FileDescriptor> connections_;
};

}  // namespace lparsim::gateway
