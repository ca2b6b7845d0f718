#include "sim/report/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/report/junit.hpp"

namespace lparsim::report {
namespace {

enum Lane : std::size_t { kHmc, kRmc, kProgram, kKernel, kFirmware, kConnector };
constexpr std::array kLanes{"HMC", "RMC", "programs", "kernel", "firmware", "connectors"};
constexpr std::array kColours{"#3b6ea5", "#7a5ea8", "#2f8f83", "#6b7f2a", "#b0722b", "#5b6770"};

// How a kind is shown: {0} to {3} are its values as the log's own export writes them. A kind that
// is not here is not shown; the entry of an RTAS call goes into the line of its reply.
struct Row {
  EventKind kind;
  Lane lane;
  std::string_view text;
};
constexpr std::array kRows{
    Row{EventKind::hmc_command, kHmc, "{1}"},
    Row{EventKind::hmc_reply, kHmc, "exit status {1}\n{2}{3}"},
    Row{EventKind::rmc_request, kRmc, "request: {1}"},
    Row{EventKind::rmc_reply, kRmc, "answer: {1}"},
    Row{EventKind::rmc_lost, kRmc, "lost: {1}"},
    Row{EventKind::rmc_state, kRmc, "connected: {0}"},
    Row{EventKind::process_start, kProgram, "{1}"},
    Row{EventKind::process_exit, kProgram, "exit status {1}\n{2}{3}"},
    Row{EventKind::file_write, kKernel, "{0} <- {1}: {2}"},
    Row{EventKind::kernel_message, kKernel, "{1}"},
    Row{EventKind::kernel_bug, kKernel, "BUG: {0}"},
    Row{EventKind::cpu_online, kKernel, "CPU {1} online"},
    Row{EventKind::cpu_offline, kKernel, "CPU {1} offline"},
    Row{EventKind::memory_online, kKernel, "memory {0} online"},
    Row{EventKind::memory_offline, kKernel, "memory {0} offline"},
    Row{EventKind::tree_add, kKernel, "tree + {0}"},
    Row{EventKind::tree_remove, kKernel, "tree - {0}"},
    Row{EventKind::tree_update, kKernel, "tree {0}/{1}"},
    Row{EventKind::rtas_reply, kFirmware, "{0}"},
    Row{EventKind::hcall, kFirmware, "hcall {0}: {1}"},
    Row{EventKind::assign, kFirmware, "{0}: {1} -> {2}"},
    Row{EventKind::choice, kFirmware, "fault: {0} {1}"},
    Row{EventKind::event_queued, kFirmware, "event queued: class {0}"},
    Row{EventKind::event_delivered, kFirmware, "event fetched: class {0}"},
    Row{EventKind::event_lost, kFirmware, "event lost: class {0}"},
    Row{EventKind::partition_state, kFirmware, "{0} -> {1}"},
    Row{EventKind::drc_state, kConnector, "{0}: {1} -> {2}"},
};

struct Shown {
  std::int64_t time_ns = 0;
  std::uint16_t partition = 0;
  Lane lane{};
  bool bad = false;
  std::string text;
};

class Reader {
 public:
  explicit Reader(const EventLog& log) : log_(log) {}

  std::optional<Shown> read(const EventRecord& record) {
    if (record.kind == EventKind::rtas_entry) {
      entry_ = fmt::format("{} {:#x} {:#x}", log_.text(record.values[0]), record.values[2],
                           record.values[3]);
      return std::nullopt;
    }
    const auto* const row = std::find_if(
        kRows.begin(), kRows.end(), [&](const Row& it) { return it.kind == record.kind; });
    if (row == kRows.end()) return std::nullopt;
    const bool reply = record.kind == EventKind::rtas_reply;
    std::string text =
        reply ? fmt::format("{}: {}", entry_, static_cast<std::int64_t>(record.values[1]))
              : fmt::format(fmt::runtime(row->text), log_.value(record, 0), log_.value(record, 1),
                            log_.value(record, 2), log_.value(record, 3));
    while (text.ends_with('\n')) text.pop_back();
    return Shown{record.time_ns, record.partition, row->lane, tells_of_failure(record),
                 std::move(text)};
  }

