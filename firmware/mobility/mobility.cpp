#include "firmware/mobility/mobility.hpp"

#include <fmt/format.h>

#include "firmware/hcall/hcalls.hpp"
#include "firmware/mobility/reassignment.hpp"
#include "firmware/mobility/rtas_level.hpp"
#include "firmware/mobility/suspend.hpp"
#include "firmware/mobility/transfer.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

MoveAnswer refuse(MoveStatus status, std::string why) { return {status, std::move(why)}; }
MoveAnswer no_such_partition() {
  return refuse(MoveStatus::no_such_partition, "there is no such partition");
}

}  // namespace

MoveAnswer Mobility::validate(PartitionId id) const {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere) return no_such_partition();
  const PartitionState& p = core_.at(partition);
  if (!p.config.configured) return refuse(MoveStatus::wrong_state, "it has no configuration");
  if (p.config.os == OsType::vioserver) {
    return refuse(MoveStatus::not_migratable, "it is a Virtual I/O Server");
  }
  if (p.power == PowerState::on && !offers_suspension(p)) {
    return refuse(MoveStatus::not_migratable, "its firmware has no partition suspension");
  }
  for (std::size_t i = 0; i < core_.state.slots.size(); ++i) {
    if (core_.state.slots[i].owner != id) continue;
    return refuse(MoveStatus::not_migratable,
                  fmt::format("it has the physical slot {}", core_.platform.slots[i].location));
  }
  for (std::size_t i = 0; i < core_.state.resources.size(); ++i) {
    if (core_.state.resources[i].owner != id) continue;
    return refuse(MoveStatus::not_migratable,
                  fmt::format("it has the resource {}", core_.platform.resources[i].name));
  }
  return {};
}

MoveRequirement Mobility::requirement(PartitionId id) const {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere) return {};
  return requirement_of(core_, partition);
}

MoveAnswer Mobility::compatible(const MoveRequirement& wanted) const {
  const PlatformConfig& here = core_.platform;
  const auto differs = [&](const char* what, std::uint64_t theirs, std::uint64_t ours) {
    return refuse(MoveStatus::incompatible,
                  fmt::format("{} differs: {} there, {} here", what, theirs, ours));
  };
  if (wanted.lmb_bytes != here.lmb_bytes) {
    return differs("the memory block size", wanted.lmb_bytes, here.lmb_bytes);
  }
  if (wanted.threads != here.processor.threads) {
    return differs("the number of threads", wanted.threads, here.processor.threads);
  }
  if (wanted.pvr != here.processor.pvr) {
    return differs("the processor version", wanted.pvr, here.processor.pvr);
  }
  if (wanted.timebase_hz != here.processor.timebase_hz) {
    return differs("the time base", wanted.timebase_hz, here.processor.timebase_hz);
  }
  return {};
}

MoveAnswer Mobility::validate_target(PartitionId shell, const MoveRequirement& wanted) const {
  const std::size_t partition = core_.find(shell);
  if (partition == Core::kNowhere) return no_such_partition();
  const PartitionState& p = core_.at(partition);
  if (p.power == PowerState::on || p.config.configured || p.mobility.stream) {
    return refuse(MoveStatus::wrong_state, "the target partition is in use");
  }
  if (MoveAnswer answer = compatible(wanted); answer.status != MoveStatus::done) return answer;
  const ProcUnits units = wanted.config.dedicated ? whole_processors(wanted.config.procs)
                                                  : wanted.config.units;
  if (units > core_.state.ledger.free_units()) {
    return refuse(MoveStatus::not_enough_processors, "the target has too few processors free");
  }
  if (wanted.config.lmbs > core_.state.ledger.free_lmbs()) {
    return refuse(MoveStatus::not_enough_memory, "the target has too little memory free");
  }
  return {};
}

