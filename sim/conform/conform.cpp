#include "sim/conform/conform.hpp"

#include "sim/conform/compare.hpp"
#include "sim/conform/replay.hpp"

namespace lparsim::conform {

Result<void> conform(const std::string& path,
                     const std::function<void(const OpVerdict&)>& tell) {
  const auto session = read_session(path);
  if (!session) return tl::make_unexpected(session.error());
  const auto replay = Replay::start(*session);
  if (!replay) return tl::make_unexpected(replay.error());
  Baseline baseline{session->boot_state, (*replay)->state(),
                    {session->driver_calls.begin(), session->driver_calls.end()}};
  for (const Op& op : session->ops) {
    const auto observed = (*replay)->play(op);
    OpVerdict verdict{op.name, {}};
    if (observed) {
      verdict.differences = differences(op, *observed, baseline);
    } else {
      verdict.differences.push_back(observed.error().line());
    }
    tell(verdict);
  }
  return {};
}

}  // namespace lparsim::conform
