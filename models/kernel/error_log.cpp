#include "models/kernel/error_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "models/kernel/event_log.hpp"
#include "models/kernel/nvram.hpp"

namespace lparsim::kernel {
namespace {

constexpr int kLogDebug = 7;
constexpr std::uint32_t kPartitionSize = 2000;
constexpr std::size_t kMostUnread = 64;
// The first word of the partition.
enum LogKind : std::uint32_t { kAlreadyRead = 0, kRtasLog = 2 };
constexpr std::size_t kInfoSize = 8;             // that word and the sequence number

struct TypeName {
  std::uint8_t type;
  std::string_view name;
};
constexpr std::array kTypes{
    TypeName{1, "Retry"}, TypeName{2, "TCE Error"}, TypeName{3, "Internal Device Failure"},
    TypeName{4, "Timeout"}, TypeName{5, "Data Parity"}, TypeName{6, "Address Parity"},
    TypeName{7, "Cache Parity"}, TypeName{8, "Address Invalid"}, TypeName{9, "ECC Uncorrected"},
    TypeName{10, "ECC Corrupted"}, TypeName{64, "EPOW"}, TypeName{224, "Platform Error"},
    TypeName{225, "I/O Event"}, TypeName{226, "Platform Information Event"},
    TypeName{227, "Resource Deallocation Event"}, TypeName{228, "Dump Notification Event"},
    TypeName{160, "Platform Resource Reassignment Event"}, TypeName{229, "Hotplug Event"},
};

std::string_view type_name(std::uint8_t type) {
  const auto* const row = std::find_if(kTypes.begin(), kTypes.end(),
                                       [&](const TypeName& t) { return t.type == type; });
  return row == kTypes.end() ? "Unknown" : row->name;
}

std::uint32_t longest(const Kernel& kernel) {
  constexpr std::uint32_t kMost = 2048;
  const auto value = kernel.state.tree.word(kernel.state.rtas_node, "rtas-error-log-max");
  return std::min(value.value_or(kMost), kMost);
}

void keep(Kernel& kernel, std::uint32_t sequence, Bytes log) {
  ErrorLog& state = kernel.state.io.error_log;
  if (state.unread.size() == kMostUnread) state.unread.erase(state.unread.begin());
  state.unread.push_back({sequence, std::move(log)});
  kernel.host.wake(kErrorLogKey);
}

void store(Kernel& kernel, ByteView log) {
  ErrorLog& state = kernel.state.io.error_log;
  if (state.nvram_at == 0) return;
  const Bytes info = CellWriter().u32(kRtasLog).u32(state.count).take();
  const auto fits = std::min<std::size_t>(log.size(), state.nvram_size - kInfoSize);
  if (!nvram_write(kernel, state.nvram_at, info)) return;
  if (nvram_write(kernel, state.nvram_at + kInfoSize, log.first(fits))) state.in_nvram = true;
}

// What an earlier boot left behind: the count goes on, an event that was not read comes again.
void retrieve(Kernel& kernel) {
  ErrorLog& state = kernel.state.io.error_log;
  Bytes info(kInfoSize);
  if (!nvram_read(kernel, state.nvram_at, info)) return;
  state.count = load_be32(&info[4]);
  if (load_be32(info.data()) == kAlreadyRead) return;
  Bytes log(std::min<std::size_t>(longest(kernel), state.nvram_size - kInfoSize));
  if (!nvram_read(kernel, state.nvram_at + kInfoSize, log)) return;
  state.in_nvram = true;
  const ByteView whole = logged(log);
  keep(kernel, state.count, {whole.begin(), whole.end()});
}

}  // namespace

bool has_error_log(const Kernel& kernel) {
  const LiveTree& tree = kernel.state.tree;
  const NodeId rtas = kernel.state.rtas_node;
  return rtas != kNoNode && tree.property(rtas, "event-scan") != nullptr &&
         tree.word(rtas, "rtas-event-scan-rate").value_or(0) != 0;
}

void setup_error_log(Kernel& kernel) {
  if (!has_error_log(kernel)) return;
  const auto partition = os_partition(kernel, "ibm,rtas-log", kPartitionSize);
  if (!partition || partition->size <= kInfoSize) return;
  kernel.state.io.error_log.nvram_at = partition->at;
  kernel.state.io.error_log.nvram_size = partition->size;
  retrieve(kernel);
}

void log_event(Kernel& kernel, ByteView log) {
  if (log.size() < kInfoSize) return;
  log = log.first(std::min<std::size_t>(log.size(), longest(kernel)));
  ErrorLog& state = kernel.state.io.error_log;
  ++state.count;
  const bool enabled = has_error_log(kernel);
  if (enabled) store(kernel, log);
  const std::uint8_t type = log[3], severity = log[1] >> 5;
  kernel.log(kLogDebug, fmt::format("RTAS: event: {}, Type: {} ({}), Severity: {}", state.count,
                                    type_name(type), type, severity));
  if (enabled) keep(kernel, state.count, {log.begin(), log.end()});
}

int ask_error_log(Kernel& kernel, std::uint64_t, std::string& text) {
  ErrorLog& state = kernel.state.io.error_log;
  if (state.unread.empty()) {
    if (!state.in_nvram) return -EAGAIN;
    state.in_nvram = false;
    nvram_write(kernel, state.nvram_at, CellWriter().u32(kAlreadyRead).take());
    return -EAGAIN;
  }
  const LoggedEvent event = std::move(state.unread.front());
  state.unread.erase(state.unread.begin());
  for (int byte = 0; byte < 4; ++byte) text += static_cast<char>(event.sequence >> (8 * byte));
  text.append(event.log.begin(), event.log.end());
  text.resize(4 + longest(kernel));
  return 0;
}

}  // namespace lparsim::kernel
