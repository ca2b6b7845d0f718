// Two machines and one partition that moves between them: driven as its kernel does it (RTAS blocks
// and work areas in its own memory, hypervisor calls), and as the HMC and the movers do.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/mobility/mobility.hpp"
#include "firmware/mobility/tree_changes.hpp"
#include "guest.hpp"

namespace lparsim::firmware {

struct ReadyThreads final : HypervisorEvents {
  void cpu_started(PartitionId, ServerNumber, std::uint64_t, std::uint64_t) override {}
  void interrupt(PartitionId, std::uint32_t) override {}
  void partition_ended(PartitionId, bool) override { ended = true; }
  void thread_ready(PartitionId partition, ServerNumber server) override {
    ready.push_back({partition.value, server.value});
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ready;
  bool ended = false;
};

inline constexpr PartitionId kShell{7};

// The other machine: another serial number, smaller chips, a faster clock, and a partition without
// a configuration that waits for the traveller.
inline PlatformConfig other_platform() {
  PlatformConfig machine = test_platform();
  machine.serial = "1122334";
  machine.cores_per_chip = 1;
  machine.installed_units = machine.configurable_units = ProcUnits{3200};
  machine.processor.clock_hz = 4'000'000'000U;
  machine.slots = {{DrcIndex{0x21010020}, "U78D5.ND1.WZS0001-P1-C1", kNoPartition}};
  machine.partitions.resize(1);
  machine.partitions[0].procs = 2;
  PartitionConfig shell = machine.partitions[0];
  shell.id = kShell;
  shell.name = "shell";
  shell.configured = false;
  shell.virtual_slots.clear();
  machine.partitions.push_back(shell);
  return machine;
}

struct Machine {
  Machine(PlatformConfig platform, const FirmwareProfile& profile, ManualClock& clock)
      : log(clock), hypervisor(std::move(platform), profile, {clock, choices, log}, events) {}
  ScriptedChoices choices{{}};
  EventLog log;
  ReadyThreads events;
  Hypervisor hypervisor;
};

class MobilityTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kBlock = 0x1000, kSuspendBlock = 0x1800, kWork = 0x2000,
                                 kBuffer = 0x6000;
  static constexpr std::uint64_t kStream = 0x0123'4567'89ab'cdefULL;
  static constexpr std::uint64_t kJoin = 0x298, kSignal = 0x2a0, kState = 0x2a4, kProd = 0xe8,
                                 kCede = 0xe0;

  explicit MobilityTest(PlatformConfig target = other_platform()) { make(std::move(target)); }

  // Machines under profiles that a test has changed before.
  void make(PlatformConfig target) {
    there = std::make_unique<Machine>(std::move(target), target_profile, clock);
    PlatformConfig home = test_platform();
    home.partitions[1].dedicated = dedicated;
    here = std::make_unique<Machine>(std::move(home), source_profile, clock);
    at = here.get();
    id = kShared;
    EXPECT_EQ(here->hypervisor.power_on(kShared, memory).status, AssignStatus::done);
    negotiate();
  }

  // ibm,client-architecture-support with the bits of OV5 bytes 2 and 5 as Linux asks for them.
  void negotiate(std::uint8_t byte5 = 0xc0, std::uint8_t byte22 = 0) {
    CellWriter vector;
    vector.u32(0).u32(0x0f000006).u8(5 - 1);
    for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
    vector.u8(22 - 1).u8(0).u8(0xe0).u8(0).u8(0).u8(byte5).u8(0);
    for (int byte = 7; byte < 22; ++byte) vector.u8(0);
    vector.u8(byte22);
    tokens.clear();
    const Node root = *unflatten(at->hypervisor.client_architecture_support(id, vector.take()));
    for (const Property& property : root.find("/rtas")->properties) {
      if (property.value.size() == 4) {
        tokens[std::string(property.name)] = load_be32(property.value.data());
      }
    }
  }

