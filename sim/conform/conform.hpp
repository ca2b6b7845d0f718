// `lparsim conform`: recorded operations of a real kernel against ours.
#pragma once

#include <functional>
#include <string>

#include "sim/base/result.hpp"

namespace lparsim::conform {

// Of a step that nothing here can do the reason is the difference.
struct OpVerdict {
  std::string op;
  std::vector<std::string> differences;
  bool ok() const { return differences.empty(); }
};

// Plays a session and tells of each operation. Errors: as read_session and Replay::start.
Result<void> conform(const std::string& session, const std::function<void(const OpVerdict&)>& tell);

}  // namespace lparsim::conform
