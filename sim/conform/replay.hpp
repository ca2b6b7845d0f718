// A session played on our firmware, kernel and userland, one operation after the other. Nothing
// waits: time is a clock that sleeping moves, kernel threads run where they are started.
#pragma once

#include <memory>

#include "sim/conform/session.hpp"

namespace lparsim::conform {

class Replay {
 public:
  // Boots. Errors: bad_input, not_found, io; unsupported when the kernel does not boot.
  static Result<std::unique_ptr<Replay>> start(const Session& session);
  virtual ~Replay() = default;

  // CPUs and memory now.
  virtual GuestState state() = 0;
  // Plays one operation, and tells what happened. Errors: unsupported, when a step is one that
  // nothing here can do yet; the line says which. The replay can go on.
  virtual Result<Happened> play(const Op& op) = 0;
};

}  // namespace lparsim::conform