  // -- the guest ------------------------------------------------------------------------------
  RtasReply call(std::string_view name, std::initializer_list<std::uint32_t> in,
                 std::uint32_t outputs = 1, std::uint32_t server = 0,
                 std::uint32_t block = kBlock) {
    CellWriter cells;
    cells.u32(tokens.at(std::string(name))).u32(static_cast<std::uint32_t>(in.size()));
    cells.u32(outputs);
    for (const std::uint32_t cell : in) cells.u32(cell);
    for (std::uint32_t i = 0; i < outputs; ++i) cells.u32(0xdeadbeef);
    memory.write(GuestAddress{block}, cells.take());
    const RtasEntry entry =
        at->hypervisor.rtas_enter(id, ServerNumber{server}, GuestAddress{block});
    clock.advance(entry.latency);
    return at->hypervisor.rtas_commit(entry);
  }
  std::int32_t rtas(std::string_view name, std::initializer_list<std::uint32_t> in,
                    std::uint32_t outputs = 1) {
    return call(name, in, outputs).status;
  }
  HcallReply hcall(std::uint64_t token, std::initializer_list<std::uint64_t> in,
                   std::uint32_t server = 0, bool interrupts = false) {
    r.fill(0);
    std::copy(in.begin(), in.end(), r.begin());
    return at->hypervisor.hcall(id, ServerNumber{server}, token, r, {false, interrupts});
  }
  // What H_VASI_STATE tells; nullopt: H_Parameter.
  std::optional<std::uint64_t> vasi_state(std::uint64_t stream = kStream) {
    if (hcall(kState, {stream}).status != 0) return std::nullopt;
    return r[0];
  }
  RtasReply suspend_me(std::uint32_t server = 0) {
    return call("ibm,suspend-me", {}, 1, server, kSuspendBlock);
  }
  std::int32_t suspend_status() const {
    return static_cast<std::int32_t>(memory.cell(kSuspendBlock + 12));
  }
  Node tree() const { return *unflatten(at->hypervisor.flattened_tree(id)); }

  // -- the HMC and the movers -----------------------------------------------------------------
  Mobility& source() { return here->hypervisor.mobility(); }
  Mobility& target() { return there->hypervisor.mobility(); }
  void enable() {
    ASSERT_EQ(source().enable_source(kShared, kStream).status, MoveStatus::done);
    const auto answer = target().enable_target(kShell, kStream, source().requirement(kShared));
    ASSERT_EQ(answer.status, MoveStatus::done) << answer.why;
  }
  void suspend() {
    enable();
    ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
    ASSERT_TRUE(suspend_me().parks);
  }
  void arrive() {
    auto image = source().export_partition(kShared);
    ASSERT_NE(image, nullptr);
    const auto answer = target().import_partition(kShell, image, memory);
    ASSERT_EQ(answer.status, MoveStatus::done) << answer.why;
    at = there.get();
    id = kShell;
  }
  void migrate() {
    suspend();
    arrive();
    EXPECT_EQ(source().resumed_elsewhere(kShared), VasiStatus::success);
    EXPECT_EQ(source().complete(kShared), VasiStatus::success);
    EXPECT_EQ(source().close(kShared), VasiStatus::success);
    EXPECT_EQ(target().complete(kShell), VasiStatus::success);
    EXPECT_EQ(target().close(kShell), VasiStatus::success);
  }

