#include "models/userland/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "models/userland/files.hpp"

namespace lparsim::userland {

int cat(Process& process, const std::vector<std::string>& argv) {
  int status = 0;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    FileStat stat;
    int error = process.files().stat(argv[i], stat);
    Bytes content;
    if (error == 0) {
      error = stat.type == FileType::directory ? -EISDIR : process.files().read(argv[i], content);
    }
    if (error < 0) {
      process.err(fmt::format("cat: {}: {}\n", argv[i], errno_text(error)));
      status = 1;
      continue;
    }
    process.out(std::string(content.begin(), content.end()));
  }
  return status;
}

int echo(Process& process, const std::vector<std::string>& argv) {
  const bool no_newline = argv.size() > 1 && argv[1] == "-n";
  std::string text;
  for (std::size_t i = no_newline ? 2 : 1; i < argv.size(); ++i) {
    if (!text.empty() || i > (no_newline ? 2U : 1U)) text += ' ';
    text += argv[i];
  }
  if (!no_newline) text += '\n';
  if (!text.empty()) process.out(text);
  return 0;
}

int ls(Process& process, const std::vector<std::string>& argv) {
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (!argv[i].starts_with("-")) paths.push_back(argv[i]);
  }
  if (paths.empty()) paths.push_back("/");
  int status = 0;
  for (const std::string& path : paths) {
    FileStat stat;
    std::vector<DirectoryEntry> entries;
    int error = process.files().stat(path, stat);
    if (error == 0 && stat.type != FileType::directory) {
      process.out(path + "\n");
      continue;
    }
    if (error == 0) error = process.files().list(path, entries);
    if (error < 0) {
      process.err(fmt::format("ls: {}: {}\n", path, errno_text(error)));
      status = 1;
      continue;
    }
    std::sort(entries.begin(), entries.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    for (const DirectoryEntry& entry : entries) {
      if (!entry.name.starts_with(".")) process.out(entry.name + "\n");
    }
  }
  return status;
}

int test(Process& process, const std::vector<std::string>& argv) {
  if (argv.size() == 3) {
    FileStat stat;
    const bool there = process.files().stat(argv[2], stat) == 0;
    if (argv[1] == "-e") return there ? 0 : 1;
    if (argv[1] == "-f") return there && stat.type == FileType::file ? 0 : 1;
    if (argv[1] == "-d") return there && stat.type == FileType::directory ? 0 : 1;
  }
  if (argv.size() == 4 && argv[2] == "=") return argv[1] == argv[3] ? 0 : 1;
  if (argv.size() == 4 && argv[2] == "!=") return argv[1] != argv[3] ? 0 : 1;
  if (argv.size() == 2) return argv[1].empty() ? 1 : 0;
  if (argv.size() == 1) return 1;
  process.err(fmt::format("sh: {}: unknown operand\n", argv[1]));
  return 2;
}

int modprobe(Process& process, const std::vector<std::string>& argv) {
  int status = 0;
  const bool quiet = argv.size() > 1 && argv[1] == "-q";
  for (std::size_t i = quiet ? 2 : 1; i < argv.size(); ++i) {
    const int error = process.load_module(argv[i]);
    if (error == 0) continue;
    status = 1;
    if (quiet) continue;
    process.err(error == -ENOENT
                    ? fmt::format("modprobe: FATAL: Module {} not found.\n", argv[i])
                    : fmt::format("modprobe: ERROR: could not insert '{}': {}\n", argv[i],
                                  errno_text(error)));
  }
  return status;
}

int true_(Process&, const std::vector<std::string>&) { return 0; }
int false_(Process&, const std::vector<std::string>&) { return 1; }

namespace {

// "0-3,8": false when it is no such list.
bool parse_cpu_list(const std::string& text, std::vector<unsigned long>& cpus) {
  constexpr unsigned long kMostCpus = 8192;
  const char* at = text.c_str();
  while (true) {
    char* end = nullptr;
    const unsigned long first = std::strtoul(at, &end, 10);
    if (end == at) return false;
    unsigned long last = first;
    if (*end == '-') {
      at = end + 1;
      last = std::strtoul(at, &end, 10);
      if (end == at) return false;
    }
    if (last < first || last >= kMostCpus) return false;
    for (unsigned long cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    if (*end == '\0') return true;
    if (*end != ',') return false;
    at = end + 1;
  }
}

bool set_cpu(Process& process, unsigned long cpu, bool online) {
  const std::string path = fmt::format("/sys/devices/system/cpu/cpu{}", cpu);
  if (!exists(process.files(), path)) {
    process.err(fmt::format("chcpu: CPU {} does not exist\n", cpu));
    return false;
  }
  const auto state = int_attribute(process.files(), path + "/online");
  if (!state) {
    process.err(fmt::format("chcpu: CPU {} is not hot pluggable\n", cpu));
    return false;
  }
  if ((*state == 1) == online) {
    process.out(fmt::format("CPU {} is already {}\n", cpu, online ? "enabled" : "disabled"));
    return true;
  }
  const std::int64_t status = write_text(process.files(), path + "/online", online ? "1" : "0");
  if (status < 0) {
    process.err(fmt::format("chcpu: CPU {} {} failed: {}\n", cpu, online ? "enable" : "disable",
                            errno_text(status)));
    return false;
  }
  process.out(fmt::format("CPU {} {}\n", cpu, online ? "enabled" : "disabled"));
  return true;
}

}  // namespace

// 0 all done, 1 none, 64 some.
int chcpu(Process& process, const std::vector<std::string>& argv) {
  std::vector<unsigned long> cpus;
  const bool known = argv.size() == 3 && (argv[1] == "-e" || argv[1] == "-d");
  if (!known || !parse_cpu_list(argv[2], cpus)) {
    process.err(known ? "chcpu: failed to parse CPU list: " + argv[2] + "\n"
                      : "chcpu: usage: chcpu -e|-d CPU-LIST\n");
    return 1;
  }
  std::size_t done = 0;
  for (const unsigned long cpu : cpus) {
    if (set_cpu(process, cpu, argv[1] == "-e")) ++done;
  }
  if (done == cpus.size()) return 0;
  return done == 0 ? 1 : 64;
}

}  // namespace lparsim::userland
