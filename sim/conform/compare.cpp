#include "sim/conform/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lparsim::conform {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kShown = 120;

std::string shown(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, kShown)) {
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text.size() > kShown ? out + "..." : out;
}

std::string two(std::string_view what, const std::string& recorded, const std::string& observed) {
  return fmt::format("{}: recorded {}, here {}", what, shown(recorded), shown(observed));
}

template <class T>
std::string number(const std::optional<T>& value) {
  return value ? std::to_string(*value) : std::string("none");
}

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of('\n'), text.size()));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// -- calls --------------------------------------------------------------------------------------

// An address of the guest's choice.
bool is_address(const std::string& recorded) { return recorded == "buffer" || recorded == "entry"; }

std::string text_of(const Call& call) {
  std::string out = fmt::format("{}({}) = {}", call.name, fmt::join(call.in, ", "),
                                fmt::join(call.out, ", "));
  if (!call.node.empty()) out += " node " + call.node;
  if (!call.property.empty()) out += " property " + call.property;
  return out;
}

bool same_cells(const std::vector<std::string>& recorded,
                const std::vector<std::string>& observed) {
  // A failed call's other outputs are not always recorded.
  if (observed.size() < recorded.size()) return false;
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    if (!is_address(recorded[i]) && recorded[i] != observed[i]) return false;
  }
  return true;
}

std::string call_difference(const Call& recorded, const Call& observed, std::size_t position) {
  const std::string call = fmt::format("call {}", position);
  const auto at = [&](std::string_view what) { return fmt::format("{} {}", call, what); };
  if (recorded.name != observed.name || recorded.in.size() != observed.in.size() ||
      !same_cells(recorded.in, observed.in) || !same_cells(recorded.out, observed.out)) {
    return two(call, text_of(recorded), text_of(observed));
  }
  if (recorded.by != observed.by) return two(at("made by"), recorded.by, observed.by);
  if (recorded.node != observed.node) return two(at("node"), recorded.node, observed.node);
  if (recorded.property != observed.property) {
    return two(at("property"), recorded.property, observed.property);
  }
  if (recorded.has_value && recorded.value != observed.value) {
    return two(at(recorded.property), recorded.value, observed.value);
  }
  if (!recorded.event.empty() && recorded.event != observed.event) {
    return two(at("event"), recorded.event, observed.event);
  }
  return {};
}

// Polls of a stopping thread are timing: equal calls in a row count as the last of them.
std::vector<Call> comparable(const std::vector<Call>& calls,
                             const std::set<std::string>& left_out) {
  std::vector<Call> out;
  for (const Call& call : calls) {
    if (left_out.contains(call.name)) continue;
    const bool poll = call.name == "query-cpu-stopped-state" && !out.empty() &&
                      out.back().name == call.name && out.back().in == call.in;
    if (poll) out.back() = call;
    if (!poll) out.push_back(call);
  }
  return out;
}

void compare_calls(const Op& op, const Happened& here, const Baseline& baseline, Lines& out) {
  const auto recorded = comparable(op.recorded.calls, baseline.driver_calls);
  const auto observed = comparable(here.calls, baseline.driver_calls);
  for (std::size_t i = 0; i < std::max(recorded.size(), observed.size()); ++i) {
    std::string line;
    if (i == recorded.size()) {
      line = fmt::format("call {} was not recorded: {}", i + 1, text_of(observed[i]));
    } else if (i == observed.size()) {
      line = fmt::format("call {} is missing: {}", i + 1, text_of(recorded[i]));
    } else {
      line = call_difference(recorded[i], observed[i], i + 1);
    }
    if (line.empty()) continue;
    out.push_back(std::move(line));
    return;
  }
}

// -- result -------------------------------------------------------------------------------------

void compare_outcome(const Outcome& recorded, const Outcome& here, std::string_view where,
                     Lines& out) {
  const auto name = [&](std::string_view what) { return fmt::format("{}{}", where, what); };
  if (recorded.ok != here.ok) {
    out.push_back(two(name("result"), recorded.ok ? "ok" : "error " + recorded.error,
                      here.ok ? "ok" : "error " + here.error + here.err));
    return;
  }
  if (recorded.error != here.error) out.push_back(two(name("errno"), recorded.error, here.error));
  if (recorded.exit != here.exit) {
    out.push_back(two(name("exit status"), number(recorded.exit), number(here.exit)));
  }
  if (recorded.written && recorded.written != here.written) {
    out.push_back(two(name("bytes written"), number(recorded.written), number(here.written)));
  }
  if (recorded.out != here.out) out.push_back(two(name("stdout"), recorded.out, here.out));
  if (trimmed(recorded.err) != trimmed(here.err)) {
    out.push_back(two(name("stderr"), recorded.err, here.err));
  }
  if (!recorded.drmgr_log.empty() && trimmed(recorded.drmgr_log) != trimmed(here.drmgr_log)) {
    out.push_back(two(name("log of drmgr"), recorded.drmgr_log, here.drmgr_log));
  }
}

std::string text_of(const std::vector<HypervisorEvent>& events) {
  std::string out;
  for (const auto& event : events) out += fmt::format("{} {}; ", event.event, event.device);
  return out.empty() ? "none" : out;
}

