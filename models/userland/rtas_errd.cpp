// rtas_errd of ppc64-diag, as far as it starts drmgr: hot-plug events that the kernel does not
// handle itself (drmgr.md 5, EVENTS.md). The real one is a daemon; this one takes what waits in the
// kernel's error log and ends. Left out: its database and syslog, all other events, resource
// reassignment (the kernels here do that themselves).
#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "models/userland/files.hpp"
#include "models/userland/shell.hpp"
#include "models/userland/tools.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kErrorLog = "/proc/powerpc/rtas/error_log";
// One read is a sequence number and a log of version 6 (LoPAR 10.3.2): 8 bytes, 16 more up to and
// with "IBM", then sections with their id and length.
constexpr std::size_t kSequence = 4, kTypeByte = 3, kFirstSection = 24, kSectionHeader = 8;
constexpr std::uint8_t kHotPlug = 229;
constexpr std::uint16_t kHotPlugSection = 0x4850;              // "HP"

enum Action : std::uint8_t { kAdd = 1, kRemove = 2 };
constexpr std::uint8_t kByDrcIndex = 2;

struct Kind {
  std::uint8_t type;
  std::string_view word;         // of drmgr -c
  std::string_view flags;        // nobody is asked, and rpaphp does not know these slots
};
constexpr std::array kKinds{Kind{3, "slot", ""}, Kind{4, "phb", ""}, Kind{5, "pci", " -n -d4 -V"}};

// The hot-plug section's content; empty: there is none, or the log is cut off.
ByteView hot_plug_section(ByteView log) {
  for (std::size_t at = kFirstSection; at + kSectionHeader <= log.size();) {
    const std::size_t length = load_be16(log.data() + at + 2);
    if (length < kSectionHeader || at + length > log.size()) return {};
    if (load_be16(log.data() + at) == kHotPlugSection) {
      return log.subspan(at + kSectionHeader, length - kSectionHeader);
    }
    at += length;
  }
  return {};
}

// The command line for an event; empty: it is none of ours.
std::string command_for(ByteView log) {
  if (log.size() < kFirstSection || log[kTypeByte] != kHotPlug) return {};
  const ByteView section = hot_plug_section(log);
  if (section.size() < 8 || section[2] != kByDrcIndex) return {};
  const std::uint8_t action = section[1];
  if (action != kAdd && action != kRemove) return {};
  for (const Kind& kind : kKinds) {
    if (kind.type != section[0]) continue;
    return fmt::format("drmgr -c {} {} -s 0x{:x}{}", kind.word, action == kAdd ? "-a" : "-r",
                       load_be32(section.data() + 4), kind.flags);
  }
  return {};
}

}  // namespace

int rtas_errd(Process& process, const std::vector<std::string>&) {
  Bytes event;
  while (true) {
    const int error = process.files().read(kErrorLog, event);
    if (error == -EAGAIN) return 0;
    if (error < 0) {
      process.err(fmt::format("rtas_errd: {}: {}\n", kErrorLog, errno_text(error)));
      return 1;
    }
    if (event.size() < kSequence) return 0;
    const std::string command = command_for(ByteView(event).subspan(kSequence));
    if (!command.empty()) run_shell(process, command);
  }
}

}  // namespace lparsim::userland
