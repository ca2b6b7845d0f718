// Two running partitions with virtual adapters between them: lp2 is the client (scsi in slots 3
// and 6, fc in 5, eth in 2 and 7, terminals in 0 and 1), lp3 serves (scsi in 13 for slot 3 and in
// 14 for anyone, fc in 15, terminal in 16, eth in 2).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "guest.hpp"

namespace lparsim::firmware {

inline constexpr std::uint64_t kGetTermChar = 0x54, kPutTermChar = 0x58, kEoi = 0x64,
                               kRegCrq = 0xfc, kFreeCrq = 0x100, kVioSignal = 0x104,
                               kSendCrq = 0x108, kPutTce = 0x20, kGetTce = 0x1c, kVioctl = 0x2a8,
                               kEnableCrq = 0x2b0;
inline constexpr std::uint64_t kUnit = 0x30000000, kPane = 0x10000000, kSecondPane = 0x11000000;
inline constexpr PartitionId kClient = kDedicated, kServer = kShared;

struct VioEvents final : HypervisorEvents {
  void cpu_started(PartitionId, ServerNumber, std::uint64_t, std::uint64_t) override {}
  void interrupt(PartitionId partition, std::uint32_t source) override {
    interrupts.emplace_back(partition.value, source);
  }
  void partition_ended(PartitionId, bool) override {}
  // How often the source was raised; forgets all that came.
  std::size_t take(PartitionId partition, std::uint32_t source) {
    const auto wanted = std::pair<std::uint32_t, std::uint32_t>{partition.value, source};
    const auto count = std::count(interrupts.begin(), interrupts.end(), wanted);
    interrupts.clear();
    return static_cast<std::size_t>(count);
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> interrupts;
};

inline PlatformConfig vio_platform() {
  PlatformConfig machine = test_platform();
  const auto slot = [](std::uint16_t number, std::string kind, bool server = false,
                       PartitionId partner = kNoPartition, std::uint16_t other = kAnySlot) {
    return VirtualSlotConfig{number, std::move(kind), server, partner, other, 1};
  };
  PartitionConfig& client = machine.partitions[0];
  client.max_virtual_slots = 20;
  client.virtual_slots = {slot(1, "serial"), slot(2, "eth"),
                          slot(3, "scsi", false, kServer, 13),
                          slot(5, "fc", false, kServer, 15),
                          slot(6, "scsi", false, kServer, 14), slot(7, "eth"),
                          slot(8, "scsi", false, kSpare, 4)};
  PartitionConfig& server = machine.partitions[1];
  server.max_virtual_slots = 20;
  server.virtual_slots = {slot(2, "eth"), slot(13, "scsi", true, kClient, 3),
                          slot(14, "scsi", true), slot(15, "fc", true, kClient, 5),
                          slot(16, "serial", true, kClient, 1)};
  machine.partitions[2].virtual_slots.clear();
  return machine;
}

class VioTest : public ::testing::Test {
 protected:
  explicit VioTest(PlatformConfig machine = vio_platform())
      : hypervisor{std::move(machine), *find_profile("phyp"), {clock, choices, log}, events} {
    for (const PartitionId id : {kClient, kServer}) {
      EXPECT_EQ(hypervisor.power_on(id, memory(id)).status, AssignStatus::done);
      hypervisor.client_architecture_support(id, {});
    }
  }
  TestMemory& memory(PartitionId id) { return id == kClient ? client_memory : server_memory; }
  std::int64_t call(PartitionId id, std::uint64_t token,
                    std::initializer_list<std::uint64_t> arguments) {
    r.fill(0);
    std::copy(arguments.begin(), arguments.end(), r.begin());
    return hypervisor.hcall(id, ServerNumber{0}, token, r).status;
  }
  // Maps `pages` of memory from `address` on at the same bus address of the slot's window.
  void map(PartitionId id, std::uint64_t slot, std::uint64_t address, std::uint64_t pages,
           std::uint64_t access = 3) {
    for (std::uint64_t i = 0; i < pages; ++i) {
      EXPECT_EQ(call(id, kPutTce, {kPane + slot, address + i * 4096,
                                   (address + i * 4096) | access}), 0);
    }
  }
  std::uint64_t at(PartitionId id, std::size_t address) {
    return load_be64(memory(id).bytes.data() + address);
  }
  void put(PartitionId id, std::size_t address, std::uint64_t value) {
    store_be64(memory(id).bytes.data() + address, value);
  }
  void script(std::string site, std::string outcome) {
    ScriptedAnswer answer;
    answer.site = std::move(site);
    answer.outcome = std::move(outcome);
    choices = ScriptedChoices({answer});
  }
  void expect_sound() { EXPECT_THAT(hypervisor.inconsistencies(), ::testing::IsEmpty()); }

  ManualClock clock;
  ScriptedChoices choices{{}};
  EventLog log{clock};
  VioEvents events;
  TestMemory client_memory{1U << 20}, server_memory{1U << 20};
  Hypervisor hypervisor;
  std::array<std::uint64_t, 9> r{};
};

}  // namespace lparsim::firmware
