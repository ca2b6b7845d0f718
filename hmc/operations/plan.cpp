#include "hmc/operations/plan.hpp"

#include <algorithm>

#include "hmc/messages/catalogue.hpp"
#include "hmc/operations/checks.hpp"

namespace lparsim::hmc {
namespace {

std::int64_t new_target(ChangeKind kind, std::int64_t before, std::int64_t amount) {
  if (kind == ChangeKind::set) return amount;
  return kind == ChangeKind::add ? before + amount : before - amount;
}

// Units that grow come before the virtual processors that need them, units that shrink after
// (hmc.md 2.4), so that the ratio holds at every step.
int rank(const Change& change) {
  if (change.quantity == Quantity::units) return change.target > change.before ? 0 : 2;
  return change.quantity == Quantity::procs ? 1 : 3;
}

Part make_part(const Console& console, const ChangeRequest& request, const NamedPartition& who,
               ChangeKind kind) {
  Part part{who, console.hypervisor.partition(who.id), {}, false};
  const auto change = [&](Quantity quantity, const std::optional<std::int64_t>& amount) {
    if (!amount) return;
    const std::int64_t before = pending(part.values, quantity);
    part.changes.push_back({who, quantity, before, new_target(kind, before, *amount)});
  };
  change(Quantity::units, request.units);
  change(Quantity::procs, request.procs);
  change(Quantity::weight, request.weight);
  change(Quantity::memory, request.mb);
  std::stable_sort(part.changes.begin(), part.changes.end(),
                   [](const Change& a, const Change& b) { return rank(a) < rank(b); });
  return part;
}

std::vector<Part> make_parts(const Console& console, const ChangeRequest& request) {
  if (request.kind != ChangeKind::move) {
    return {make_part(console, request, request.partition, request.kind)};
  }
  Part source = make_part(console, request, request.partition, ChangeKind::remove);
  Part target = make_part(console, request, *request.target, ChangeKind::add);
  target.receives_moved = true;
  return {std::move(source), std::move(target)};
}

std::optional<std::string> check_move(const ChangeRequest& request,
                                      const std::vector<Part>& parts) {
  if (request.kind != ChangeKind::move) return std::nullopt;
  if (request.partition.id == request.target->id) {
    return message(MessageId::same_partition, {{"partition", request.partition.shown}});
  }
  const bool differ =
      parts[0].values.pend.processors.mode != parts[1].values.pend.processors.mode;
  if (request.resource == Resource::proc && differ) return message(MessageId::move_kinds_differ);
  return std::nullopt;
}

}  // namespace

tl::expected<std::vector<Change>, std::string> plan_changes(const Console& console,
                                                            const ChangeRequest& request) {
  const std::vector<Part> parts = make_parts(console, request);
  if (const auto text = check_move(request, parts)) return tl::make_unexpected(*text);
  for (const Check check : checks()) {
    for (const Part& part : parts) {
      if (const auto text = check(console, request, part)) return tl::make_unexpected(*text);
    }
  }
  std::vector<Change> changes;
  for (const Part& part : parts) {
    changes.insert(changes.end(), part.changes.begin(), part.changes.end());
  }
  return changes;
}

}  // namespace lparsim::hmc
