// The TLM-2.0 form of an RTAS call: a WRITE of 8 data bytes (the big-endian real address of the
// argument block) to the one RTAS-entry address. Who calls travels in this extension, and so does
// what became of it.
#pragma once

#include <tlm>

#include "firmware/hypervisor.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::models {

inline constexpr std::uint64_t kRtasEntryAddress = 0;
inline constexpr unsigned kRtasCallBytes = 8;

struct RtasCall final : tlm::tlm_extension<RtasCall> {
  PartitionId partition;
  ServerNumber server;
  firmware::RtasReply reply;

  tlm::tlm_extension_base* clone() const override { return new RtasCall(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const RtasCall&>(other);
  }
};

// A payload for one RTAS call with its extension, made once and used again: making one costs more
// than the call. It must not be destroyed while a transport holds it.
class RtasTransaction {
 public:
  RtasTransaction() {
    payload_.set_command(tlm::TLM_WRITE_COMMAND);
    payload_.set_address(kRtasEntryAddress);
    payload_.set_data_ptr(data_);
    payload_.set_data_length(kRtasCallBytes);
    payload_.set_streaming_width(kRtasCallBytes);
    payload_.set_extension(&call_);
  }
  ~RtasTransaction() { payload_.clear_extension(&call_); }  // the payload would delete it
  RtasTransaction(const RtasTransaction&) = delete;
  RtasTransaction& operator=(const RtasTransaction&) = delete;

  tlm::tlm_generic_payload& set(PartitionId partition, ServerNumber server, GuestAddress block) {
    call_.partition = partition;
    call_.server = server;
    store_be64(data_, block.value);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    return payload_;
  }
  const firmware::RtasReply& reply() const { return call_.reply; }

 private:
  unsigned char data_[kRtasCallBytes]{};
  RtasCall call_;
  tlm::tlm_generic_payload payload_;
};

}  // namespace lparsim::models
