// The machine as a SystemC module: the hypervisor behind one TLM-2.0 target, to which every
// partition binds. Firmware answers at once; this is where its latencies become simulated time.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <systemc>

#include "firmware/hypervisor.hpp"
#include "models/context.hpp"
#include "models/rtas_call.hpp"

namespace lparsim::models {

class ManagedSystem final : public sc_core::sc_module {
 public:
  ManagedSystem(sc_core::sc_module_name name, Context context, firmware::PlatformConfig platform,
                const firmware::FirmwareProfile& profile, firmware::HypervisorEvents& events);

  firmware::Hypervisor& hypervisor() { return hypervisor_; }
  const firmware::Hypervisor& hypervisor() const { return hypervisor_; }

  // Takes only what rtas_call.hpp describes; everything else gets an error response.
  // A machine may have no partition at all.
  tlm_utils::multi_passthrough_target_socket<ManagedSystem, 32, tlm::tlm_base_protocol_types, 0,
                                             sc_core::SC_ZERO_OR_MORE_BOUND>
      rtas_entry;

 private:
  void b_transport(int id, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  Context context_;
  firmware::Hypervisor hypervisor_;
};

}  // namespace lparsim::models
