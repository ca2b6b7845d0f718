#include "bench/rigs.hpp"

#include <cstdlib>

#include "firmware/profiles/profile.hpp"
#include "models/kernel/linux.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::bench {
namespace {

using namespace std::chrono_literals;

constexpr PartitionId kSmall{1}, kBig{2};
constexpr std::uint32_t kDrEntitySense = 9003;  // LoPAR table 41
constexpr std::uint32_t kIsolationState = 9001, kAllocationState = 9003;
constexpr std::uint64_t kBlock = kernel::kRtasArguments;
constexpr std::uint64_t kConnectorBlock = kBlock + 0x100, kWorkArea = 0x100000;
constexpr int kConnectorSteps = 16;              // a CPU's node has more

firmware::PartitionConfig partition(PartitionId id, const char* name, std::int32_t procs,
                                    std::uint32_t lmbs) {
  firmware::PartitionConfig config;
  config.id = id;
  config.name = name;
  config.configured = true;
  config.min_procs = 1;
  config.procs = procs;
  config.max_procs = procs + 8;
  config.min_lmbs = 4;
  config.lmbs = lmbs;
  config.max_lmbs = lmbs + 32;
  return config;
}

firmware::PlatformConfig platform() {
  firmware::PlatformConfig config;
  config.type_model = "9105-22A";
  config.serial = "7800002";
  config.name = "bench";
  config.installed_lmbs = config.configurable_lmbs = 4200;
  config.firmware_lmbs = 16;
  config.installed_units = config.configurable_units = whole_processors(300);
  config.partitions = {partition(kSmall, "small", 2, 8), partition(kBig, "big", 256, 4096)};
  return config;
}

// Token of an RTAS service as the partition's kernel reads it.
std::uint32_t token(models::PartitionModel& partition, const char* service) {
  Bytes value;
  const auto path = std::string("/proc/device-tree/rtas/") + service;
  LPARSIM_ASSERT(partition.files().read(path, value) == 0 && value.size() == 4);
  return load_be32(value.data());
}

}  // namespace

RawTlm::RawTlm(sc_core::sc_module_name name) : sc_module(name) {
  in_.register_b_transport(this, &RawTlm::b_transport);
  out_.bind(in_);
  payload_.set_command(tlm::TLM_WRITE_COMMAND);
  payload_.set_data_ptr(data_);
  payload_.set_data_length(sizeof data_);
}

void RawTlm::call(bool with_wait) {
  with_wait_ = with_wait;
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay;
  out_->b_transport(payload_, delay);
}

void RawTlm::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  if (with_wait_) wait(sc_core::sc_time::from_value(1));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

RtasRig::RtasRig()
    : system("rtas_rig_system", context, platform(), *firmware::find_profile("phyp"), *this),
      partition("rtas_rig_partition", context, kSmall, {}, {}, {&system}, 0,
                [](PartitionId, bool) {}) {
  pool.serve(actors);
}

void RtasRig::boot() {
  partition.power_on();
  pool.run([] { return false; }, TimePoint{10min});
  LPARSIM_ASSERT(partition.state() == hmc::PartitionState::running);
  fill_block();
  acquire_connector();
}

void RtasRig::in_actor(const std::function<void()>& body) {
  bool over = false;
  actors.spawn("bench", kNoPartition, [&] {
    body();
    over = true;
  });
  pool.run([&] { return over; }, TimePoint::max());
}

void RtasRig::fill_block() {
  const auto drcs = system.hypervisor().drcs(kSmall, firmware::DrcType::cpu);
  CellWriter block;
  block.u32(token(partition, "get-sensor-state")).u32(2).u32(2);
  block.u32(kDrEntitySense).u32(drcs.at(0).index.value).u32(0).u32(0);
  LPARSIM_ASSERT(partition.memory().write(GuestAddress{kBlock}, block.take()));
}

void RtasRig::timed_call() {
  partition.call_rtas(system.hypervisor().boot_server(kSmall), GuestAddress{kBlock});
}

void RtasRig::enter_and_commit(std::uint64_t block) {
  auto& hypervisor = system.hypervisor();
  hypervisor.rtas_commit(hypervisor.rtas_enter(kSmall, ServerNumber{0}, GuestAddress{block}));
}

void RtasRig::untimed_call() { enter_and_commit(kBlock); }

// One more processor for the partition, its connector unisolated: ready to be configured.
void RtasRig::acquire_connector() {
  auto& hypervisor = system.hypervisor();
  const auto procs = hypervisor.partition(kSmall).pending_procs;
  const auto answer = hypervisor.set_processors(kSmall, procs + 1);
  LPARSIM_ASSERT(answer.status == firmware::AssignStatus::done);
  for (const auto& drc : hypervisor.drcs(kSmall, firmware::DrcType::cpu)) {
    if (drc.state == firmware::DrcState::allocatable) connector_ = drc.index;
  }
  const auto set_indicator = [&](std::uint32_t indicator) {
    CellWriter block;
    block.u32(token(partition, "set-indicator")).u32(3).u32(1);
    block.u32(indicator).u32(connector_.value).u32(1).u32(~0U);
    LPARSIM_ASSERT(partition.memory().write(GuestAddress{kConnectorBlock}, block.take()));
    enter_and_commit(kConnectorBlock);
  };
  set_indicator(kAllocationState);
  set_indicator(kIsolationState);
  LPARSIM_ASSERT(hypervisor.drc(kSmall, connector_)->state == firmware::DrcState::unisolated);
  CellWriter block;
  block.u32(token(partition, "ibm,configure-connector")).u32(2).u32(1);
  block.u32(kWorkArea).u32(0).u32(0);
  LPARSIM_ASSERT(partition.memory().write(GuestAddress{kConnectorBlock}, block.take()));
}

void RtasRig::connector_call() {
  if (connector_step_ == 0) {
    const auto first = CellWriter{}.u32(connector_.value).u32(0).take();
    partition.memory().write(GuestAddress{kWorkArea}, first);
  }
  enter_and_commit(kConnectorBlock);
  connector_step_ = (connector_step_ + 1) % kConnectorSteps;
}

models::WorldConfig world_config() {
  models::WorldConfig config;
  config.platform = platform();
  config.inventory.system_name = config.platform.name;
  for (const auto& partition : config.platform.partitions) {
    hmc::PartitionRecord record;
    record.id = partition.id;
    record.name = partition.name;
    record.env = "aixlinux";
    record.resource_config = true;
    config.inventory.partitions.push_back(record);
    config.os[partition.id].powered_on = partition.id == kSmall;
  }
  return config;
}

}  // namespace lparsim::bench
