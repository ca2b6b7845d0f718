// drmgr -c cpu -a|-r -p smt_threads: all threads of a CPU, or of all CPUs, online; or only the
// first one of each (drmgr.md 4).
#include <fmt/format.h>

#include <algorithm>

#include "models/userland/cpu_list.hpp"

namespace lparsim::userland {
namespace {

// The first thread is the one that stays.
bool keep_first_thread(Session& session, const CpuList& list, const Cpu& cpu) {
  bool all = true;
  for (const std::size_t i : cpu.threads) {
    const CpuThread& thread = list.threads[i];
    const bool first = i == cpu.threads.front();
    if ((thread_state(session, thread) == 1) == first) continue;
    all = set_thread_state(session, thread, first) && all;
  }
  return all;
}

bool change_threads(Session& session, CpuList& list, std::size_t number) {
  return session.request.action == Action::add
             ? online_cpu(session, list, number)
             : keep_first_thread(session, list, list.cpus[number]);
}

}  // namespace

int change_smt_threads(Session& session, CpuList& list) {
  const Request& request = session.request;
  if (request.count != 1) {
    session.say(kError, "Quantity option '-q' may not be specified with the '-p smt_threads' "
                        "option\n");
    return -1;
  }
  const auto owned = std::find_if(list.cpus.begin(), list.cpus.end(),
                                  [](const Cpu& cpu) { return cpu.owned; });
  if (owned == list.cpus.end() || owned->servers.size() <= 1) {
    session.say(kError, "SMT functions not available on this system.\n");
    return -1;
  }
  const bool named = request.drc_name.has_value() || request.drc_index != 0;
  bool all = true, found = false;
  for (std::size_t i = 0; i < list.cpus.size(); ++i) {
    const Cpu& cpu = list.cpus[i];
    const bool meant = request.drc_name ? cpu.drc_name == *request.drc_name
                                        : cpu.drc_index == request.drc_index;
    if (named ? !meant : !cpu.owned) continue;
    found = true;
    all = change_threads(session, list, i) && all;
  }
  if (named && !found) {
    session.say(kError, fmt::format("Could not find cpu {}\n",
                                    request.drc_name ? *request.drc_name
                                                     : fmt::format("{:x}", request.drc_index)));
    return -1;
  }
  return all ? 0 : -1;
}

}  // namespace lparsim::userland
