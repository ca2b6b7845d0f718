// Entry and commit of RTAS calls: the argument block in guest memory (LoPAR 7.2), the fault point,
// the handler, the log. A block that is not sound is answered -3 where that can be written at all
// (7.2.7 note 1), and nothing changes.
#pragma once

#include <array>
#include <vector>

#include "firmware/platform/core.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

class Rtas {
 public:
  explicit Rtas(Core& core);

  RtasEntry enter(std::size_t partition, ServerNumber server, GuestAddress arguments);
  RtasReply commit(std::size_t partition, const RtasEntry& entry);

 private:
  struct Block {                   // an argument block as found
    std::span<std::uint8_t> cells; // below the header, in guest memory; empty: not sound
    std::uint32_t token = 0, inputs = 0, outputs = 0;
    bool readable = false;         // aligned, and inside of usable RMO with all its cells

    std::uint32_t input(std::size_t i) const { return load_be32(cells.data() + 4 * i); }
    std::uint8_t* output(std::size_t i) const { return cells.data() + 4 * (inputs + i); }
  };
  Block block_at(std::size_t partition, GuestAddress arguments) const;
  std::uint16_t row_of(std::size_t partition, const Block& block) const;   // kUnknownCall: bad
  Duration latency(std::uint16_t call, const std::array<std::uint32_t, kMaxInputs>& in) const;
  std::int32_t chosen_fault(CallFrame& frame, const CallRow& row) const;
  bool begin(PartitionState& p, const RtasEntry& entry) const;
  bool end(PartitionState& p, const RtasEntry& entry) const;
  RtasReply kept_out(std::size_t partition, const RtasEntry& entry, const Block& block) const;
  RtasReply refuse(std::size_t partition, GuestAddress arguments, const Block& block) const;
  void tell_written(std::size_t partition, GuestAddress arguments, const Block& block) const;

  Core& core_;
  const std::span<const CallRow> rows_;
  std::uint16_t set_indicator_ = kUnknownCall;
  std::vector<bool> overlaps_;                // row inside * rows + row that comes
  std::vector<Duration> latencies_;           // by row
  std::array<Duration, 4> isolate_latency_{}; // by DrcType
  std::vector<TextId> names_;                 // by row
  TextId unknown_ = 0;
};

}  // namespace lparsim::firmware