  // -- reports --------------------------------------------------------------------------------
  struct NodeReport {
    std::int32_t status = 0;
    std::vector<NodeOperation> operations;
    std::vector<std::uint32_t> lists;              // operators, in order
    std::size_t calls = 0;
  };
  void first_call(std::array<std::uint32_t, 4> header) {
    CellWriter words;
    for (const std::uint32_t word : header) words.u32(word);
    memory.write(GuestAddress{kWork}, words.take());
  }
  void parse_nodes(NodeReport& report) const {
    std::size_t byte = kWork + 16;
    for (;;) {
      ASSERT_LE(byte + 4, kWork + 4096U);
      const std::uint32_t operation = memory.cell(byte);
      byte += 4;
      if (operation == 0) return;
      report.lists.push_back(operation);
      const auto opcode = static_cast<std::uint8_t>(operation >> 24);
      std::uint32_t count = operation & 0xff'ffffU;
      const bool words = target_profile.mobility.add_count == AddCount::words;
      if (opcode == 3 && words) count /= 2;
      ASSERT_LE(byte + 4 * count, kWork + 4096U);
      for (std::uint32_t i = 0; i < count; ++i, byte += 4) {
        NodeOperation one{opcode, memory.cell(byte), {}};
        if (opcode == 3) {
          byte += 4;
          one.drc = DrcIndex{memory.cell(byte)};
        }
        report.operations.push_back(one);
      }
    }
  }
  NodeReport nodes(std::int32_t scope) {
    NodeReport report;
    first_call({0, 0, 0, 0});
    do {
      report.status = rtas("ibm,update-nodes", {kWork, static_cast<std::uint32_t>(scope)});
      ++report.calls;
      if (report.status < 0) return report;
      parse_nodes(report);
    } while (report.status == 1 && report.calls < 10'000);
    return report;
  }

  struct Described {
    std::uint32_t descriptor = 0;                  // of the last part
    Bytes value;
    std::size_t parts = 0;
  };
  struct PropertyReport {
    std::int32_t status = 0;
    std::vector<std::pair<std::string, Described>> properties;   // in order; parts joined
    std::size_t calls = 0;
    const Described* find(std::string_view name) const {
      for (const auto& [key, value] : properties) {
        if (key == name) return &value;
      }
      return nullptr;
    }
  };
  void parse_properties(PropertyReport& report) const {
    const std::uint32_t count = memory.cell(kWork + 16);
    std::size_t byte = kWork + 20;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string name = memory.text(byte);
      byte += name.size() + 1;
      const std::uint32_t descriptor = load_be32(memory.bytes.data() + byte);
      byte += 4;
      std::size_t length = descriptor == 0x8000'0000U ? 0 : descriptor;
      if (length > 0x8000'0000U) length = 0x1'0000'0000ULL - length;
      ASSERT_LE(byte + length, kWork + 4096U);
      const bool goes_on = !report.properties.empty() && report.properties.back().first == name &&
                           report.properties.back().second.descriptor > 0x8000'0000U;
      if (!goes_on) report.properties.push_back({name, {}});
      Described& d = report.properties.back().second;
      d.descriptor = descriptor;
      ++d.parts;
      const auto from = memory.bytes.begin() + static_cast<std::ptrdiff_t>(byte);
      d.value.insert(d.value.end(), from, from + static_cast<std::ptrdiff_t>(length));
      byte += length;
    }
  }
  PropertyReport properties(std::uint32_t phandle, std::int32_t scope) {
    PropertyReport report;
    first_call({phandle, 0, 0, 0});
    do {
      report.status = rtas("ibm,update-properties", {kWork, static_cast<std::uint32_t>(scope)});
      ++report.calls;
      if (report.status < 0) return report;
      parse_properties(report);
    } while (report.status == 1 && report.calls < 10'000);
    return report;
  }

  void expect_sound() {
    EXPECT_THAT(here->hypervisor.inconsistencies(), ::testing::IsEmpty());
    EXPECT_THAT(there->hypervisor.inconsistencies(), ::testing::IsEmpty());
  }

  ManualClock clock;
  TestMemory memory{1U << 20};
  FirmwareProfile source_profile = *find_profile("phyp"), target_profile = *find_profile("phyp");
  bool dedicated = false;                          // the processors of the partition that moves
  std::unique_ptr<Machine> here, there;
  Machine* at = nullptr;                           // where the partition runs
  PartitionId id = kShared;
  std::map<std::string, std::uint32_t, std::less<>> tokens;
  std::array<std::uint64_t, 9> r{};
};

}  // namespace lparsim::firmware
