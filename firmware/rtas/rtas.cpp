#include "firmware/rtas/rtas.hpp"

#include "firmware/mobility/suspend.hpp"

#include <algorithm>

#include "firmware/rtas/serialization.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kCell = 4, kHeader = 3 * kCell;
constexpr std::uint32_t kIsolationState = 9001, kIsolate = 0;

std::size_t type_by_convention(std::uint32_t drc) {
  switch (drc >> 28) {
    case 1: return static_cast<std::size_t>(DrcType::cpu);
    case 8: return static_cast<std::size_t>(DrcType::mem);
    case 2: return static_cast<std::size_t>((drc & 0x0100'0000U) != 0 ? DrcType::slot
                                                                      : DrcType::phb);
    default: return static_cast<std::size_t>(DrcType::slot);
  }
}

std::uint64_t as_u64(std::int32_t status) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(status));
}

// What a call that cannot be carried out now is told: busy where it may say so, else an error.
std::int32_t not_now(const CallRow& row) {
  return row.busy_allowed ? kRtasBusy : kRtasHardwareError;
}

}  // namespace

Rtas::Rtas(Core& core)
    : core_(core), rows_(call_table()), unknown_(core.services.log.text("unknown")) {
  for (const CallRow& row : rows_) {
    if (row.name == "set-indicator") set_indicator_ = static_cast<std::uint16_t>(names_.size());
    latencies_.push_back(core.profile.latency_of(row.name));
    names_.push_back(core.services.log.text(row.name));
    for (const CallRow& next : rows_) overlaps_.push_back(may_overlap(row.name, next.name));
  }
  for (std::size_t i = 0; i < kLatencyParts.size(); ++i) {
    isolate_latency_[i] = core.profile.latency_of(kLatencyParts[i]);
  }
}

// This and row_of in line with both who ask: what they found then stays in registers, and a call
// is some 30 ns of the firmware's in all.
[[gnu::always_inline]] inline Rtas::Block Rtas::block_at(std::size_t partition,
                                                             GuestAddress arguments) const {
  constexpr std::uint64_t kUsual = kHeader + 16 * kCell;   // one look does for nearly all calls
  const GuestMemory& memory = *core_.memories[partition];
  const auto reachable = [&](std::uint64_t size) {
    return memory.in_rmo(arguments.value, size) &&
           memory_usable(core_, partition, arguments.value, size);
  };
  Block block;
  const bool usual = reachable(kUsual);
  if (arguments.value % 8 != 0 || !(usual || reachable(kHeader))) return block;
  std::uint8_t* raw = memory.rmo().data() + arguments.value;
  block.token = load_be32(raw);
  block.inputs = load_be32(raw + kCell);
  block.outputs = load_be32(raw + 2 * kCell);
  const std::uint64_t cells = (std::uint64_t{block.inputs} + block.outputs) * kCell;
  block.readable = (usual && kHeader + cells <= kUsual) || reachable(kHeader + cells);
  if (block.readable) block.cells = {raw + kHeader, cells};
  return block;
}

[[gnu::always_inline]] inline std::uint16_t Rtas::row_of(std::size_t partition,
                                                         const Block& block) const {
  const RtasLevel& level = *core_.at(partition).rtas_level;
  const std::uint32_t number = block.token - level.token_base;
  if (!block.readable || number >= level.row_of_token.size()) return kUnknownCall;
  const std::uint16_t call = level.row_of_token[number];
  if (call == kUnknownCall) return kUnknownCall;
  const CallRow& row = rows_[call];
  const bool sound = block.inputs >= row.min_inputs && block.inputs <= row.max_inputs &&
                     block.outputs >= row.min_outputs && block.outputs <= row.max_outputs;
  return sound ? call : kUnknownCall;
}

Duration Rtas::latency(std::uint16_t call,
                       const std::array<std::uint32_t, kMaxInputs>& in) const {
  if (call == kUnknownCall) return core_.profile.rtas_latency;
  const bool isolate = call == set_indicator_ && in[0] == kIsolationState && in[2] == kIsolate;
  return isolate ? isolate_latency_[type_by_convention(in[1])] : latencies_[call];
}

RtasEntry Rtas::enter(std::size_t partition, ServerNumber server, GuestAddress arguments) {
  PartitionState& p = core_.at(partition);
  RtasEntry entry{p.config.id, server, arguments, kUnknownCall, {}, p.rtas.boots, false};
  if (p.power == PowerState::off) return entry;
  const Block block = block_at(partition, arguments);
  std::array<std::uint32_t, kMaxInputs> in{};
  entry.call = row_of(partition, block);
  if (entry.call != kUnknownCall) {
    for (std::size_t i = 0; i < block.inputs; ++i) in[i] = block.input(i);
  }
  entry.overlaps = !begin(p, entry);
  if (core_.profile.latency_before_commit) entry.latency = latency(entry.call, in);
  core_.services.log.add(EventKind::rtas_entry, p.config.id,
                         entry.call == kUnknownCall ? unknown_ : names_[entry.call], server.value,
                         in[0], in[1]);
  return entry;
}

