#include "models/userland/session.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::uint64_t kLogLimit = 1U << 20;
constexpr std::size_t kLongestMessage = 255;
constexpr std::string_view kTruncated = "<truncated>\n";

struct TypeWord {
  std::string_view word;
  ConnectorType type;
};
constexpr std::array<TypeWord, 9> kTypeWords{{
    {"pci", ConnectorType::pci},
    {"slot", ConnectorType::slot},
    {"phb", ConnectorType::phb},
    {"cpu", ConnectorType::cpu},
    {"mem", ConnectorType::mem},
    {"port", ConnectorType::port},
    {"phib", ConnectorType::phib},
    {"pmig", ConnectorType::pmig},
    {"acc", ConnectorType::acc},
}};

}  // namespace

ConnectorType connector_type(std::string_view word, bool by_prefix) {
  for (const TypeWord& row : kTypeWords) {
    if (by_prefix ? word.starts_with(row.word) : word == row.word) return row.type;
  }
  return ConnectorType::none;
}

void take_index(Request& request) {
  if (!request.drc_name || !request.drc_name->starts_with("0x")) return;
  request.drc_index =
      static_cast<std::uint32_t>(std::strtoul(request.drc_name->c_str(), nullptr, 16));
  request.drc_name.reset();
}

void Session::say(Level level, std::string_view text) {
  std::string message(text.substr(0, text.find('\0')));   // as a C string
  if (message.size() > kLongestMessage) {
    message.resize(kLongestMessage - kTruncated.size());
    message += kTruncated;
  }
  if (logging_) append_text(files, kLogFile, message);
  if (level <= shown) process.err(message);
}

std::int64_t Session::now_s() const {
  return std::chrono::duration_cast<std::chrono::seconds>(process.now().time_since_epoch())
      .count();
}

// The partition's clock starts at 1970-01-01 00:00:00 UTC with the episode.
std::string Session::stamp() const {
  using std::chrono::days;
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t seconds = now_s();
  const std::chrono::year_month_day date{std::chrono::sys_days{days{seconds / 86400}}};
  return fmt::format("{} {:02} {} {}", kMonths[unsigned(date.month()) - 1],
                     unsigned(date.day()), clock(), int(date.year()));
}

std::string Session::clock() const {
  const std::int64_t of_day = now_s() % 86400;
  return fmt::format("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
}

bool Session::lock() {
  if (!exists(files, kLockFile)) write_text(files, kLockFile, "");
  int status = files.lock(kLockFile, process.pid());
  if (!has(Switch::lock_never_waits)) {
    // In force here as well: for the lock and then again for the work.
    for (long left = request.timeout_s; status == -EAGAIN && left > 0; --left) {
      process.sleep(std::chrono::seconds(1));
      status = files.lock(kLockFile, process.pid());
    }
  }
  if (status == 0) return true;
  timed_out();
  process.err(fmt::format("{}: {}\n", kLockFile, errno_text(status)));
  say(kError,
      "Unable to obtain Dynamic Reconfiguration lock. Please try command again later.\n");
  return false;
}

void Session::open_log() {
  const std::int64_t status = append_text(files, kLogFile, "");
  if (status < 0) {
    say(kError,
        fmt::format("Could not open log file {}\n\t{}\n", kLogFile, errno_text(status)));
    return;
  }
  logging_ = true;
  say(kDebug, fmt::format("\n########## {} ##########\n", stamp()));
}

void Session::close_log() {
  if (!logging_) return;
  say(kDebug, fmt::format("########## {} ##########\n", stamp()));
  logging_ = false;
  FileStat stat;
  if (files.stat(kLogFile, stat) != 0 || stat.size < kLogLimit) return;
  process.err("Rotating logs...\n");
  Bytes content;
  if (files.read(kLogFile, content) < 0) return;
  files.remove(kOldLogFile);
  if (files.write(kOldLogFile, content) >= 0) files.remove(kLogFile);
}

bool Session::timed_out() {
  if (deadline_s_ == -1 || deadline_s_ > now_s()) return false;
  say(kWarning, "Drmgr has exceeded its specified wait time and will not continue\n");
  return true;
}

bool supported_platform(Process& process, std::string_view program) {
  const std::string cpuinfo = read_text(process.files(), "/proc/cpuinfo").value_or("");
  if (cpuinfo.find("pSeries") != std::string::npos) return true;
  const bool bare = cpuinfo.find("PowerNV") != std::string::npos;
  process.err(fmt::format("{}: is not supported on the {} platform\n", program,
                          bare ? "PowerNV" : "Unknown"));
  return false;
}

bool valid_chrp(Session& session) {
  const std::optional<Bytes> type =
      property(session.files, std::string(kTree) + "/device_type", 128);
  if (!type) {
    session.say(kError, "Cannot validate platform chrp\n");
    return false;
  }
  if (CellReader(*type).str() != "chrp") {
    session.say(kError, "This command is not supported for chrp platforms.\n");
    return false;
  }
  return true;
}

bool kernel_dlpar_exists(Session& session) {
  if (!exists(session.files, kDlparFile)) return false;
  const ConnectorType type = session.request.type;
  const bool memory = type == ConnectorType::mem;
  // The first such kernels had a write-only file that knew memory only.
  const std::optional<std::string> text = read_text(session.files, kDlparFile);
  if (!text) return memory;
  const std::string first = text->substr(0, text->find_first_of(" \t\n"));
  if (memory) return first.find("memory") != std::string::npos;
  if (type == ConnectorType::cpu) return first.find("cpu") != std::string::npos;
  const bool io = type == ConnectorType::pci || type == ConnectorType::phb ||
                  type == ConnectorType::slot;
  return io && session.has(Switch::kernel_updates_tree) && first.find("dt") != std::string::npos;
}

int kernel_dlpar(Session& session, const std::string& command, bool silent) {
  session.say(kDebug, fmt::format("Initiating kernel DLPAR \"{}\"\n", command));
  const std::int64_t written = write_text(session.files, kDlparFile, command);
  if (written > 0) {
    session.say(kDebug, "Success\n");
    return 0;
  }
  if (silent) return written == 0 ? -1 : static_cast<int>(written);
  session.say(kError, fmt::format("Failed to write to {}: {}\n", kDlparFile,
                                  written == 0 ? "wrote 0 bytes" : errno_text(written)));
  return -1;
}

}  // namespace lparsim::userland
