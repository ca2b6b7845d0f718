#include "sim/scenario/expectations.hpp"

#include <fmt/format.h>

#include "sim/base/hex.hpp"
#include "sim/scenario/event_patterns.hpp"
#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {

using report::Failure;

namespace {

using Failures = std::vector<Failure>;

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

void check_stream(const char* stream, const std::optional<TextPattern>& pattern,
                  const std::string& found, const CommandOutcome& outcome, Failures& failures) {
  if (!pattern || pattern->holds(found)) return;
  failures.push_back({outcome.step->where + "/expect/" + stream,
                      fmt::format("{} of \"{}\" is not as expected", stream, outcome.command),
                      pattern->describe(), found, {}});
}

bool exists(const FileExpectation& file, models::World& world, Bytes& content) {
  if (world.read_file(file.partition, file.path, content) >= 0) return true;
  std::vector<kernel::DirectoryEntry> entries;
  return world.list_directory(file.partition, file.path, entries) >= 0;
}

void check_file(const FileExpectation& file, models::World& world, Failures& failures) {
  using Content = FileExpectation::Content;
  if (!world.has_linux(file.partition)) {
    failures.push_back({file.where, file.path + ": its partition runs no Linux now", {}, {}, {}});
    return;
  }
  Bytes content;
  const bool found = exists(file, world, content);
  const bool wanted = file.content != Content::absent;
  if (found != wanted) {
    failures.push_back({file.where, file.path, wanted ? "present" : "absent",
                        found ? "present" : "absent", {}});
  } else if (file.content == Content::text && !file.text.holds(text_of(content))) {
    failures.push_back({file.where, file.path, file.text.describe(), text_of(content), {}});
  } else if (file.content == Content::bytes && file.bytes != content) {
    failures.push_back({file.where, file.path, hex(file.bytes), hex(content), {}});
  }
}

void check_drc(const DrcExpectation& expected, models::World& world, Failures& failures) {
  const auto drc = world.hypervisor(world.system_of(expected.partition))
                       .drc(expected.partition, expected.drc);
  if (drc && drc->state == expected.state) return;
  failures.push_back({expected.where, fmt::format("DRC {:#x}", expected.drc.value),
                      std::string(to_string(expected.state)),
                      drc ? std::string(to_string(drc->state)) : "no such DRC", {}});
}

template <class T>
void check_amount(const std::string& where, const char* what, const std::optional<T>& expected,
                  T found, Failures& failures) {
  if (!expected || *expected == found) return;
  failures.push_back({where, what, fmt::format("{}", *expected), fmt::format("{}", found), {}});
}

std::optional<double> units_of(const std::optional<ProcUnits>& units) {
  if (!units) return std::nullopt;
  return units->hundredths / 100.0;
}

void check_ledger(const LedgerExpectation& expected, const firmware::LedgerView& ledger,
                  Failures& failures) {
  check_amount(expected.where, "free processing units", units_of(expected.free_units),
               ledger.free_units.hundredths / 100.0, failures);
  check_amount(expected.where, "free LMBs", expected.free_lmbs, ledger.free_lmbs, failures);
  for (const auto& share : expected.shares) {
    firmware::LedgerView::Share found;
    for (const auto& candidate : ledger.shares) {
      if (candidate.partition == share.partition) found = candidate;
    }
    check_amount(share.where, "processing units", units_of(share.units),
                 found.units.hundredths / 100.0, failures);
    check_amount(share.where, "LMBs", share.lmbs, found.lmbs, failures);
  }
}

}  // namespace

void check_result(const ResultExpectation& expected, const CommandOutcome& found,
                  Failures& failures) {
  if (found.exit_status != expected.exit) {
    failures.push_back(
        {found.step->where,
         fmt::format("exit status of \"{}\" is not as expected", found.command),
         std::to_string(expected.exit),
         fmt::format("{}\n{}{}", found.exit_status, found.out, found.err), {}});
  }
  check_stream("stdout", expected.out, found.out, found, failures);
  check_stream("stderr", expected.err, found.err, found, failures);
}

void check_state(const StateStep& expected, models::World& world, std::uint64_t first_event,
                 Failures& failures) {
  for (const auto& file : expected.files) check_file(file, world, failures);
  for (const auto& drc : expected.drcs) check_drc(drc, world, failures);
  if (expected.ledger) {
    check_ledger(*expected.ledger, world.hypervisor(expected.ledger->system).ledger(), failures);
  }
  check_events(expected.events, world.log(), first_event, failures);
  if (expected.agree.empty()) return;
  const Picture picture = take_picture(world);
  for (const auto& [partition, where] : expected.agree) {
    for (const auto& candidate : picture.partitions) {
      if (candidate.id != partition) continue;
      const auto text = disagreement(candidate);
      if (!text.empty()) failures.push_back({where, text, {}, {}, {}});
    }
  }
}

}  // namespace lparsim::scenario
