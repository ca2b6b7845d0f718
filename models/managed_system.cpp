#include "models/managed_system.hpp"

namespace lparsim::models {
namespace {

// Response to a payload that is no RTAS call; TLM_OK_RESPONSE when it is one.
tlm::tlm_response_status fault_of(const tlm::tlm_generic_payload& payload, const RtasCall* call) {
  if (payload.get_address() != kRtasEntryAddress) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (!payload.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_data_length() != kRtasCallBytes ||
      payload.get_streaming_width() < kRtasCallBytes) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  if (payload.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  return call == nullptr ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
}

}  // namespace

ManagedSystem::ManagedSystem(sc_core::sc_module_name name, Context context,
                             firmware::PlatformConfig platform,
                             const firmware::FirmwareProfile& profile,
                             firmware::HypervisorEvents& events)
    : sc_module(name),
      rtas_entry("rtas_entry"),
      context_(context),
      hypervisor_(std::move(platform), profile, {context.clock, context.choices, context.log},
                  events) {
  rtas_entry.register_b_transport(this, &ManagedSystem::b_transport);
}

void ManagedSystem::b_transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  auto* call = payload.get_extension<RtasCall>();
  payload.set_response_status(fault_of(payload, call));
  if (payload.is_response_error()) return;
  // The latency is waited for through the scheduler: a bare wait() would let two actors run.
  const GuestAddress block{load_be64(payload.get_data_ptr())};
  const auto entry = hypervisor_.rtas_enter(call->partition, call->server, block);
  if (entry.latency > Duration::zero()) context_.actors.sleep(entry.latency);
  call->reply = hypervisor_.rtas_commit(entry);
  if (call->reply.latency > Duration::zero()) context_.actors.sleep(call->reply.latency);
}

}  // namespace lparsim::models
