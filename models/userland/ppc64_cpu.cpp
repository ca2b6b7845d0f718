// ppc64_cpu of powerpc-utils: hardware threads of all cores online or offline through sysfs. Cores
// are counted as the tree has them, threads by their number: core N has the threads N*T to N*T+T-1.
// Left out: --dscr, --run-mode, --frequency, subcores.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "models/userland/files.hpp"
#include "models/userland/tools.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kCpus = "/proc/device-tree/cpus";

constexpr std::string_view kUsage =
    "Usage: ppc64_cpu [command] [options]\n"
    "ppc64_cpu --smt [-n]                # Get current SMT state. [-n] shows numeric output\n"
    "ppc64_cpu --smt={on|off}            # Turn SMT on/off\n"
    "ppc64_cpu --smt=X                   # Set SMT state to X\n\n"
    "ppc64_cpu --cores-present           # Get the number of cores present\n"
    "ppc64_cpu --cores-on                # Get the number of cores currently online\n"
    "ppc64_cpu --cores-on=X              # Put exactly X cores online\n"
    "ppc64_cpu --cores-on=all            # Put all cores online\n\n"
    "ppc64_cpu --threads-per-core        # Get threads per core\n"
    "ppc64_cpu --info                    # Display system state information\n";

constexpr int kFailed = 255;
constexpr int kMixed = -1;           // cores differ

class Cores {
 public:
  explicit Cores(Process& process) : process_(process) {}

  bool read() {
    const auto names = directories(process_.files(), kCpus);
    if (!names) return false;
    for (const std::string& name : *names) {
      if (!name.starts_with("PowerPC")) continue;
      FileStat stat;
      const std::string servers = fmt::format("{}/{}/ibm,ppc-interrupt-server#s", kCpus, name);
      if (count++ == 0 && process_.files().stat(servers, stat) == 0) {
        threads = static_cast<int>(stat.size / 4);
      }
    }
    return true;
  }

  bool is_online(int thread) const {
    FileStat stat;
    // A kernel without hot-plug has no such file, and a CPU that is not there has none either.
    if (process_.files().stat(file(thread), stat) == -ENOENT) return true;
    return int_attribute(process_.files(), file(thread)).value_or(0) != 0;
  }

  int online_threads(int core) const {
    int online = 0;
    for (int i = 0; i < threads; ++i) online += is_online(core * threads + i) ? 1 : 0;
    return online;
  }

  // The number of threads that all cores have that have any.
  int smt() const {
    int all = kMixed;
    for (int core = 0; core < count; ++core) {
      const int here = online_threads(core);
      if (here == 0) continue;
      if (all == kMixed) all = here;
      if (all != here) return kMixed;
    }
    return all;
  }

  // [blocks] The first `wanted` threads online, the others offline; ends at the first failure.
  bool set(int core, int wanted) {
    for (int i = 0; i < threads; ++i) {
      if (!write(core * threads + i, i < wanted)) return false;
    }
    return true;
  }

  // [blocks] Of a core of which `wanted` threads run, the last one first. What the last write says
  // counts.
  bool take_offline(int core, int wanted) {
    bool ok = true;
    for (int i = wanted - 1; i >= 0; --i) {
      const int thread = core * threads + i;
      ok = write_text(process_.files(), file(thread), "0") >= 0;
      if (!ok) process_.out(fmt::format("Unable to take cpu{} offline", thread));
    }
    return ok;
  }

  int threads = 0, count = 0;

 private:
  static std::string file(int thread) {
    return fmt::format("/sys/devices/system/cpu/cpu{}/online", thread);
  }
  // A thread that is so already is no error.
  bool write(int thread, bool online) {
    const auto written = write_text(process_.files(), file(thread), online ? "1" : "0");
    return written >= 0 || written == -EINVAL;
  }

  Process& process_;
};

// "0-2,5"
std::string core_list(const Cores& cores, int with_threads) {
  std::string out;
  for (int core = 0; core < cores.count; ++core) {
    if (cores.online_threads(core) != with_threads) continue;
    const int first = core;
    while (core + 1 < cores.count && cores.online_threads(core + 1) == with_threads) ++core;
    out += fmt::format("{}{}", out.empty() ? "" : ",", first);
    if (core > first) out += fmt::format("-{}", core);
  }
  return out;
}

int show_smt(Process& process, const Cores& cores, bool numeric) {
  const int smt = cores.smt();
  if (smt == 1 && !numeric) {
    process.out("SMT is off\n");
  } else if (smt != kMixed) {
    process.out(fmt::format("SMT={}\n", smt));
  } else {
    for (int threads = 1; threads <= cores.threads; ++threads) {
      const std::string list = core_list(cores, threads);
      if (!list.empty()) process.out(fmt::format("SMT={}: {}\n", threads, list));
    }
  }
  return 0;
}

