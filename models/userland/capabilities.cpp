#include <fmt/format.h>

#include <array>
#include <cctype>

#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"
#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view yes_no(bool value) { return value ? "yes" : "no"; }

}  // namespace

bool capable(Session& session, std::string_view what, std::string_view path) {
  session.say(kError, fmt::format("Validating {} capability...", what));
  FileStat stat;
  const int status = session.files.stat(path, stat);
  if (status == 0) {
    session.say(kError, "yes.\n");
    return true;
  }
  session.say(kError, fmt::format("no.\n    stat(\"{}\"): {}\n", path, errno_text(status)));
  return false;
}

// Only the first CPU of the folder is looked at; a missing file is followed by a "yes" all the
// same, as in the real program.
bool cpu_capable(Session& session) {
  constexpr std::string_view kFolder = "/sys/devices/system/cpu";
  session.say(kError, "Validating CPU DLPAR capability...");
  std::vector<DirectoryEntry> entries;
  const int listed = session.files.list(kFolder, entries);
  if (listed < 0) {
    session.say(kError,
                fmt::format("no.\n    opendir(\"{}\"): {}\n", kFolder, errno_text(listed)));
    return false;
  }
  for (const DirectoryEntry& entry : entries) {
    const bool cpu = entry.name.starts_with("cpu") && entry.name.size() > 3 &&
                     std::isdigit(static_cast<unsigned char>(entry.name[3])) != 0;
    if (!cpu) continue;
    const std::string path = fmt::format("{}/{}/online", kFolder, entry.name);
    FileStat stat;
    const int status = session.files.stat(path, stat);
    if (status != 0) {
      session.say(kError, fmt::format("no.\n    stat(\"{}\"): {}\n", path, errno_text(status)));
    }
    session.say(kError, "yes.\n");
    return status == 0;
  }
  return true;
}

bool memory_capable(Session& session) {
  return capable(session, "Memory DLPAR", "/sys/devices/system/memory/block_size_bytes");
}

bool migration_capable(Session& session) {
  return capable(session, "partition migration", "/proc/device-tree/ibm,migratable-partition");
}

bool hibernation_capable(Session& session) {
  return capable(session, "partition hibernation", "/sys/devices/system/power/hibernate");
}

void print_capabilities(Session& session) {
  const bool cpu = cpu_capable(session);
  const bool memory = memory_capable(session);
  const bool slot = slot_capable(session);
  const bool phb = host_bridge_capable(session);
  const bool hea = capable(session, "HEA DLPAR", "/sys/bus/ibmebus/probe");
  const bool migration = migration_capable(session);
  const bool hibernation = hibernation_capable(session);
  const bool slb = lparcfg_value(session, "slb_size").has_value();
  const bool cpu_units = lparcfg_value(session, "partition_entitled_capacity").has_value();
  const bool memory_units = lparcfg_value(session, "entitled_memory").has_value();
  session.process.out(fmt::format(
      "cpu_dlpar={},mem_dlpar={},slot_dlpar={},phb_dlpar={},hea_dlpar={},pmig={},"
      "cpu_entitlement={},mem_entitlement={},slb_resize={},phib={}\n",
      yes_no(cpu), yes_no(memory), yes_no(slot), yes_no(phb), yes_no(hea), yes_no(migration),
      yes_no(cpu_units), yes_no(memory_units), yes_no(slb), yes_no(hibernation)));
}

}  // namespace lparsim::userland
