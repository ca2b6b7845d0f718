// ppc64_cpu of powerpc-utils: hardware threads of all cores online or offline through sysfs, and
// what it says of things that a partition does not have.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "models/userland/cores.hpp"
#include "models/userland/files.hpp"
#include "models/userland/getopt.hpp"
#include "models/userland/rtas_client.hpp"
#include "models/userland/tools.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kUsage =
    "Usage: ppc64_cpu [command] [options]\n"
    "ppc64_cpu --smt [-n]                # Get current SMT state. [-n] shows numeric output\n"
    "ppc64_cpu --smt={on|off}            # Turn SMT on/off\n"
    "ppc64_cpu --smt=X                   # Set SMT state to X\n\n"
    "ppc64_cpu --cores-present           # Get the number of cores present\n"
    "ppc64_cpu --cores-on                # Get the number of cores currently online\n"
    "ppc64_cpu --cores-on=X              # Put exactly X cores online\n"
    "ppc64_cpu --cores-on=all            # Put all cores online\n\n"
    "ppc64_cpu --online-cores=X[,Y...]   # Put specified cores online\n\n"
    "ppc64_cpu --offline-cores=X[,Y,...] # Put specified cores offline\n\n"
    "ppc64_cpu --dscr                    # Get current DSCR system setting\n"
    "ppc64_cpu --dscr=<val>              # Change DSCR system setting\n"
    "ppc64_cpu --dscr [-p <pid>]         # Get DSCR setting for process <pid>\n"
    "ppc64_cpu --dscr=<val> [-p <pid>]   # Change DSCR setting for process <pid>\n\n"
    "ppc64_cpu --run-mode                # Get current diagnostics run mode\n"
    "ppc64_cpu --run-mode=<val>          # Set current diagnostics run mode\n\n"
    "ppc64_cpu --frequency [-t <time>]   # Determine cpu frequency for <time>\n"
    "                                    # seconds, default is 1 second.\n\n"
    "ppc64_cpu --subcores-per-core       # Get number of subcores per core\n"
    "ppc64_cpu --subcores-per-core=X     # Set subcores per core to X (1 or 4)\n"
    "ppc64_cpu --threads-per-core        # Get threads per core\n"
    "ppc64_cpu --info                    # Display system state information\n"
    "ppc64_cpu --version                 # Display version of ppc64-cpu\n";

constexpr int kFailed = 255;
// A stop for the search for cores that are there, which the real program has not.
constexpr int kMostCores = 4096;

// What the command line asks for; `value` is what follows "=".
struct Call {
  Process& process;
  Cores& cores;
  const std::string* value = nullptr;
  bool numeric = false;
  std::optional<int> pid{};
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
  } else if (smt != kMixedSmt) {
    process.out(fmt::format("SMT={}\n", smt));
  } else {
    for (int threads = 1; threads <= cores.threads; ++threads) {
      const std::string list = core_list(cores, threads);
      if (!list.empty()) process.out(fmt::format("SMT={}: {}\n", threads, list));
    }
  }
  return 0;
}

// What the kernel's own file for it says; nullopt: it has none that works.
std::optional<int> set_by_control(Process& process, int smt) {
  constexpr std::string_view kControl = "/sys/devices/system/cpu/smt/control";
  if (!process.version().has(Switch::smt_by_control)) return std::nullopt;
  const std::int64_t written = write_text(process.files(), kControl, std::to_string(smt));
  if (written >= 0) return 0;
  if (written == -ENOENT || written == -ENODEV) return std::nullopt;
  process.err(fmt::format("{}: {}\n", kControl, errno_text(written)));
  return kFailed;
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
  if (const auto status = set_by_control(process, smt)) return *status;
  bool ok = true;
  for (int core = 0; core < cores.count; ++core) {
    if (cores.online_threads(core) != 0) ok = cores.set(core, smt) && ok;
  }
  if (ok) return 0;
  process.err("One or more cpus could not be on/offlined\n");
  return kFailed;
}