 private:
  const EventLog& log_;
  std::string entry_;
};

// The whole run at a glance: a stroke for each event, red where something failed.
std::string overview(const std::vector<Shown>& all) {
  constexpr std::size_t kWidth = 1200, kHeight = 18, kLeft = 90;
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"overview\">\n", kLeft + kWidth,
      kHeight * kLanes.size());
  for (std::size_t lane = 0; lane < kLanes.size(); ++lane) {
    svg += fmt::format("<text x=\"0\" y=\"{}\">{}</text>\n", lane * kHeight + 13, kLanes[lane]);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    svg += fmt::format(
        "<a href=\"#e{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"12\" fill=\"{}\"/></a>\n",
        i, kLeft + i * kWidth / all.size(), all[i].lane * kHeight + 3,
        std::max<std::size_t>(2, kWidth / all.size()),
        all[i].bad ? "#c62828" : kColours[all[i].lane]);
  }
  return svg + "</svg>\n";
}

constexpr std::string_view kStyle = R"(
body{font:14px/1.4 system-ui,sans-serif;margin:1.5rem;color:#222;background:#fafafa}
h1{font-size:1.3rem}svg{width:100%;height:auto;background:#fff;border:1px solid #ddd}
svg text{font:11px system-ui,sans-serif;fill:#555}
table{border-collapse:collapse;width:100%;background:#fff;table-layout:fixed;margin-top:1rem}
th{position:sticky;top:0;color:#fff;padding:.3rem;text-align:left}
th:first-child{width:8.5rem;background:#444}
td{border-bottom:1px solid #eee;padding:0;vertical-align:top}
td:first-child{padding:.2rem .4rem;color:#777;font-variant-numeric:tabular-nums}
td div{border-left:4px solid;padding:.15rem .4rem;white-space:pre-wrap;overflow-wrap:anywhere}
td div.bad{background:#fdecea;border-color:#c62828!important}
small{color:#888}tr:target{outline:2px solid #f9a825}
)";

std::string head(const TimelineTitle& title) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<style>{1}</style></head><body>\n<h1>{0}</h1>\n",
      xml_escaped(title.name), kStyle);
  return html;
}

std::string table(const std::vector<Shown>& all, const TimelineTitle& title) {
  std::string html = "<table>\n<thead><tr><th>time</th>";
  for (std::size_t lane = 0; lane < kLanes.size(); ++lane) {
    html += fmt::format("<th style=\"background:{}\">{}</th>", kColours[lane], kLanes[lane]);
  }
  html += "</tr></thead>\n<tbody>\n";
  std::optional<std::int64_t> before;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Shown& it = all[i];
    html += fmt::format("<tr id=\"e{}\"><td>{}</td>", i,
                        before == it.time_ns
                            ? std::string()
                            : fmt::format("{}.{:06} s", it.time_ns / 1'000'000'000,
                                          it.time_ns % 1'000'000'000 / 1000));
    before = it.time_ns;
    const auto name = title.partitions.find(PartitionId{it.partition});
    for (std::size_t lane = 0; lane < kLanes.size(); ++lane) {
      if (lane != it.lane) {
        html += "<td></td>";
        continue;
      }
      html += fmt::format("<td><div{} style=\"border-color:{}\">{}{}</div></td>",
                          it.bad ? " class=\"bad\"" : "", kColours[lane],
                          name == title.partitions.end()
                              ? std::string()
                              : fmt::format("<small>{}</small> ", xml_escaped(name->second)),
                          xml_escaped(it.text));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

}  // namespace

std::string timeline_html(const EventLog& log, std::uint64_t first_event,
                          const TimelineTitle& title) {
  std::vector<Shown> all;
  Reader reader(log);
  for (auto i = std::max(first_event, log.oldest()); i < log.total(); ++i) {
    if (auto shown = reader.read(log.at(i))) all.push_back(std::move(*shown));
  }
  std::string html = head(title);
  if (log.oldest() > first_event) {
    html += fmt::format("<p>{} earlier events are not shown: the log kept the last ones.</p>\n",
                        log.oldest() - first_event);
  }
  return html + overview(all) + table(all, title) + "</body></html>\n";
}

}  // namespace lparsim::report