MoveAnswer Mobility::enable_source(PartitionId id, std::uint64_t stream) {
  if (MoveAnswer answer = validate(id); answer.status != MoveStatus::done) return answer;
  PartitionState& p = core_.at(core_.find(id));
  if (stream == 0) return refuse(MoveStatus::bad_argument, "a stream has a number other than 0");
  if (p.mobility.stream && !p.mobility.stream->closing) {
    return refuse(MoveStatus::wrong_state, "the partition has a stream already");
  }
  p.mobility.stream = VasiStream{stream, VasiSide::source};
  perform(*p.mobility.stream, VasiEvent::enable);
  return {};
}

MoveAnswer Mobility::enable_target(PartitionId shell, std::uint64_t stream,
                                   const MoveRequirement& wanted) {
  if (stream == 0) return refuse(MoveStatus::bad_argument, "a stream has a number other than 0");
  if (MoveAnswer answer = validate_target(shell, wanted); answer.status != MoveStatus::done) {
    return answer;
  }
  const std::size_t partition = core_.find(shell);
  PartitionConfig config = wanted.config;
  config.id = shell;
  if (hold_configuration(core_, partition, config).status != AssignStatus::done) {
    return refuse(MoveStatus::wrong_state, "the target cannot hold the configuration");
  }
  PartitionState& p = core_.at(partition);
  p.mobility.stream = VasiStream{stream, VasiSide::target};
  perform(*p.mobility.stream, VasiEvent::enable);
  return {};
}

VasiStatus Mobility::act(PartitionId id, VasiEvent event, std::uint32_t reason) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere || !core_.at(partition).mobility.stream) {
    return VasiStatus::invalid_stream;
  }
  VasiStream& stream = *core_.at(partition).mobility.stream;
  const VasiState before = stream.state;
  const VasiStatus status = perform(stream, event, reason);
  if (before != VasiState::aborted && stream.state == VasiState::aborted) {
    // The source goes on; the target gives up what it held for the arrival.
    if (stream.side == VasiSide::source) {
      stream_aborted(core_, partition);
    } else {
      drop_configuration(core_, partition);
    }
  }
  return status;
}

VasiStatus Mobility::cancel(PartitionId id, std::uint32_t reason) {
  return act(id, VasiEvent::cancel, reason);
}

VasiStatus Mobility::abort(PartitionId id, std::uint32_t reason) {
  const std::size_t partition = core_.find(id);
  // What was handed over may run elsewhere: first the image has to come back.
  if (partition != Core::kNowhere && core_.at(partition).mobility.handed_over) {
    return VasiStatus::bad_transition;
  }
  return act(id, VasiEvent::abort, reason);
}

VasiStatus Mobility::failover(PartitionId id) { return act(id, VasiEvent::failover); }
VasiStatus Mobility::reconnect(PartitionId id) { return act(id, VasiEvent::reconnect); }

VasiStatus Mobility::suspend(PartitionId id) {
  const std::size_t partition = core_.find(id);
  // A partition that is off has nobody to suspend: its stream goes to Completed directly.
  if (partition != Core::kNowhere && core_.at(partition).power == PowerState::off &&
      core_.at(partition).mobility.stream) {
    return VasiStatus::bad_transition;
  }
  const VasiStatus status = act(id, VasiEvent::suspend);
  if (status == VasiStatus::success) withhold_reassignments(core_.at(partition));
  return status;
}

VasiStatus Mobility::resumed_elsewhere(PartitionId id) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere) return VasiStatus::invalid_stream;
  const MobilityState& mobility = core_.at(partition).mobility;
  const bool source = mobility.stream && mobility.stream->side == VasiSide::source;
  if (source && !mobility.handed_over) return VasiStatus::bad_transition;
  if (mobility.stream && !source) return VasiStatus::bad_transition;
  return act(id, VasiEvent::resume);
}

VasiStatus Mobility::complete(PartitionId id) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere) return VasiStatus::invalid_stream;
  const PartitionState& p = core_.at(partition);
  // From Enabled only for a partition that is off, whose configuration has left or arrived.
  if (p.mobility.stream && p.mobility.stream->state == VasiState::enabled &&
      (p.power == PowerState::on || !p.mobility.handed_over)) {
    return VasiStatus::bad_transition;
  }
  return act(id, VasiEvent::complete);
}

