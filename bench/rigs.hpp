// What the benchmarks run on: bare TLM as the floor, one RTAS path, and a whole world.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>

#include "models/world_impl.hpp"

namespace lparsim::bench {

// b_transport of 8 bytes to a target that does nothing, or waits 1 ns.
class RawTlm final : public sc_core::sc_module {
 public:
  explicit RawTlm(sc_core::sc_module_name name);
  void call(bool with_wait);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  tlm_utils::simple_initiator_socket<RawTlm> out_{"out"};
  tlm_utils::simple_target_socket<RawTlm> in_{"in"};
  tlm::tlm_generic_payload payload_;
  unsigned char data_[8]{};
  bool with_wait_ = false;
};

// A machine of our own beside the world: firmware and one partition whose RTAS the benchmark calls.
struct RtasRig final : firmware::HypervisorEvents {
  RtasRig();

  void boot();
  // Runs `body` in an actor until it is over.
  void in_actor(const std::function<void()>& body);
  // get-sensor-state of a CPU's connector, with its argument block in guest memory.
  void fill_block();
  void timed_call();
  void untimed_call();   // firmware's entry and commit alone
  // The next call of a configure-connector sequence, without its latency; a sequence is left in
  // the middle and begun again, so that its connector never changes.
  void connector_call();

  void cpu_started(PartitionId, ServerNumber server, std::uint64_t entry,
                   std::uint64_t r3) override {
    partition.cpu_started(server, entry, r3);
  }
  void interrupt(PartitionId, std::uint32_t) override {}
  void partition_ended(PartitionId, bool) override {}

  models::SimulationClock clock;
  NormalChoices choices;
  EventLog log{clock};
  models::ActorPool pool{"rtas_rig_actors", clock, 8};
  ActorScheduler actors{clock, choices, log, pool};
  models::Context context{clock, choices, log, actors};
  models::ManagedSystem system;
  models::PartitionModel partition;

 private:
  void acquire_connector();
  void enter_and_commit(std::uint64_t block);

  DrcIndex connector_;
  int connector_step_ = 0;
};

// Partition 1 small and partition 2 with 256 processors and 4096 LMBs.
models::WorldConfig world_config();

}  // namespace lparsim::bench