// Status chosen at the fault point; 0: normal.
std::int32_t Rtas::chosen_fault(CallFrame& frame, const CallRow& row) const {
  ChoicePoint point{ChoiceClass::fault, row.site, frame.state().config.id, 0};
  switch (row.subject) {
    case Subject::nothing: break;
    case Subject::input0: point.argument = frame.in[0]; break;
    case Subject::input1: point.argument = frame.in[1]; break;
    case Subject::caller: point.argument = frame.server.value; break;
    case Subject::work_area: point.argument = work_area_drc(frame); break;
  }
  const auto outcomes = row.outcomes_of == nullptr ? row.outcomes : row.outcomes_of(frame);
  const std::size_t picked = core_.services.choices.pick(point, outcomes);
  return static_cast<std::int32_t>(outcomes[picked].value);
}

// Notes that the call is under way; false when another's keeps it out (R1-7.2.3-1).
bool Rtas::begin(PartitionState& p, const RtasEntry& entry) const {
  if (entry.call == kUnknownCall) return true;
  for (const CallInFlight& other : p.rtas.boot.in_flight) {
    const bool allowed = overlaps_[other.call * rows_.size() + entry.call];
    if (core_.profile.services.refuses_overlap && !allowed) return false;
  }
  p.rtas.boot.in_flight.push_back({entry.server, entry.call});
  return true;
}

// The call is over; false when it never began, or began before the partition restarted.
bool Rtas::end(PartitionState& p, const RtasEntry& entry) const {
  auto& calls = p.rtas.boot.in_flight;
  const auto found = std::find(calls.begin(), calls.end(), CallInFlight{entry.server, entry.call});
  if (entry.boot != p.rtas.boots || found == calls.end()) return false;
  calls.erase(found);
  return true;
}

// Nothing is done for it.
RtasReply Rtas::kept_out(std::size_t partition, const RtasEntry& entry, const Block& block) const {
  const CallRow& row = rows_[entry.call];
  const std::int32_t status = not_now(row);
  if (block.readable && block.outputs > row.status_output) {
    store_be32(block.output(row.status_output), static_cast<std::uint32_t>(status));
    tell_written(partition, entry.arguments, block);
  }
  core_.services.log.add(EventKind::rtas_reply, entry.partition, names_[entry.call],
                         as_u64(status));
  return {status, false, {}};
}

void Rtas::tell_written(std::size_t partition, GuestAddress arguments, const Block& block) const {
  core_.memories[partition]->written(arguments.value + kHeader, block.cells.size());
}

RtasReply Rtas::refuse(std::size_t partition, GuestAddress arguments, const Block& block) const {
  if (block.readable && block.outputs > 0) {
    store_be32(block.output(0), static_cast<std::uint32_t>(kRtasParameterError));
    tell_written(partition, arguments, block);
  }
  core_.services.log.add(EventKind::rtas_reply, core_.at(partition).config.id, unknown_,
                         as_u64(kRtasParameterError));
  return {kRtasParameterError, false, {}};
}

RtasReply Rtas::commit(std::size_t partition, const RtasEntry& entry) {
  PartitionState& p = core_.at(partition);
  if (p.power == PowerState::off) return {kRtasHardwareError, false, {}};
  const Block block = block_at(partition, entry.arguments);
  if (entry.call != kUnknownCall && (entry.overlaps || !end(p, entry))) {
    return kept_out(partition, entry, block);
  }
  // The block may have changed since the entry; then it is nobody's call any more.
  if (entry.call == kUnknownCall || row_of(partition, block) != entry.call) {
    return refuse(partition, entry.arguments, block);
  }
  CallFrame frame{core_, partition, *core_.memories[partition], entry.server, block.inputs,
                  block.outputs, {}, entry.arguments, rows_[entry.call].status_output};
  for (std::size_t i = 0; i < block.inputs; ++i) frame.in[i] = block.input(i);
  const CallRow& row = rows_[entry.call];
  if (is_suspended(p)) {
    // Nothing of a suspended partition runs (R1-7.3.23-16); who calls all the same has to wait.
    frame.answer(not_now(row));
  } else if (const std::int32_t fault = chosen_fault(frame, row); fault == 0) {
    row.handler(frame);
  } else {
    frame.answer(fault);
    if (row.refused != nullptr) row.refused(frame);
  }
  core_.services.log.add(EventKind::rtas_reply, entry.partition, names_[entry.call],
                         as_u64(frame.status()), frame.out[1]);
  RtasReply reply{frame.status(), frame.parks, {}};
  if (!core_.profile.latency_before_commit) reply.latency = latency(entry.call, frame.in);
  if (frame.parks) return reply;
  if (reply.status == kRtasHardwareError && row.name != "rtas-last-error") {
    p.events.last_error = {block.token, frame.in[0]};   // R1-7.3.3.3-3
  }
  for (std::size_t i = 0; i < block.outputs; ++i) store_be32(block.output(i), frame.out[i]);
  tell_written(partition, entry.arguments, block);
  return reply;
}

}  // namespace lparsim::firmware