VasiStatus Mobility::close(PartitionId id) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere || !core_.at(partition).mobility.stream) {
    return VasiStatus::invalid_stream;
  }
  PartitionState& p = core_.at(partition);
  VasiStream& stream = *p.mobility.stream;
  if (vasi_cell(stream.side, stream.state, VasiEvent::close).refused) {
    return VasiStatus::bad_transition;
  }
  if (stream.side == VasiSide::source && stream.state == VasiState::completed) {
    remove_source(core_, partition);
    return VasiStatus::success;
  }
  stream.closing = true;
  // Nobody else is left to see it: a partition that is off, or one that has seen it.
  if (p.power == PowerState::off || stream.partition_saw_end) p.mobility.stream.reset();
  p.mobility.handed_over = false;
  return VasiStatus::success;
}

VasiState Mobility::state(PartitionId id) const {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere || !core_.at(partition).mobility.stream) {
    return VasiState::invalid;
  }
  return mover_state(*core_.at(partition).mobility.stream);
}

MovingPartition Mobility::export_partition(PartitionId id) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere) return nullptr;
  PartitionState& p = core_.at(partition);
  const auto& stream = p.mobility.stream;
  if (!stream || stream->side != VasiSide::source || p.mobility.handed_over) return nullptr;
  const bool ready = p.power == PowerState::on ? stream->state == VasiState::suspended
                                               : stream->state == VasiState::enabled;
  if (!ready) return nullptr;
  MovingPartition image = make_image(core_, partition);
  p.mobility.handed_over = true;
  return image;
}

MoveAnswer Mobility::import_partition(PartitionId shell, MovingPartition& image,
                                      GuestMemory& memory) {
  const std::size_t partition = core_.find(shell);
  if (partition == Core::kNowhere) return no_such_partition();
  const PartitionState& p = core_.at(partition);
  if (image == nullptr || !p.mobility.stream || p.mobility.stream->side != VasiSide::target ||
      p.mobility.stream->state != VasiState::enabled || p.mobility.handed_over) {
    return refuse(MoveStatus::wrong_state, "the target does not wait for a partition");
  }
  if (p.mobility.stream->id != stream_of(*image)) {
    return refuse(MoveStatus::bad_argument, "the partition belongs to another stream");
  }
  if (MoveAnswer answer = compatible(requirement_of(*image)); answer.status != MoveStatus::done) {
    return answer;
  }
  MoveAnswer answer = put_image(core_, partition, *image, memory);
  if (answer.status == MoveStatus::done) image.reset();
  return answer;
}

MoveAnswer Mobility::take_back(PartitionId id, MovingPartition& image) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere) return no_such_partition();
  MobilityState& mobility = core_.at(partition).mobility;
  if (image == nullptr || !mobility.handed_over || !mobility.stream ||
      mobility.stream->id != stream_of(*image) || mobility.stream->state == VasiState::resumed) {
    return refuse(MoveStatus::wrong_state, "this is not what was handed over here");
  }
  mobility.handed_over = false;
  image.reset();
  return {};
}

void Mobility::set_coprocessor_operations(PartitionId id, std::uint32_t count) {
  const std::size_t partition = core_.find(id);
  if (partition != Core::kNowhere) core_.at(partition).mobility.coprocessor_operations = count;
}

void Mobility::unmaskable_interrupt(PartitionId id, ServerNumber server) {
  const std::size_t partition = core_.find(id);
  if (partition == Core::kNowhere || is_suspended(core_.at(partition))) return;
  dispatch_thread(core_, partition, server.value, DispatchReason::interrupt);
}

void Mobility::stage_firmware(const FirmwareProfile& level) {
  core_.state.firmware = make_rtas_level(level);
}

bool Mobility::reassign(PartitionId id, std::span<const DrcIndex> drcs, std::uint32_t domain) {
  const std::size_t partition = core_.find(id);
  return partition != Core::kNowhere && firmware::reassign(core_, partition, drcs, domain);
}

}  // namespace lparsim::firmware
