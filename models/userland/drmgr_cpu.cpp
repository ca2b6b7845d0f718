// drmgr -c cpu -a|-r (drmgr.md section 4 and, for the known defects, section 7).
#include <fmt/format.h>

#include <algorithm>

#include "models/userland/cpu_legacy.hpp"
#include "models/userland/cpu_list.hpp"
#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"
#include "models/userland/hooks.hpp"

namespace lparsim::userland {
namespace {

using Found = std::optional<std::size_t>;

constexpr std::string_view kProbe = "/sys/devices/system/cpu/probe";
constexpr std::string_view kRelease = "/sys/devices/system/cpu/release";

Found check_requested(Session& session, const CpuList& list, Found found,
                      const std::string& as_asked) {
  const Cpu& cpu = list.cpus[*found];
  const bool add = session.request.action == Action::add;
  std::string_view wrong;
  if (cpu.unusable) {
    wrong = "unusable\n";
  } else if (add && cpu.owned) {
    wrong = "already present.\n";
  } else if (!add && !cpu.owned) {
    wrong = "not present.\n";
  }
  if (wrong.empty()) return found;
  session.say(kError, fmt::format("Requested CPU {} is {}", as_asked, wrong));
  return std::nullopt;
}

Found requested_cpu(Session& session, const CpuList& list) {
  const Request& request = session.request;
  const auto at = std::find_if(list.cpus.begin(), list.cpus.end(), [&](const Cpu& cpu) {
    return request.drc_name ? cpu.drc_name == *request.drc_name
                            : cpu.drc_index == request.drc_index;
  });
  const std::string as_asked = request.drc_name
                                   ? fmt::format("\"{}\"", *request.drc_name)
                                   : fmt::format("with drc index {:x}", request.drc_index);
  if (at == list.cpus.end()) {
    session.say(kError, fmt::format("Could not locate CPU {}\n", as_asked));
    return std::nullopt;
  }
  return check_requested(session, list, std::size_t(at - list.cpus.begin()), as_asked);
}

bool has_online_thread(Session& session, const CpuList& list, const Cpu& cpu) {
  if (cpu.threads.empty()) return false;
  if (!session.has(Switch::cpu_picked_again)) {
    return std::any_of(cpu.threads.begin(), cpu.threads.end(), [&](std::size_t i) {
      return thread_state(session, list.threads[i]) == 1;
    });
  }
  // From the CPU's first thread to the last of the system, not only its own.
  for (std::size_t i = cpu.threads.front(); i < list.threads.size(); ++i) {
    if (thread_state(session, list.threads[i]) == 1) return true;
  }
  return false;
}

// Add takes the first connector that is not owned, remove the last one in use.
Found next_cpu(Session& session, const CpuList& list) {
  Found found;
  for (std::size_t i = 0; i < list.cpus.size(); ++i) {
    const Cpu& cpu = list.cpus[i];
    if (cpu.unusable) continue;
    if (session.request.action == Action::add) {
      if (!cpu.owned) found = i;
    } else if (has_online_thread(session, list, cpu)) {
      return i;
    }
  }
  if (!found) session.say(kError, "Could not find available cpu.\n");
  return found;
}

Found pick_cpu(Session& session, const CpuList& list) {
  const bool named = session.request.drc_name || session.request.drc_index != 0;
  return named ? requested_cpu(session, list) : next_cpu(session, list);
}

int write_whole(Session& session, std::string_view path, const std::string& text,
                std::string_view what, std::string_view format) {
  const std::int64_t written = write_text(session.files, path, text);
  if (written == std::int64_t(text.size())) return 0;
  // write() itself returned -1 whatever the errno was.
  const std::int64_t rc = written < 0 ? -1 : written;
  const auto shown = static_cast<std::uint32_t>(rc);
  session.say(kError, fmt::format("{} failed! rc = {}\n", what,
                                  format == "x" ? fmt::format("{:x}", shown)
                                                : fmt::format("{}", rc)));
  return static_cast<int>(rc);
}

int add_cpu(Session& session, CpuList& list, std::size_t number) {
  const std::uint32_t index = list.cpus[number].drc_index;
  int rc = 0;
  if (kernel_dlpar_exists(session)) {
    rc = kernel_dlpar(session, fmt::format("cpu add index 0x{:x}", index));
  } else if (exists(session.files, kProbe)) {
    session.say(kDebug, fmt::format("Probing cpu 0x{:x}\n", index));
    rc = write_whole(session, kProbe, fmt::format("0x{:x}", index), "Probe", "x");
  } else {
    return add_cpu_alone(session, list, number);
  }
  if (rc == 0) refresh_cpu(session, list, number);
  return rc;
}

int remove_cpu(Session& session, CpuList& list, std::size_t number) {
  const Cpu& cpu = list.cpus[number];
  if (kernel_dlpar_exists(session)) {
    return kernel_dlpar(session, fmt::format("cpu remove index 0x{:x}", cpu.drc_index));
  }
  if (!exists(session.files, kRelease)) return remove_cpu_alone(session, list, number);
  const std::string path = "/cpus/" + cpu.node;
  session.say(kDebug, fmt::format("Releasing cpu \"{}\"\n", path));
  return write_whole(session, kRelease, path, "Release", "d");
}

bool wants_more(const Session& session, std::uint32_t done) {
  if (session.has(Switch::cpu_count_unsigned)) return done < session.request.count;
  return static_cast<std::int32_t>(done) < session.request.signed_count();
}

// The status is that of the last attempt, however many were added before.
int add_cpus(Session& session, CpuList& list, std::uint32_t& done) {
  int rc = -1;
  while (wants_more(session, done) && !session.timed_out()) {
    const Found cpu = pick_cpu(session, list);
    if (!cpu) break;
    rc = add_cpu(session, list, *cpu);
    if (rc != 0) {
      session.say(kDebug, fmt::format("Unable to acquire CPU with drc index {:x}\n",
                                      list.cpus[*cpu].drc_index));
      list.cpus[*cpu].unusable = true;
      continue;
    }
    session.process.out(list.cpus[*cpu].drc_name + "\n");
    ++done;
  }
  session.say(kDebug, fmt::format("Acquired {} of {} requested cpu(s).\n", done,
                                  session.request.signed_count()));
  return rc == 0 ? 0 : 1;
}

std::size_t count_cpus(Session& session, const CpuList& list) {
  const auto count = std::size_t(std::count_if(list.cpus.begin(), list.cpus.end(),
                                               [](const Cpu& cpu) { return cpu.owned; }));
  session.say(kDebug, fmt::format("Number of CPUs = {}\n", count));
  return count;
}

int remove_cpus(Session& session, CpuList& list, std::uint32_t& done) {
  int rc = 0;
  while (wants_more(session, done) && !session.timed_out()) {
    if (count_cpus(session, list) == 1) {
      session.say(kWarning, "Cannot remove the last CPU\n");
      rc = -1;
      break;
    }
    const Found cpu = pick_cpu(session, list);
    if (!cpu) break;
    rc = remove_cpu(session, list, *cpu);
    if (rc != 0) {
      online_cpu(session, list, *cpu);
      list.cpus[*cpu].unusable = true;
      continue;
    }
    session.process.out(list.cpus[*cpu].drc_name + "\n");
    if (!session.has(Switch::last_cpu_miscounted)) list.cpus[*cpu].owned = false;
    ++done;
  }
  session.say(kDebug, fmt::format("Removed {} of {} requested cpu(s)\n", done,
                                  session.request.signed_count()));
  return rc;
}

}  // namespace

int change_cpus(Session& session) {
  Request& request = session.request;
  if (!cpu_capable(session)) {
    session.say(kError, "CPU DLPAR capability is not enabled on this platform.\n");
    return -1;
  }
  if (request.p_option == "ent_capacity" || request.p_option == "variable_weight") {
    const int rc = change_entitlement(session);
    if (rc != 0) {
      session.say(kError,
                  fmt::format("Could not update system parameter {}\n", request.p_option));
    }
    return rc;
  }
  std::optional<CpuList> list = read_cpus(session);
  if (!list) {
    session.say(kError, "Could not initialize Dynamic Reconfiguration information.\n");
    return -1;
  }
  if (request.drc_name) request.count = 1;
  if (request.p_option == "smt_threads") return change_smt_threads(session, *list);
  // What hooks say is not looked at.
  std::uint32_t done = 0;
  run_hooks(session, "cpu", "pre", request.count);
  const int status = request.action == Action::add ? add_cpus(session, *list, done)
                                                   : remove_cpus(session, *list, done);
  run_hooks(session, "cpu", "post", done);
  return status;
}

}  // namespace lparsim::userland
