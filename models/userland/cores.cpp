#include "models/userland/cores.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <string_view>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kCpus = "/proc/device-tree/cpus";

std::string cpu_file(int thread, std::string_view name) {
  return fmt::format("/sys/devices/system/cpu/cpu{}/{}", thread, name);
}

}  // namespace

bool Cores::read() {
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

bool Cores::is_online(int thread) const {
  FileStat stat;
  // A kernel without hot-plug has no such file, and a CPU that is not there has none either.
  const std::string path = cpu_file(thread, "online");
  if (process_.files().stat(path, stat) == -ENOENT) return true;
  return int_attribute(process_.files(), path).value_or(0) != 0;
}

long Cores::physical_id(int thread) const {
  return int_attribute(process_.files(), cpu_file(thread, "physical_id")).value_or(-1);
}

int Cores::online_threads(int core) const {
  int online = 0;
  for (int i = 0; i < threads; ++i) online += is_online(core * threads + i) ? 1 : 0;
  return online;
}

int Cores::smt() const {
  int all = kMixedSmt;
  for (int core = 0; core < count; ++core) {
    const int here = online_threads(core);
    if (here == 0) continue;
    if (all == kMixedSmt) all = here;
    if (all != here) return kMixedSmt;
  }
  return all;
}

bool Cores::set(int core, int wanted) {
  for (int i = 0; i < threads; ++i) {
    if (!write(core * threads + i, i < wanted)) return false;
  }
  return true;
}

bool Cores::take_offline(int core, int wanted) {
  bool ok = true;
  for (int i = wanted - 1; i >= 0; --i) {
    const int thread = core * threads + i;
    ok = write_text(process_.files(), cpu_file(thread, "online"), "0") >= 0;
    if (!ok) process_.out(fmt::format("Unable to take cpu{} offline", thread));
  }
  return ok;
}

// A thread that is so already is no error.
bool Cores::write(int thread, bool online) {
  const auto written =
      write_text(process_.files(), cpu_file(thread, "online"), online ? "1" : "0");
  return written >= 0 || written == -EINVAL;
}

}  // namespace lparsim::userland
