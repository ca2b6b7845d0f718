#include "hmc/operations/change.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "hmc/inventory/text.hpp"
#include "hmc/messages/catalogue.hpp"
#include "hmc/operations/plan.hpp"

namespace lparsim::hmc {
namespace {

std::string refusal_text(const Change& change, const Answer& answer, PartitionState state) {
  switch (answer.refusal) {
    case Refusal::not_enough_processors:
    case Refusal::not_enough_memory:
      return message(MessageId::not_available,
                     {{"resource", std::string(name_of(change.quantity))},
                      {"partition", change.partition.shown},
                      {"requested", shown(change.quantity, change.target)},
                      {"limit", shown(change.quantity, answer.limit)}});
    case Refusal::wrong_state:
      return message(MessageId::wrong_state, {{"partition", change.partition.shown},
                                              {"state", word_of(kPartitionStates, state)}});
    default:
      return message(MessageId::refused, {{"partition", change.partition.shown},
                                          {"resource", std::string(name_of(change.quantity))}});
  }
}

// How the operating system's part ended.
struct Outcome {
  RmcReply reply;
  std::int64_t requested = 0;   // signed, as the target moves
  std::int64_t completed = 0;   // what the hypervisor counted, in the same direction
  std::int64_t run = 0;         // the running value afterwards

  bool complete() const {
    const bool reached = requested > 0 ? completed >= requested : completed <= requested;
    return reply.kind == RmcReply::done && reply.exit_status == 0 && reached;
  }
};

std::string ending(const RmcReply& reply, const ChangeRequest& request) {
  switch (reply.kind) {
    case RmcReply::timed_out:
      return message(MessageId::os_timeout, {{"minutes", std::to_string(request.wait_minutes)}});
    case RmcReply::no_connection: return message(MessageId::os_connection_lost);
    case RmcReply::done: break;
  }
  return message(MessageId::os_return_code, {{"rc", std::to_string(reply.exit_status)}});
}

struct FailureRow {
  Quantity quantity;
  MessageId added, removed;
};
constexpr std::array kFailures = std::to_array<FailureRow>({
    {Quantity::units, MessageId::add_procs_failed, MessageId::remove_procs_failed},
    {Quantity::procs, MessageId::add_procs_failed, MessageId::remove_procs_failed},
    {Quantity::weight, MessageId::weight_failed, MessageId::weight_failed},
    {Quantity::memory, MessageId::add_mem_failed, MessageId::remove_mem_failed},
});

std::string failure_text(const Change& change, const Outcome& outcome,
                         const ChangeRequest& request) {
  const FailureRow& row = kFailures[static_cast<std::size_t>(change.quantity)];
  const std::int64_t sign = outcome.requested > 0 ? 1 : -1;
  // The weight is told as a value, amounts as what was to be done; none was done the other way.
  const bool is_value = change.quantity == Quantity::weight;
  const std::int64_t requested = is_value ? change.target : outcome.requested * sign;
  const std::int64_t completed =
      is_value ? outcome.run : std::max<std::int64_t>(0, outcome.completed * sign);
  return message(sign > 0 ? row.added : row.removed,
                 {{"partition", change.partition.shown},
                  {"requested", shown(change.quantity, requested)},
                  {"completed", shown(change.quantity, completed)},
                  {"out", outcome.reply.out},
                  {"err", outcome.reply.err},
                  {"ending", ending(outcome.reply, request)},
                  {"advice", message(MessageId::procs_advice)}});
}

std::optional<Duration> deadline(const ChangeRequest& request) {
  if (request.wait_minutes == 0) return std::nullopt;
  return std::chrono::minutes(request.wait_minutes);
}

// Marks an amount as being told; also undone when the session is ended while it waits.
class Told {
 public:
  Told(InFlight& in_flight, const Change& change)
      : in_flight_(in_flight), mark_(in_flight.insert({change.partition.id, change.quantity})) {}
  ~Told() { in_flight_.erase(mark_); }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

 private:
  InFlight& in_flight_;
  InFlight::iterator mark_;
};

// What another session's change of the same amount was counted for: the last one to finish answers
// for a difference that nobody was told about.
std::int64_t untold_rest(const Console& console, const Change& change) {
  const PartitionId id = change.partition.id;
  if (console.reported.reported(id) || console.in_flight.contains({id, change.quantity})) return 0;
  const PartitionValues values = console.hypervisor.partition(id);
  return pending(values, change.quantity) - running(values, change.quantity);
}

// Tells the operating system and compares what the hypervisor then counts: an exit status of 0
// does not mean that all of it was done (drmgr.md section 5).
Outcome tell_os(Console& console, const ChangeRequest& request, const Change& change,
                std::int64_t amount) {
  const PartitionId id = change.partition.id;
  const std::int64_t before = running(console.hypervisor.partition(id), change.quantity);
  const std::string command = drmgr_command(change.quantity, amount,
                                            console.hypervisor.system().lmb_mb, request);
  Outcome outcome;
  {
    const Told told(console.in_flight, change);
    outcome.reply = console.rmc.run(id, command, deadline(request));
  }
  outcome.requested = amount;
  outcome.run = running(console.hypervisor.partition(id), change.quantity);
  outcome.completed = outcome.run - before;
  const std::int64_t rest = untold_rest(console, change);
  const bool same_way = (rest > 0) == (amount > 0);
  if (outcome.complete() && same_way) outcome.completed -= rest;
  return outcome;
}

// The amount asked of the operating system: what was typed for an add or a removal; for an
// absolute amount the way from what it has, so that repeating the command finishes the work.
std::int64_t amount_to_ask(const ChangeRequest& request, const Change& change,
                           const PartitionValues& values) {
  const bool absolute = request.kind == ChangeKind::set;
  return change.target - (absolute ? running(values, change.quantity) : change.before);
}

// The message of a failure, none when the change is done.
std::optional<std::string> carry_out(Console& console, const ChangeRequest& request,
                                     const Change& change) {
  const PartitionId id = change.partition.id;
  const PartitionValues values = console.hypervisor.partition(id);
  if (change.target != change.before) {
    const Answer answer = set_pending(console.hypervisor, id, change.quantity, change.target);
    if (!answer) return refusal_text(change, answer, values.state);
  }
  if (values.state == PartitionState::not_activated) return std::nullopt;
  if (console.rmc.state(id) != RmcState::active && request.force) {
    console.reported.report(id);   // --force: the operator asked for the difference
    return std::nullopt;
  }
  const std::int64_t amount = amount_to_ask(request, change, values);
  if (amount == 0) return std::nullopt;
  const Outcome outcome = tell_os(console, request, change, amount);
  if (outcome.complete()) return std::nullopt;
  console.reported.report(id);
  return failure_text(change, outcome, request);
}

}  // namespace

tl::expected<std::string, std::string> change_resources(Console& console,
                                                        const ChangeRequest& request) {
  const auto changes = plan_changes(console, request);
  if (!changes) return tl::make_unexpected(changes.error());
  for (const Change& change : *changes) {
    if (const auto text = carry_out(console, request, change)) return tl::make_unexpected(*text);
  }
  return std::string();
}

}  // namespace lparsim::hmc
