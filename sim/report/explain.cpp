#include "sim/report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <string_view>
#include <vector>

namespace lparsim::report {
namespace {

// What a status says (LoPAR 7.2.8); "" as the call: in all of them.
struct StatusWord {
  std::string_view call;
  std::int64_t status;
  std::string_view word;
};
constexpr std::array kStatusWords{
    StatusWord{"", -1, "hardware error"},
    StatusWord{"", -3, "parameter error"},
    StatusWord{"set-indicator", -9000, "multi-level isolation error"},
    StatusWord{"set-indicator", -9001, "translation outstanding"},
};

// The kernel says what went wrong at these levels (err, warning).
constexpr std::uint64_t kWarning = 4;

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string first_line(std::string_view text) {
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  return std::string(text.substr(0, text.find('\n')));
}

// What happened in the partition that the command reached, gathered from the bottom up: firmware's
// answers explain the kernel's messages, and these a write that failed.
class Chain {
 public:
  explicit Chain(const EventLog& log) : log_(log) {}

  void see(const EventRecord& record) {
    const auto& v = record.values;
    switch (record.kind) {
      case EventKind::choice:
        fault_ = fmt::format(", a fault of the scenario ({})", log_.text(v[1]));
        return;
      case EventKind::rtas_entry:
        arguments_ = fmt::format("{:#x} {:#x}", v[2], v[3]);
        return;
      case EventKind::rtas_reply:
        if (tells_of_failure(record)) firmware_.push_back(rtas_line(record));
        break;
      case EventKind::hcall:
        if (tells_of_failure(record)) {
          firmware_.push_back(fmt::format("hcall {:#x}: {}{}", v[0], as_signed(v[1]), fault_));
        }
        break;
      case EventKind::kernel_message:
        if (v[0] <= kWarning) kernel_says(fmt::format("kernel: {}", log_.text(v[1])));
        break;
      case EventKind::kernel_bug:
        kernel_says(fmt::format("the kernel crashed: {}", log_.text(v[0])));
        break;
      case EventKind::file_write: end_of_write(record); break;
      case EventKind::process_exit: end_of_process(record); break;
      case EventKind::rmc_reply:
        top_ = tells_of_failure(record)
                   ? fmt::format("OS return code {} of \"{}\"", v[1], command_)
                   : std::string();
        break;
      case EventKind::rmc_lost:
        top_ = fmt::format("\"{}\": lost on the way ({})", command_, log_.text(v[1]));
        break;
      case EventKind::rmc_request:
        command_ = log_.text(v[1]);
        top_ = fmt::format("no answer in time to \"{}\"", command_);
        break;
      default: return;
    }
    fault_.clear();
  }

  std::string text() const {
    std::string all;
    if (!top_.empty()) all += line(1, top_);
    for (const std::string& below : processes_) all += below;
    return all + loose_;
  }

 private:
  static std::string line(std::size_t depth, std::string_view text) {
    return fmt::format("{:{}}<- {}\n", "", 2 * depth, text);
  }

  std::string rtas_line(const EventRecord& record) const {
    const auto status = as_signed(record.values[1]);
    const auto call = log_.text(record.values[0]);
    const auto* const row =
        std::find_if(kStatusWords.begin(), kStatusWords.end(), [&](const StatusWord& it) {
          return it.status == status && (it.call.empty() || it.call == call);
        });
    const std::string word = row == kStatusWords.end() ? "" : fmt::format(" ({})", row->word);
    return fmt::format("RTAS {} {}: {}{}{}", call, arguments_, status, word, fault_);
  }

  void kernel_says(const std::string& message) {
    writes_ += line(2, message);
    for (const std::string& answer : firmware_) writes_ += line(3, answer);
    firmware_.clear();
  }

  void end_of_write(const EventRecord& record) {
    for (const std::string& answer : firmware_) writes_ += line(2, answer);
    firmware_.clear();
    if (tells_of_failure(record)) {
      const auto result = as_signed(record.values[2]);
      loose_ += line(1, fmt::format("write of \"{}\" to {}: {} ({})", log_.text(record.values[1]),
                                    log_.text(record.values[0]), result,
                                    ::strerrorname_np(static_cast<int>(-result)))) +
                writes_;
    }
    writes_.clear();
  }

  void end_of_process(const EventRecord& record) {
    std::string all;
    if (tells_of_failure(record)) {
      const auto said = first_line(log_.text(record.values[3]));
      if (!said.empty()) all += line(1, "it wrote: " + said);
      all += loose_ + writes_;
      for (const std::string& answer : firmware_) all += line(1, answer);
    }
    loose_.clear();
    writes_.clear();
    firmware_.clear();
    if (!all.empty()) processes_.push_back(std::move(all));
  }

  const EventLog& log_;
  std::string fault_, arguments_, command_, top_;
  std::vector<std::string> firmware_;    // answers that nothing above has explained yet
  std::string writes_, loose_;           // of the present write; of writes that failed
  std::vector<std::string> processes_;
};

// The command's partition is the one that it sent a request to; others run beside it.
std::string explain(const EventLog& log, std::uint64_t begin, std::uint64_t end) {
  const EventRecord& reply = log.at(end);
  PartitionId reached = kNoPartition;
  for (auto i = begin; i < end; ++i) {
    const EventRecord& record = log.at(i);
    if (record.kind == EventKind::rmc_request && record.actor == log.at(begin).actor) {
      reached = PartitionId{record.partition};
    }
  }
  Chain chain(log);
  for (auto i = begin; i < end; ++i) {
    const EventRecord& record = log.at(i);
    if (reached != kNoPartition && record.partition == reached.value) chain.see(record);
  }
  std::string said = first_line(log.text(reply.values[3]));
  if (said.empty()) said = first_line(log.text(reply.values[2]));   // lists tell errors on stdout
  return fmt::format("{}\n  exit status {}: {}\n{}", log.text(log.at(begin).values[1]),
                     as_signed(reply.values[1]), said, chain.text());
}

}  // namespace

std::string explain_failures(const EventLog& log, std::uint64_t first_event) {
  std::string all;
  const auto oldest = std::max(first_event, log.oldest());
  for (auto end = oldest; end < log.total(); ++end) {
    const EventRecord& reply = log.at(end);
    if (reply.kind != EventKind::hmc_reply || !tells_of_failure(reply)) continue;
    auto begin = end;
    while (begin > oldest && !(log.at(begin).kind == EventKind::hmc_command &&
                               log.at(begin).values[0] == reply.values[0])) {
      --begin;
    }
    if (log.at(begin).kind == EventKind::hmc_command) all += explain(log, begin, end);
  }
  return all;
}

}  // namespace lparsim::report
