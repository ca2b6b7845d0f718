// drmgr -c pmig and -c phib: tells the kernel to migrate or to hibernate (drmgr.md sections 3 and
// 4). Left out: the device-tree update of its own for kernels without api_version 1.
#include <fmt/format.h>

#include <cstdlib>

#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"
#include "models/userland/hooks.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kVersionFile = "/sys/kernel/mobility/api_version";
constexpr std::string_view kMigrationFile = "/sys/kernel/mobility/migration";
constexpr std::string_view kHibernationFile = "/sys/devices/system/power/hibernate";
constexpr Duration kSettle = std::chrono::seconds(5);

int start_migration(Session& session, std::uint64_t stream) {
  constexpr long kKernelDoesAll = 1;
  const long version = int_attribute(session.files, kVersionFile).value_or(0);
  if (version != kKernelDoesAll) {
    session.say(kError, fmt::format("Unknown kernel migration api version {}\n", version));
    return -1;
  }
  const std::string text = fmt::format("0x{:x}\n", stream);
  session.say(kDebug, fmt::format("Initiating migration via {} with {}\n", kMigrationFile, text));
  const std::int64_t written = write_text(session.files, kMigrationFile, text);
  const int rc = written < 0 ? static_cast<int>(-written) : 0;
  if (rc != 0) session.say(kDebug, "Write to migration file failed with rc: -1\n");
  session.say(kDebug, fmt::format("Kernel migration returned {}\n", rc));
  return rc;
}

// Kernels here can be asked for the file, not for what it does.
int start_hibernation(Session& session, std::uint64_t stream) {
  const std::string text = fmt::format("0x{:x}\n", stream);
  FileStat stat;
  if (const int status = session.files.stat(kHibernationFile, stat); status != 0) {
    session.say(kError, fmt::format("Could not open \"{}\" to initiate hibernation, {}\n",
                                    kHibernationFile, errno_text(status)));
    return -1;
  }
  session.say(kDebug,
              fmt::format("Initiating hibernation via {} with {}\n", kHibernationFile, text));
  const std::int64_t written = write_text(session.files, kHibernationFile, text);
  const int rc = written < 0 ? static_cast<int>(-written) : 0;
  if (rc != 0) session.say(kDebug, "Write to hibernation file failed with rc: -1\n");
  session.say(kDebug, fmt::format("Kernel hibernation returned {}\n", rc));
  return rc;
}

}  // namespace

bool valid_migration(Session& session) {
  const Request& request = session.request;
  if (request.p_option.empty()) {
    session.say(kError, "A command must be specified\n");
    return false;
  }
  if (request.type == ConnectorType::phib) {
    if (hibernation_capable(session)) return true;
    session.say(kError, "Partition Hibernation is not supported.\n");
    return false;
  }
  if (request.type != ConnectorType::pmig) {
    session.say(kError, fmt::format("The value \"{}\" for the -c option is not valid\n",
                                    static_cast<int>(request.type)));
    return false;
  }
  if (request.action != Action::migrate) {
    session.say(kError, "The -m must be specified for migrations\n");
    return false;
  }
  if (migration_capable(session)) return true;
  session.say(kError, "Partition Mobility is not supported.\n");
  return false;
}

int migrate_partition(Session& session) {
  const Request& request = session.request;
  const bool hibernates = request.type == ConnectorType::phib;
  if (!migration_capable(session)) return -1;
  if (request.p_option == "check" && !(hibernates && session.has(Switch::hooks))) {
    if (!session.has(Switch::hooks)) session.say(kDebug, "check: Nothing to do...\n");
    if (run_hooks(session, "pmig", "check", 0)) return 0;
    run_hooks(session, "pmig", "undocheck", 0);
    return 1;
  }
  if (request.p_option != "pre") {
    session.say(kDebug, fmt::format("Invalid command \"{}\" specified\n", request.p_option));
    return 1;
  }
  if (!request.drc_name) {
    session.say(kError, "No streamid specified\n");
    return -1;
  }
  const std::uint64_t stream = std::strtoull(request.drc_name->c_str(), nullptr, 16);
  if (session.has(Switch::migration_settles)) session.process.sleep(kSettle);
  if (hibernates) return start_hibernation(session, stream);
  run_hooks(session, "pmig", "pre", 0);
  const int status = start_migration(session, stream);
  run_hooks(session, "pmig", "post", 0);
  return status;
}

}  // namespace lparsim::userland