int set_smt(Process& process, Cores& cores, const std::string& wanted) {
  int smt = 0;
  if (wanted == "on") {
    smt = cores.threads;
  } else if (wanted == "off") {
    smt = 1;
  } else {
    smt = static_cast<int>(std::strtol(wanted.c_str(), nullptr, 0));
  }
  if (smt <= 0 || smt > cores.threads) {
    process.out(fmt::format("SMT={} is not valid\n", wanted));
    return kFailed;
  }
  bool ok = true;
  for (int core = 0; core < cores.count; ++core) {
    if (cores.online_threads(core) != 0) ok = cores.set(core, smt) && ok;
  }
  if (ok) return 0;
  process.err("One or more cpus could not be on/offlined\n");
  return kFailed;
}

int show_info(Process& process, const Cores& cores) {
  for (int core = 0; core < cores.count; ++core) {
    std::string line = fmt::format("Core {:>3}: ", core);
    for (int i = 0; i < cores.threads; ++i) {
      const int thread = core * cores.threads + i;
      line += fmt::format("{:>4}{} ", thread, cores.is_online(thread) ? '*' : ' ');
    }
    process.out(line + "\n");
  }
  return 0;
}

int cores_online(const Cores& cores) {
  int online = 0;
  for (int core = 0; core < cores.count; ++core) online += cores.online_threads(core) > 0 ? 1 : 0;
  return online;
}

// Core 0 never goes.
int change_cores(Process& process, Cores& cores, int smt, int missing) {
  int changed = 0;
  for (int i = 0; i < cores.count && changed < std::abs(missing); ++i) {
    const int core = missing > 0 ? i : cores.count - 1 - i;
    const bool online = cores.online_threads(core) > 0;
    if (online == (missing > 0) || (missing < 0 && core == 0)) continue;
    const bool ok = missing > 0 ? cores.set(core, smt) : cores.take_offline(core, smt);
    if (ok) ++changed;
    if (!ok) {
      process.out(fmt::format("Unable to {} core {} {}line\n", missing > 0 ? "bring" : "take", core,
                              missing > 0 ? "on" : "off"));
    }
  }
  return changed;
}

int set_cores(Process& process, Cores& cores, const std::string& wanted) {
  const int smt = cores.smt();
  if (smt == kMixed) {
    process.out("Bad or inconsistent SMT state: use ppc64_cpu --smt=on|off to set all\ncores to "
                "have the same number of online threads to continue.\n");
    show_info(process, cores);
    return kFailed;
  }
  char* end = nullptr;
  const int number = wanted == "all"
                         ? cores.count
                         : static_cast<int>(std::strtol(wanted.c_str(), &end, 0));
  if (end != nullptr && (end == wanted.c_str() || *end != '\0')) {
    process.out(fmt::format("Invalid number of cores to online: {}\n", wanted));
    return kFailed;
  }
  if (number > cores.count) {
    process.out(fmt::format("Cannot online more cores than are present.\nNumber of cores present = "
                            "{}\n",
                            cores.count));
    return kFailed;
  }
  const int missing = number - cores_online(cores);
  if (change_cores(process, cores, smt, missing) == std::abs(missing)) return 0;
  int first_threads = 0;
  for (int core = 0; core < cores.count; ++core) {
    first_threads += cores.is_online(core * cores.threads) ? 1 : 0;
  }
  process.out(fmt::format("Failed to set requested number of cores online.\nRequested: {} cores, "
                          "Onlined: {} cores\n",
                          number, first_threads));
  return kFailed;
}

int smt(Process& process, Cores& cores, const std::string* value, bool numeric) {
  if (cores.threads <= 1) {
    numeric ? process.out("SMT=1\n") : process.err("Machine is not SMT capable\n");
    return kFailed;
  }
  return value == nullptr ? show_smt(process, cores, numeric) : set_smt(process, cores, *value);
}

int usage(Process& process) {
  process.out(kUsage);
  return 0;
}

}  // namespace

int ppc64_cpu(Process& process, const std::vector<std::string>& argv) {
  if (argv.size() == 1) return usage(process);
  Cores cores(process);
  if (!cores.read()) {
    process.out("Could not determine system cpu/thread information.\n");
    return kFailed;
  }
  // Whatever its first two characters are, they are passed over.
  std::string action = argv[1].size() < 2 ? "" : argv[1].substr(2), text;
  const std::size_t equals = action.find('=');
  if (equals != std::string::npos) {
    text = action.substr(equals + 1);
    action.resize(equals);
  }
  const std::string* value = equals == std::string::npos ? nullptr : &text;
  const bool numeric = std::find(argv.begin() + 2, argv.end(), "-n") != argv.end();
  if (numeric && action != "smt") {
    process.err("The n option is only valid with the --smt option\n");
    usage(process);
    return kFailed;
  }
  if (action == "smt") return smt(process, cores, value, numeric);
  if (action == "info") return show_info(process, cores);
  if (action == "cores-on" && value != nullptr) return set_cores(process, cores, *value);
  if (action == "cores-on") {
    process.out(fmt::format("Number of cores online = {}\n", cores_online(cores)));
  } else if (action == "cores-present") {
    process.out(fmt::format("Number of cores present = {}\n", cores.count));
  } else if (action == "threads-per-core") {
    process.out(fmt::format("Threads per core: {}\n", cores.threads));
  } else {
    return usage(process);
  }
  return 0;
}

}  // namespace lparsim::userland
