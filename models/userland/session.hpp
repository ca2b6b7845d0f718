// What drmgr and lsslot share while they run: the request, messages by level with their log, the
// lock and the time limit (drmgr.md sections 2.1 and 5).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/userland/drc_list.hpp"
#include "models/userland/process.hpp"
#include "models/userland/version.hpp"

namespace lparsim::userland {

// Message levels; -d N shows all up to N (1 without -d).
enum Level : int { kError = 1, kWarning = 2, kInfo = 3, kDebug = 4, kExtraDebug = 5 };

enum class Action { none, add, remove, query, replace, identify, migrate };
enum class ConnectorType { none, pci, slot, phb, cpu, mem, port, phib, pmig, acc };

// The word of -c; by_prefix: it counts by how it begins ("cpus" is cpu).
ConnectorType connector_type(std::string_view word, bool by_prefix);

struct Request {
  Action action = Action::none;
  ConnectorType type = ConnectorType::none;
  bool usage = false;
  bool capabilities = false;
  std::optional<std::string> drc_name;   // -s NAME; a 0x... one becomes drc_index
  std::uint32_t drc_index = 0;           // 0: none
  std::uint32_t count = 0;               // -q, CPUs, LMBs or hundredths of a processor
  // -q as the program prints and compares it: 2^31 and more are negative.
  std::int32_t signed_count() const { return static_cast<std::int32_t>(count); }
  std::string p_option;                  // -p, empty: none
  std::string accelerator;               // -t, empty: none
  std::string prrn_file;                 // -P, empty: none
  long timeout_s = 0;                    // -w in seconds; 0: no limit
  bool identify = true;                  // without -I: a slot is shown to the user
  bool prompt = true;                    // without -n: he is asked
  bool hot_plug_only = false;            // -H: no power, no isolation
  bool without_rpaphp = false;           // -V: devices are found by a rescan
  // lsslot
  bool available = false, occupied = false, caches = false, cpus_and_caches = false;
  std::string delimiter;                 // -F; empty: columns
};

inline constexpr std::string_view kLockFile = "/var/lock/dr_config_lock";
inline constexpr std::string_view kLogFile = "/var/log/drmgr";
inline constexpr std::string_view kOldLogFile = "/var/log/drmgr.0";
inline constexpr std::string_view kDlparFile = "/sys/kernel/dlpar";
inline constexpr std::string_view kTree = "/proc/device-tree";
// What the real programs say in their signal handler where they follow a null pointer.
inline constexpr std::string_view kSegmentationFault =
    "Received signal 11, attempting to cleanup and exit\n";

// A name that begins with 0x is an index (not for every command).
void take_index(Request& request);

class Session {
 public:
  explicit Session(Process& of) : process(of), files(of.files()) {}
  // Locks are given back even when the process is killed.
  ~Session() { files.unlock_all(process.pid()); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // To the log whatever the level, to stderr when the level is shown. Texts of 256 characters and
  // more are cut (drmgr.md 2.1).
  void say(Level level, std::string_view text);
  // [blocks] Takes the lock or says why not.
  bool lock();
  void open_log();   // begins the log's frame
  void close_log();  // ends the frame and rotates a log of 1 MiB or more
  void start_timeout() { deadline_s_ = request.timeout_s == 0 ? -1 : now_s() + request.timeout_s; }
  bool timed_out();  // says so (at kWarning) when the time is over

  std::string clock() const;  // "HH:MM:SS"

  bool has(Switch what) const { return process.version().has(what); }

  Process& process;
  PartitionFiles& files;
  Request request;
  int shown = kError;
  // By path of the node: what was read of ibm,drc-* is kept to the end of the run.
  std::map<std::string, std::vector<Connector>> connectors;

 private:
  std::int64_t now_s() const;
  std::string stamp() const;
  // 0 until start_timeout(): a time long over.
  std::int64_t deadline_s_ = 0;
  bool logging_ = false;
};

// /proc/cpuinfo names a pSeries LPAR and the tree is a "chrp"; messages as the real programs.
bool supported_platform(Process& process, std::string_view program);
bool valid_chrp(Session& session);

// Whether /sys/kernel/dlpar takes requests for this type (drmgr.md section 3).
bool kernel_dlpar_exists(Session& session);
// [blocks] One write to /sys/kernel/dlpar. 0, or -errno after a failure (-1 when nothing was
// written); `silent` leaves the message out.
int kernel_dlpar(Session& session, const std::string& command, bool silent = false);

}  // namespace lparsim::userland
