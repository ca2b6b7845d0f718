// A guest that drives the firmware as a kernel does: tokens from the flattened tree, argument
// blocks of big-endian cells in its own memory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/device_tree/flatten.hpp"
#include "firmware/hypervisor.hpp"
#include "firmware/profiles/profile.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::firmware {

class TestMemory final : public GuestMemory {
 public:
  explicit TestMemory(std::size_t size) : bytes(size, 0) { set_rmo(bytes); }
  TestMemory(const TestMemory&) = delete;
  TestMemory& operator=(const TestMemory&) = delete;
  bool read(GuestAddress from, std::span<std::uint8_t> to) const override {
    if (from.value > bytes.size() || to.size() > bytes.size() - from.value) return false;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from.value), to.size(), to.begin());
    return true;
  }
  bool write(GuestAddress to, ByteView from) override {
    if (to.value > bytes.size() || from.size() > bytes.size() - to.value) return false;
    std::copy(from.begin(), from.end(), bytes.begin() + static_cast<std::ptrdiff_t>(to.value));
    return true;
  }
  void written(std::uint64_t, std::uint64_t) override {}
  std::uint32_t cell(std::size_t at) const { return load_be32(bytes.data() + at); }
  std::string text(std::size_t at) const {
    return reinterpret_cast<const char*>(bytes.data() + at);
  }

  Bytes bytes;
};

struct SeenEvents final : HypervisorEvents {
  void cpu_started(PartitionId, ServerNumber server, std::uint64_t entry,
                   std::uint64_t r3) override {
    started.push_back({server.value, entry, r3});
  }
  void interrupt(PartitionId, std::uint32_t source) override { interrupts.push_back(source); }
  void partition_ended(PartitionId, bool restart) override { ended.push_back(restart); }
  void thread_ready(PartitionId, ServerNumber server) override { ready.push_back(server.value); }

  std::vector<std::array<std::uint64_t, 3>> started;
  std::vector<std::uint32_t> interrupts;
  std::vector<bool> ended;
  std::vector<std::uint32_t> ready;
};

inline constexpr PartitionId kDedicated{2}, kShared{3}, kSpare{4};
inline constexpr DrcIndex kSlot{0x21010018}, kFreeSlot{0x21010013};
inline constexpr DrcIndex kPhb{0x20000018}, kFreePhb{0x20000013};

// 8 processors, 64 LMBs of 256 MiB (2 of firmware): lp2 holds 2 processors and 8 LMBs, lp3 0.50
// units on 2 virtual processors and 4 LMBs, lp4 is not configured.
inline PlatformConfig test_platform() {
  PlatformConfig machine;
  machine.type_model = "9105-22A";
  machine.serial = "7812340";
  machine.installed_lmbs = machine.configurable_lmbs = 64;
  machine.firmware_lmbs = 2;
  machine.installed_units = machine.configurable_units = ProcUnits{800};
  machine.cores_per_chip = 4;
  machine.slots = {{kSlot, "U78D5.ND1.CSS130E-P2-C1", kDedicated},
                   {kFreeSlot, "U78D5.ND1.CSS130E-P2-C2", kNoPartition}};
  PartitionConfig lp2;
  lp2.id = kDedicated;
  lp2.name = "lp2";
  lp2.configured = true;
  lp2.min_procs = 1, lp2.procs = 2, lp2.max_procs = 6;
  lp2.min_lmbs = 2, lp2.lmbs = 8, lp2.max_lmbs = 16;
  lp2.virtual_slots = {{2, "eth"}, {3, "scsi"}};
  PartitionConfig lp3 = lp2;
  lp3.id = kShared;
  lp3.name = "lp3";
  lp3.dedicated = false;
  lp3.lmbs = 4;
  lp3.min_units = ProcUnits{10}, lp3.units = ProcUnits{50}, lp3.max_units = ProcUnits{400};
  lp3.uncapped = true;
  lp3.uncap_weight = 128;
  PartitionConfig lp4 = lp2;
  lp4.id = kSpare;
  lp4.name = "lp4";
  lp4.configured = false;
  machine.partitions = {lp2, lp3, lp4};
  machine.error_injection = kDedicated;
  return machine;
}

class GuestTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kBlock = 0x1000, kWork = 0x2000, kWork2 = 0x4000, kBuffer = 0x6000;

  explicit GuestTest(std::string_view profile = "phyp", PartitionId partition = kDedicated)
      : GuestTest(test_platform(), *find_profile(profile), partition) {}
  // The profile must outlive the test.
  GuestTest(PlatformConfig machine, const FirmwareProfile& profile,
            PartitionId partition = kDedicated)
      : id(partition),
        hypervisor(std::move(machine), profile, {clock, choices, log}, events) {
    boot();
  }

  void boot() {
    EXPECT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
    const auto tree = unflatten(hypervisor.client_architecture_support(id, {}));
    ASSERT_TRUE(tree.has_value()) << tree.error().line();
    for (const Property& property : tree->find("/rtas")->properties) {
      if (property.value.size() == 4) {
        tokens[std::string(property.name)] = load_be32(property.value.data());
      }
    }
  }

  struct Reply {
    std::int32_t status;
    std::uint32_t value;
    bool parks;
  };
  Reply rtas(std::string_view call, std::initializer_list<std::uint32_t> in,
             std::uint32_t outputs = 1, std::uint32_t server = 0) {
    CellWriter block;
    block.u32(tokens.at(std::string(call))).u32(static_cast<std::uint32_t>(in.size()));
    block.u32(outputs);
    for (const std::uint32_t cell : in) block.u32(cell);
    for (std::uint32_t i = 0; i < outputs; ++i) block.u32(0xdeadbeef);
    memory.write(GuestAddress{kBlock}, block.take());
    const RtasEntry entry = hypervisor.rtas_enter(id, ServerNumber{server}, GuestAddress{kBlock});
    clock.advance(entry.latency);
    last_latency = entry.latency;
    const RtasReply reply = hypervisor.rtas_commit(entry);
    const std::size_t first = kBlock + 12 + in.size() * 4;
    if (!reply.parks) {
      EXPECT_EQ(static_cast<std::int32_t>(memory.cell(first)), reply.status);
    }
    return {reply.status, outputs > 1 ? memory.cell(first + 4) : 0, reply.parks};
  }

  std::int32_t isolation(DrcIndex drc, std::uint32_t to) {
    return rtas("set-indicator", {9001, drc.value, to}).status;
  }
  std::int32_t allocation(DrcIndex drc, std::uint32_t to) {
    return rtas("set-indicator", {9003, drc.value, to}).status;
  }
  Reply sense(DrcIndex drc) { return rtas("get-sensor-state", {9003, drc.value}, 2); }
  DrcState state(DrcIndex drc) const { return hypervisor.drc(id, drc)->state; }

  void start_walk(DrcIndex drc, std::uint32_t work) {
    memory.write(GuestAddress{work}, CellWriter().u32(drc.value).u32(0).take());
  }
  std::int32_t walk(std::uint32_t work, std::uint32_t extent = 0) {
    return rtas("ibm,configure-connector", {work, extent}).status;
  }
  // The whole sequence; "2 name", "3 name", ... one entry an answer; ends with the final status.
  std::vector<std::string> configure(DrcIndex drc, std::uint32_t work) {
    start_walk(drc, work);
    std::vector<std::string> steps;
    for (int i = 0; i < 1000; ++i) {
      const std::int32_t status = walk(work);
      std::string line = std::to_string(status);
      if (status >= 1 && status <= 3) line += " " + memory.text(work + memory.cell(work + 8));
      steps.push_back(line);
      if (status < 1 || status > 4) break;
    }
    return steps;
  }
  // 9003=1, 9001=1, configure-connector.
  void acquire(DrcIndex drc) {
    EXPECT_EQ(allocation(drc, 1), 0);
    EXPECT_EQ(isolation(drc, 1), 0);
    EXPECT_EQ(configure(drc, kWork).back(), "0");
  }
  void expect_sound() { EXPECT_THAT(hypervisor.inconsistencies(), ::testing::IsEmpty()); }

  PartitionId id;
  ManualClock clock;
  ScriptedChoices choices{{}};
  EventLog log{clock};
  SeenEvents events;
  TestMemory memory{1U << 20};
  Hypervisor hypervisor;
  std::map<std::string, std::uint32_t, std::less<>> tokens;
  Duration last_latency{};
};

inline constexpr DrcIndex cpu(std::uint32_t n) { return DrcIndex{0x10000000 + 8 * n}; }
inline constexpr DrcIndex lmb(std::uint32_t n) { return DrcIndex{0x80000000 + n}; }

}  // namespace lparsim::firmware