// The newer level passes over cores that are not there, so that their threads are not shown.
int show_info(Process& process, const Cores& cores) {
  const bool by_id = process.version().has(Switch::info_by_physical_id);
  for (int core = 0, at = 0; core < cores.count; ++at) {
    if (by_id && at < kMostCores && cores.physical_id(at * cores.threads) == -1) continue;
    std::string line = fmt::format("Core {:>3}: ", core++);
    for (int i = 0; i < cores.threads; ++i) {
      const int thread = at * cores.threads + i;
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

int cores_differ(Process& process, const Cores& cores) {
  process.out("Bad or inconsistent SMT state: use ppc64_cpu --smt=on|off to set all\ncores to "
              "have the same number of online threads to continue.\n");
  show_info(process, cores);
  return kFailed;
}

bool set_core(Process& process, Cores& cores, int core, int smt, bool online) {
  const bool ok = online ? cores.set(core, smt) : cores.take_offline(core, smt);
  if (!ok) {
    process.out(fmt::format("Unable to {} core {} {}line\n", online ? "bring" : "take", core,
                            online ? "on" : "off"));
  }
  return ok;
}

// Core 0 never goes.
int change_cores(Process& process, Cores& cores, int smt, int missing) {
  int changed = 0;
  for (int i = 0; i < cores.count && changed < std::abs(missing); ++i) {
    const int core = missing > 0 ? i : cores.count - 1 - i;
    const bool online = cores.online_threads(core) > 0;
    if (online == (missing > 0) || (missing < 0 && core == 0)) continue;
    if (set_core(process, cores, core, smt, missing > 0)) ++changed;
  }
  return changed;
}

int set_cores(Process& process, Cores& cores, const std::string& wanted) {
  const int smt = cores.smt();
  if (smt == kMixedSmt) return cores_differ(process, cores);
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

int smt(const Call& call) {
  if (call.cores.threads <= 1) {
    call.numeric ? call.process.out("SMT=1\n")
                 : call.process.err("Machine is not SMT capable\n");
    return kFailed;
  }
  return call.value == nullptr ? show_smt(call.process, call.cores, call.numeric)
                               : set_smt(call.process, call.cores, *call.value);
}

int info(const Call& call) { return show_info(call.process, call.cores); }

int cores_on(const Call& call) {
  if (call.value != nullptr) return set_cores(call.process, call.cores, *call.value);
  call.process.out(fmt::format("Number of cores online = {}\n", cores_online(call.cores)));
  return 0;
}

int cores_present(const Call& call) {
  call.process.out(fmt::format("Number of cores present = {}\n", call.cores.count));
  return 0;
}

int threads_per_core(const Call& call) {
  call.process.out(fmt::format("Threads per core: {}\n", call.cores.threads));
  return 0;
}

int list_cores(const Call& call, bool online) {
  std::string list;
  for (int core = 0; core < call.cores.count; ++core) {
    if ((call.cores.online_threads(core) > 0) != online) continue;
    list += fmt::format("{}{}", list.empty() ? "" : ",", core);
  }
  call.process.out(fmt::format("Cores {} = {}\n", online ? "online" : "offline", list));
  return 0;
}

// The cores of "0,3" by number; every word that is none is told. False: there was one.
bool read_core_list(const Call& call, bool online, std::vector<bool>& wanted) {
  bool ok = true;
  std::string_view left = *call.value;
  while (!left.empty()) {
    const std::string word(left.substr(0, left.find(',')));
    left.remove_prefix(std::min(word.size() + 1, left.size()));
    if (word.empty()) continue;
    char* end = nullptr;
    const int core = static_cast<int>(std::strtol(word.c_str(), &end, 0));
    const bool number = end != word.c_str() && *end == '\0';
    if (number && core >= 0 && core < call.cores.count) {
      wanted[std::size_t(core)] = true;
      continue;
    }
    call.process.out(fmt::format("Invalid core to {}: {}\n", online ? "online" : "offline",
                                 number ? std::to_string(core) : word));
    ok = false;
  }
  return ok;
}

int change_named_cores(const Call& call, bool online) {
  const int smt = call.cores.smt();
  if (call.value == nullptr) return list_cores(call, online);
  if (smt == kMixedSmt) return cores_differ(call.process, call.cores);
  std::vector<bool> wanted(std::size_t(std::max(call.cores.count, 0)));
  if (!read_core_list(call, online, wanted)) return kFailed;
  for (int core = 0; core < call.cores.count; ++core) {
    if (!wanted[std::size_t(core)]) continue;
    if (!set_core(call.process, call.cores, core, smt, online)) return kFailed;
  }
  return 0;
}

int online_cores(const Call& call) { return change_named_cores(call, true); }
int offline_cores(const Call& call) { return change_named_cores(call, false); }

// Only machines of one kind divide their cores, and none as a partition.
int subcores_per_core(const Call& call) {
  constexpr std::string_view kSubcores = "/sys/devices/system/cpu/subcores_per_core";
  if (call.cores.threads <= 1) {
    call.process.err("Machine is not SMT capable\n");
    return kFailed;
  }
  PartitionFiles& files = call.process.files();
  if (!exists(files, kSubcores)) {
    call.process.err("Machine is not subcore capable\n");
    return kFailed;
  }
  if (call.value == nullptr) {
    const auto number = int_attribute(files, kSubcores);
    number ? call.process.out(fmt::format("Subcores per core: {}\n", *number))
           : call.process.err("Could not read subcore state.\n");
    return number ? 0 : kFailed;
  }
  const int number = static_cast<int>(std::strtol(call.value->c_str(), nullptr, 0));
  if (write_text(files, kSubcores, std::to_string(number)) < 0) {
    call.process.err("Failed to set subcore option.\n");
    return kFailed;
  }
  call.process.out(fmt::format("Subcores per core set to {}\n", number));
  return 0;
}

// A hexadecimal number; nullopt: no such file.
std::optional<int> hex_attribute(PartitionFiles& files, const std::string& path) {
  const auto text = read_text(files, path);
  if (!text) return std::nullopt;
  return static_cast<int>(std::strtol(text->c_str(), nullptr, 16));
}

std::string dscr_file(int thread) {
  return fmt::format("/sys/devices/system/cpu/cpu{}/dscr", thread);
}

constexpr std::string_view kDscrDefault = "/sys/devices/system/cpu/dscr_default";

// By thread on kernels without a default for new processes. The threads that are offline have none.
int show_dscr(const Call& call) {
  PartitionFiles& files = call.process.files();
  std::optional<int> all = hex_attribute(files, std::string(kDscrDefault));
  for (int i = 0; !all && i < call.cores.count * call.cores.threads; ++i) {
    if (call.cores.is_online(i)) all = hex_attribute(files, dscr_file(i));
  }
  for (int i = 0; !exists(files, kDscrDefault) && i < call.cores.count * call.cores.threads; ++i) {
    if (!call.cores.is_online(i) || hex_attribute(files, dscr_file(i)) == all) continue;
    call.process.out("Inconsistent DSCR\n");
    return kFailed;
  }
  call.process.out(all ? fmt::format("DSCR is {}\n", *all) : "Could not retrieve DSCR\n");
  return all ? 0 : kFailed;
}

int set_dscr(const Call& call) {
  const std::string text =
      fmt::format("{:x}", static_cast<unsigned>(std::strtol(call.value->c_str(), nullptr, 0)));
  PartitionFiles& files = call.process.files();
  if (exists(files, kDscrDefault)) {
    return write_text(files, kDscrDefault, text) >= 0 ? 0 : kFailed;
  }
  for (int i = 0; i < call.cores.count * call.cores.threads; ++i) {
    const std::int64_t written = write_text(files, dscr_file(i), text);
    if (written < 0 && written != -ENOENT) return kFailed;
  }
  return 0;
}

int dscr(const Call& call) {
  PartitionFiles& files = call.process.files();
  bool capable = exists(files, kDscrDefault);
  for (int i = 0; !capable && i < call.cores.count * call.cores.threads; ++i) {
    capable = exists(files, dscr_file(i));
  }
  if (!capable) {
    call.process.err("Machine is not DSCR capable\n");
    return kFailed;
  }
  if (call.pid) {
    // Programs here end before the next one starts: there is no other process.
    const bool set = call.value != nullptr && std::strtol(call.value->c_str(), nullptr, 0) != 0;
    call.process.err(fmt::format("Could not attach to process {} to {} the DSCR value\n{}\n",
                                 *call.pid, set ? "set" : "get", errno_text(ESRCH)));
    return kFailed;
  }
  return call.value == nullptr ? show_dscr(call) : set_dscr(call);
}

// The performance counters of processors are not there.
int frequency(const Call& call) {
  call.process.err("frequency determination not supported with this kernel.\n");
  return kFailed;
}

int version(const Call& call) {
  call.process.out("ppc64_cpu: version 1.2\n");
  return 0;
}

constexpr std::uint32_t kDiagnosticsRunMode = 42;   // system parameter
constexpr int kNotSupported = -3, kNotAuthorized = -9002;

int run_mode_failed(const Call& call, int status, std::string_view what) {
  if (status == kNotSupported) {
    call.process.out("Machine does not support diagnostic run mode\n");
  } else if (status == kNotAuthorized && call.value != nullptr) {
    call.process.out("Machine is not authorized to set diagnostic run mode\n");
  } else {
    call.process.out(fmt::format("Could not {} mode\n", what));
  }
  return status & 0xff;
}

int run_mode(const Call& call) {
  RtasClient firmware(call.process);
  std::array<std::uint8_t, 3> data{0, 1, 0};        // two bytes of length, the mode
  if (call.value == nullptr) {
    const int status = firmware.get_parameter(kDiagnosticsRunMode, data);
    if (status != 0) return run_mode_failed(call, status, "retrieve current diagnostics");
    call.process.out(fmt::format("run-mode={}\n", data[2]));
    return 0;
  }
  const auto mode = static_cast<std::int16_t>(std::atoi(call.value->c_str()));
  if (mode < 0 || mode > 3) {
    call.process.out(fmt::format("Invalid run-mode={}\n", mode));
    return kFailed;
  }
  data[2] = static_cast<std::uint8_t>(mode);
  const int status = firmware.set_parameter(kDiagnosticsRunMode, data);
  return status == 0 ? 0 : run_mode_failed(call, status, "set diagnostics");
}

struct Row {
  std::string_view action;
  int (*run)(const Call&);
};
constexpr std::array kActions{
    Row{"smt", smt}, Row{"dscr", dscr}, Row{"run-mode", run_mode}, Row{"frequency", frequency},
    Row{"cores-present", cores_present}, Row{"cores-on", cores_on},
    Row{"online-cores", online_cores}, Row{"offline-cores", offline_cores},
    Row{"subcores-per-core", subcores_per_core}, Row{"threads-per-core", threads_per_core},
    Row{"info", info}, Row{"version", version},
};

// Which action an option belongs to, and its place in the message.
struct OptionOf {
  char letter;
  std::string_view action;
};
constexpr std::array kOptionsOf{OptionOf{'p', "dscr"}, OptionOf{'t', "frequency"},
                                OptionOf{'n', "smt"}};

int usage(Process& process, int status) {
  process.out(kUsage);
  return status;
}

// nullopt: go on.
std::optional<int> take_options(const std::vector<std::string>& argv, std::string_view action,
                                Call& call) {
  // The first word is no option, whatever it looks like.
  std::vector<std::string> words(argv.begin() + 1, argv.end());
  OptionReader reader(words, "p:t:n");
  while (const std::optional<Option> option = reader.next()) {
    if (option->letter == '?') {
      call.process.err(option_error(argv[0], *option) + "? is not a valid option\n");
      return usage(call.process, kFailed);
    }
    const auto of = std::find_if(kOptionsOf.begin(), kOptionsOf.end(),
                                 [&](const OptionOf& row) { return row.letter == option->letter; });
    if (of->action != action) {
      call.process.err(fmt::format("The {} option is only valid with the --{} option\n",
                                   of->letter, of->action));
      return usage(call.process, kFailed);
    }
    if (option->letter == 'n') call.numeric = true;
    if (option->letter == 'p') {
      const int pid = std::atoi(option->value.c_str());
      call.pid = pid == -1 ? std::nullopt : std::optional<int>(pid);
    }
  }
  return std::nullopt;
}

}  // namespace

int ppc64_cpu(Process& process, const std::vector<std::string>& argv) {
  if (argv.size() == 1) return usage(process, 0);
  Cores cores(process);
  if (!cores.read()) {
    process.out("Could not determine system cpu/thread information.\n");
    return kFailed;
  }
  // Whatever its first two characters are, they are passed over.
  std::string action = argv[1].size() < 2 ? "" : argv[1].substr(2), text;
  const std::size_t equals = action.find('=');
  Call call{process, cores};
  if (equals != std::string::npos) {
    text = action.substr(equals + 1);
    action.resize(equals);
    call.value = &text;
  }
  if (const auto status = take_options(argv, action, call)) return *status;
  const auto row = std::find_if(kActions.begin(), kActions.end(),
                                [&](const Row& one) { return one.action == action; });
  return row == kActions.end() ? usage(process, 0) : row->run(call);
}

}  // namespace lparsim::userland