void compare_result(const Op& op, const Happened& here, Lines& out) {
  const Outcome& recorded = op.recorded.result;
  for (std::size_t i = 0; i < recorded.steps.size() && i < here.result.steps.size(); ++i) {
    compare_outcome(recorded.steps[i], here.result.steps[i], fmt::format("step {} ", i + 1), out);
  }
  if (recorded.steps.empty()) compare_outcome(recorded, here.result, "", out);
  if (recorded.events != here.result.events) {
    out.push_back(two("hypervisor events", text_of(recorded.events), text_of(here.result.events)));
  }
  if (recorded.pending && !here.result.pending) out.push_back("the request has ended here");
}

// -- tree, log, state ----------------------------------------------------------------------------

std::string first_of(const Lines& lines, const Lines& others) {
  for (const std::string& line : lines) {
    if (std::find(others.begin(), others.end(), line) == others.end()) return line;
  }
  return {};
}

void compare_sets(std::string_view what, Lines recorded, Lines here, Lines& out) {
  std::sort(recorded.begin(), recorded.end());
  std::sort(here.begin(), here.end());
  if (recorded == here) return;
  const std::string missing = first_of(recorded, here), extra = first_of(here, recorded);
  out.push_back(two(what, missing.empty() ? "none" : missing, extra.empty() ? "none" : extra));
}

Lines lines_of(const Properties& properties) {
  Lines out;
  for (const auto& [path, value] : properties) out.push_back(path + " = " + value);
  return out;
}

// Nodes are numbered by firmware or the loader: what a phandle says is not compared.
Properties without_phandles(const Properties& properties) {
  Properties out;
  for (const auto& entry : properties) {
    if (!entry.first.ends_with("phandle")) out.push_back(entry);
  }
  return out;
}

void compare_tree(const TreeDelta& recorded, const TreeDelta& here, Lines& out) {
  compare_sets("nodes added", recorded.nodes_added, here.nodes_added, out);
  compare_sets("nodes removed", recorded.nodes_removed, here.nodes_removed, out);
  const Lines added = lines_of(without_phandles(recorded.added));
  const Lines added_here = lines_of(without_phandles(here.added));
  if (std::is_permutation(added.begin(), added.end(), added_here.begin(), added_here.end())) {
    const auto [a, b] = std::mismatch(added.begin(), added.end(), added_here.begin());
    if (a != added.end()) out.push_back(two("order of properties", *a, *b));
  } else {
    compare_sets("properties added", added, added_here, out);
  }
  compare_sets("properties removed", lines_of(without_phandles(recorded.removed)),
               lines_of(without_phandles(here.removed)), out);
  const auto changes = [](const TreeDelta& delta) {
    Lines lines;
    for (const auto& [path, values] : delta.changed) {
      lines.push_back(path + ": " + values.first + " -> " + values.second);
    }
    return lines;
  };
  compare_sets("properties changed", changes(recorded), changes(here), out);
}

constexpr std::array kOurMessages{"pseries-hotplug-", "dlpar:", "rpaphp", "rpadlpar_io", "RTAS:"};

Lines comparable_log(const Lines& log) {
  Lines out;
  for (const std::string& line : log) {
    if (std::any_of(kOurMessages.begin(), kOurMessages.end(),
                    [&](const char* prefix) { return line.starts_with(prefix); })) {
      out.push_back(trimmed(line));
    }
  }
  return out;
}

void compare_log(const Lines& recorded, const Lines& here, Lines& out) {
  const Lines theirs = comparable_log(recorded), ours = comparable_log(here);
  for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i) {
    const std::string a = i < theirs.size() ? theirs[i] : "nothing";
    const std::string b = i < ours.size() ? ours[i] : "nothing";
    if (a == b) continue;
    out.push_back(two("kernel message", a, b));
    return;
  }
}

void compare_state(const GuestState& recorded, const GuestState& here, const Baseline& baseline,
                   Lines& out) {
  if (recorded.online_cpus != here.online_cpus) {
    out.push_back(two("online CPUs", recorded.online_cpus, here.online_cpus));
  }
  if (recorded.present_cpus != here.present_cpus) {
    out.push_back(two("present CPUs", recorded.present_cpus, here.present_cpus));
  }
  // How much of its memory a kernel keeps for itself is its own business.
  const auto grown = [](const GuestState& now, const GuestState& boot) {
    return static_cast<std::int64_t>(now.memory_kib) - static_cast<std::int64_t>(boot.memory_kib);
  };
  const auto theirs = grown(recorded, baseline.recorded), ours = grown(here, baseline.observed);
  if (theirs != ours) {
    out.push_back(fmt::format("memory since boot, KiB: recorded {}, here {}", theirs, ours));
  }
  const auto blocks = [](const GuestState& s) {
    return fmt::format("{} online, {} offline", s.memory_blocks_online, s.memory_blocks_offline);
  };
  if (blocks(recorded) != blocks(here)) {
    out.push_back(two("memory blocks", blocks(recorded), blocks(here)));
  }
}

}  // namespace

std::vector<std::string> differences(const Op& op, const Happened& observed,
                                     const Baseline& baseline) {
  Lines out;
  if (op.compare == Compare::setup) return out;
  compare_result(op, observed, out);
  if (op.compare == Compare::full) compare_calls(op, observed, baseline, out);
  compare_tree(op.recorded.tree, observed.tree, out);
  if (op.compare == Compare::full) compare_log(op.recorded.kernel_log, observed.kernel_log, out);
  compare_state(op.recorded.after, observed.after, baseline, out);
  return out;
}

}  // namespace lparsim::conform
