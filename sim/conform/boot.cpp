#include "sim/conform/boot.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "firmware/device_tree/flatten.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::conform {
namespace {

using firmware::Node;
using firmware::Property;

constexpr std::uint32_t kMib = 1U << 20;

struct Chip {
  std::string_view name;
  std::uint32_t pvr;
};
constexpr std::array kChips{Chip{"POWER8", 0x0f000004}, Chip{"POWER9", 0x0f000005},
                            Chip{"POWER10", 0x0f000006}};

// A token is a cell of /rtas that is named as a call: QEMU numbers its calls from 0x2000.
bool is_token(const Property& property) {
  return property.value.size() == 4 && load_be32(property.value.data()) >= 0x2000 &&
         load_be32(property.value.data()) < 0x3000;
}

void take_calls(Node& rtas, const Node& offered) {
  std::vector<Property> kept;
  for (const Property& property : rtas.properties) {
    if (!is_token(property)) {
      kept.push_back(property);
    } else if (const Property* ours = offered.property(property.name)) {
      kept.push_back(*ours);
    }
  }
  rtas.properties = std::move(kept);
}

// dtc's output for a source, without a shell: the path is nobody's command line.
Result<Bytes> compile(const std::string& path) {
  int ends[2];
  if (::pipe(ends) != 0) return failure(ErrorCode::io, path, std::strerror(errno));
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", path.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  Bytes blob;
  std::array<std::uint8_t, 4096> block;
  for (ssize_t got; (got = ::read(ends[0], block.data(), block.size())) != 0;) {
    if (got > 0) blob.insert(blob.end(), block.begin(), block.begin() + got);
    if (got < 0 && errno != EINTR) break;
  }
  ::close(ends[0]);
  int status = 0;
  while (process > 0 && ::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (process < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    return failure(ErrorCode::io, path, "dtc (device-tree-compiler) cannot be run");
  }
  if (WEXITSTATUS(status) != 0) return bad_input(path, "dtc finds no device tree source in it");
  return blob;
}

Result<Bytes> read_tree_file(const std::string& path) {
  if (path.ends_with(".dts")) return compile(path);
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure(ErrorCode::not_found, path, "the file cannot be opened");
  return Bytes{std::istreambuf_iterator<char>(in), {}};
}

firmware::PartitionConfig guest_of(const Machine& machine) {
  firmware::PartitionConfig guest;
  guest.id = kGuest;
  guest.name = "guest";
  guest.configured = true;
  guest.min_procs = 1;
  guest.procs = static_cast<std::int32_t>(machine.cores);
  guest.max_procs = static_cast<std::int32_t>(machine.max_cores);
  guest.min_lmbs = 1;
  guest.lmbs = machine.memory_mib / machine.lmb_size_mib;
  guest.max_lmbs = machine.max_memory_mib / machine.lmb_size_mib;
  return guest;
}

}  // namespace

Result<firmware::PlatformConfig> platform_of(const Session& session) {
  const Machine& machine = session.machine;
  const auto chip = std::find_if(kChips.begin(), kChips.end(),
                                 [&](const Chip& row) { return row.name == machine.cpu; });
  const std::string at = session.file + ": /machine";
  if (chip == kChips.end()) {
    return bad_input(at + "/cpu",
                     "found " + machine.cpu + ", allowed are POWER8, POWER9 and POWER10");
  }
  for (const std::uint32_t amount : {machine.memory_mib, machine.max_memory_mib}) {
    if (amount % machine.lmb_size_mib == 0) continue;
    return bad_input(at, fmt::format("{} MiB are no multiple of the LMB size {} MiB", amount,
                                     machine.lmb_size_mib));
  }
  firmware::PlatformConfig platform;
  platform.lmb_bytes = std::uint64_t{machine.lmb_size_mib} * kMib;
  platform.installed_lmbs = platform.configurable_lmbs =
      machine.max_memory_mib / machine.lmb_size_mib;
  platform.installed_units = platform.configurable_units =
      whole_processors(static_cast<std::int32_t>(machine.max_cores));
  platform.processor = {machine.cpu, chip->pvr,
                        static_cast<std::uint8_t>(machine.threads_per_core), 1'000'000'000U,
                        512'000'000U};
  const std::size_t nodes = std::max<std::size_t>(1, machine.numa_nodes.size());
  platform.cores_per_chip =
      static_cast<std::uint16_t>((machine.max_cores + nodes - 1) / nodes);
  platform.partitions.push_back(guest_of(machine));
  return platform;
}

Result<Bytes> boot_tree(const Session& session, ByteView offered) {
  const auto blob = read_tree_file(session.boot_tree);
  if (!blob) return tl::make_unexpected(blob.error());
  auto tree = firmware::unflatten(*blob);
  if (!tree) return bad_input(session.boot_tree, "no sound device tree");
  const auto ours = firmware::unflatten(offered);
  LPARSIM_ASSERT(ours && ours->child("rtas") != nullptr);
  const auto rtas = std::find_if(tree->children.begin(), tree->children.end(),
                                 [](const Node& node) { return node.name == "rtas"; });
  if (rtas == tree->children.end()) return bad_input(session.boot_tree, "it has no /rtas");
  take_calls(*rtas, *ours->child("rtas"));
  return firmware::flatten(*tree);
}

}  // namespace lparsim::conform
