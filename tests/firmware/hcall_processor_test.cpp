// Hypervisor calls about processors: areas, waiting, shares, home nodes, modes (LoPAR 14.5.4.3,
// 14.11).
#include "hcall_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kRegisterVpa = 0xdc, kCede = 0xe0, kConfer = 0xe4, kProd = 0xe8,
                        kGetPpp = 0xec, kSetPpp = 0xf0, kPurr = 0xf4, kPic = 0xf8,
                        kPollPending = 0x1d8, kHomeNode = 0x2ec, kSetMode = 0x31c,
                        kSetSprg0 = 0x24, kSetDabr = 0x28, kPerfmon = 0x7c;
constexpr std::uint64_t kVpa = 1ULL << 45, kLog = 2ULL << 45, kShadow = 3ULL << 45,
                        kNoVpa = 5ULL << 45, kNoLog = 6ULL << 45, kNoShadow = 7ULL << 45;
constexpr std::uint64_t kArea = 0x8000, kLogArea = 0x9000, kShadowArea = 0xa000;
constexpr std::uint64_t kAll = ~std::uint64_t{0};

class Processors : public HcallTest {
 protected:
  using HcallTest::HcallTest;
  void register_vpa(std::uint32_t server = 0, std::uint64_t address = kArea) {
    put16(address + 4, 640);
    EXPECT_EQ(hcall(kRegisterVpa, {kVpa, server, address}, server), kSuccess);
  }
  void start(std::uint32_t server) { EXPECT_EQ(rtas("start-cpu", {server, 0x100, 0}).status, 0); }
  std::uint32_t dispatches(std::uint64_t area = kArea) const { return memory.cell(area + 0x100); }
};

struct SharedProcessors : Processors {
  SharedProcessors() : Processors("phyp", kShared) {}
};

TEST_F(Processors, CallsNeedPrivilegeAndAnAnnouncedSet) {
  caller.problem_state = true;
  EXPECT_RULE("R1-14.5.3-11", hcall(kGetPpp) == kPrivilege);
  EXPECT_EQ(hcall(0x1234), kPrivilege) << "before the function is looked up";
  caller.problem_state = false;
  EXPECT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_EQ(hcall(0x1234), kFunction);
  EXPECT_EQ(hcall(kGetPpp, {}, 999), kFunction) << "no thread of the partition";
  EXPECT_EQ(hcall(kSetDabr, {4}), kFunction) << "hcall-dabr is not announced";
}

TEST_F(Processors, EveryCallMayReportAHardwareError) {
  script("hcall.H_GET_PPP", "hardware");
  EXPECT_RULE("R1-14.5.3-12", hcall(kGetPpp) == kHardware);
  EXPECT_EQ(hcall(kGetPpp), kSuccess);
}

TEST_F(Processors, AVpaIsCheckedAndInitialized) {
  put16(kArea + 4, 639);
  EXPECT_RULE("R1-14.11.3.2-1", hcall(kRegisterVpa, {kVpa, 0, kArea}) == kParameter);
  put16(kArea + 4, 640);
  std::fill_n(memory.bytes.begin() + kArea + 0x104, 0x6c, std::uint8_t{0xee});
  put64(kArea + 0x218, ~0ULL);
  put32(kArea + 0x100, 77);
  memory.bytes[kArea + 0xff] = 0x11;
  EXPECT_RULE("R1-14.11.3.2-1", hcall(kRegisterVpa, {kVpa, 0, kArea}) == kSuccess);
  EXPECT_RULE("R1-14.11.1-1", dispatches() == 0 && memory.cell(kArea + 0x104) == 0 &&
                                  cell64(kArea + 0x168) == 0 && cell64(kArea + 0x218) == 0);
  EXPECT_EQ(memory.bytes[kArea + 0xff], 0x11) << "the OS's own fields stay";
  put16(0x8e80 + 4, 640);
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 0, 0x8e80}), kParameter) << "crosses 4 KB";
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 0, kArea + 64}), kParameter) << "not a cache line";
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 0, 1ULL << 40}), kParameter) << "not its memory";
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 0, ~0ULL << 7}), kParameter);
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 16, kArea}), kParameter) << "a processor it does not own";
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, ~0ULL, kArea}), kParameter);
  for (const std::uint64_t code : {0ULL, 4ULL}) {
    EXPECT_EQ(hcall(kRegisterVpa, {code << 45, 0, kArea}), kParameter);
  }
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa | 1ULL << 40, 0, kArea}), kParameter);
}

TEST_F(Processors, LogAndShadowNeedAVpaThatThenStays) {
  put32(kLogArea + 4, 4096);
  put32(kShadowArea + 4, 128);
  EXPECT_RULE("R1-14.11.3.2-1", hcall(kRegisterVpa, {kLog, 0, kLogArea}) == kResource);
  EXPECT_RULE("R1-14.11.3.2-2", hcall(kRegisterVpa, {kShadow, 0, kShadowArea}) == kResource);
  register_vpa();
  put32(kLogArea + 4, 47);
  EXPECT_RULE("R1-14.11.3.2-1", hcall(kRegisterVpa, {kLog, 0, kLogArea}) == kParameter);
  put32(kLogArea + 4, 4096);
  EXPECT_EQ(hcall(kRegisterVpa, {kLog, 0, kLogArea}), kSuccess);
  put32(kShadowArea + 4, 7);
  EXPECT_RULE("R1-14.11.3.2-2", hcall(kRegisterVpa, {kShadow, 0, kShadowArea}) == kParameter);
  put32(kShadowArea + 4, 4097);
  EXPECT_EQ(hcall(kRegisterVpa, {kShadow, 0, kShadowArea}), kParameter) << "crosses 4 KB";
  put32(kShadowArea + 4, 128);
  EXPECT_RULE("R1-14.11.3.2-2", hcall(kRegisterVpa, {kShadow, 0, kShadowArea}) == kSuccess);
  EXPECT_RULE("R1-14.11.3.2-1", hcall(kRegisterVpa, {kNoVpa, 0, 0}) == kResource);
  EXPECT_EQ(hcall(kRegisterVpa, {kNoLog, 0, 0}), kSuccess);
  EXPECT_EQ(hcall(kRegisterVpa, {kNoVpa, 0, 0}), kResource) << "the shadow buffer is left";
  EXPECT_RULE("R1-14.11.3.2-2", hcall(kRegisterVpa, {kNoShadow, 0, 0}) == kSuccess);
  EXPECT_EQ(hcall(kRegisterVpa, {kNoVpa, 0, 0}), kSuccess);
  EXPECT_EQ(hcall(kRegisterVpa, {kNoVpa, 0, 0}), kSuccess) << "of nothing, too";
  EXPECT_EQ(hcall(kRegisterVpa, {kNoLog, 0, 0}), kSuccess);
}

TEST_F(Processors, ARunningThreadRegistersItsOwnAreas) {
  start(1);
  put16(kArea + 4, 640);
  EXPECT_RULE("R1-14.11.3.2-1", hcall(kRegisterVpa, {kVpa, 1, kArea}) == kState);
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 2, kArea}), kSuccess) << "that one is stopped";
  EXPECT_EQ(hcall(kRegisterVpa, {kVpa, 1, kArea}, 1), kSuccess);
  put32(kLogArea + 4, 480);
  EXPECT_EQ(hcall(kRegisterVpa, {kLog, 1, kLogArea}), kSuccess) << "the log is anybody's";
  EXPECT_EQ(hcall(kRegisterVpa, {kNoVpa, 1, 0}), kState);
}

TEST_F(Processors, CedeWaitsUntilSomethingComes) {
  negotiate_interrupts();
  register_vpa();
  start(1);
  EXPECT_EQ(hcall(kCede), kSuccess);
  EXPECT_RULE("R1-14.11.3.3-1", reply.park == ParkUntil::event && dispatches() % 2 == 1);
  EXPECT_EQ(hcall(kProd, {0}, 1), kSuccess);
  EXPECT_RULE("R1-14.11.3.5-1", events.ready == std::vector<std::uint32_t>{0});
  EXPECT_RULE("R1-14.11.1-1", dispatches() == 2);
  EXPECT_EQ(hcall(kCede), kSuccess);
  EXPECT_EQ(reply.park, ParkUntil::event) << "the prod was used up by the waiting thread";
  events.ready.clear();
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(2)));
  EXPECT_RULE("R1-14.11.3.3-1", events.ready == std::vector<std::uint32_t>{0});
  EXPECT_EQ(hcall(kCede), kSuccess);
  EXPECT_EQ(hcall(kGetPpp), kSuccess) << "its decrementer woke it";
  EXPECT_RULE("R1-14.11.3.3-1", dispatches() == 6);
}

TEST_F(Processors, AProdBeforehandEndsTheNextWaitAtOnce) {
  start(1);
  EXPECT_RULE("R1-14.11.5.1-3", hypervisor.partition(id).config.dedicated &&
                                    hcall(kProd, {1}) == kSuccess);
  EXPECT_EQ(hcall(kCede, {}, 1), kSuccess);
  EXPECT_RULE("R1-14.11.3.3-1", reply.park == ParkUntil::nothing);
  EXPECT_EQ(hcall(kCede, {}, 1), kSuccess);
  EXPECT_RULE("R1-14.11.3.3-1", reply.park == ParkUntil::event) << "the prod bit is used up";
  EXPECT_RULE("R1-14.11.3.5-1", hcall(kProd, {16}) == kParameter);
  EXPECT_EQ(hcall(kProd, {kAll}), kParameter);
}

TEST_F(Processors, ConferAndProdChangeNoOtherRegister) {
  start(1);
  EXPECT_EQ(hcall(kProd, {1, 2, 3, 4, 5, 6, 7, 8, 9}), kSuccess);
  EXPECT_RULE("R1-14.11.3.5-2", r == (std::array<std::uint64_t, 9>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(hcall(kConfer, {1, 2, 3, 4, 5, 6, 7, 8, 9}), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-2", r == (std::array<std::uint64_t, 9>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(Processors, ConferWaitsOnlyForAThreadThatIsNotDispatched) {
  start(1);
  start(2);
  EXPECT_EQ(hcall(kConfer, {1, 0}), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-1", reply.park == ParkUntil::nothing);
  EXPECT_EQ(hcall(kCede, {}, 1), kSuccess);
  EXPECT_EQ(hcall(kConfer, {1, 3}), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-1", reply.park == ParkUntil::nothing);
  EXPECT_EQ(hcall(kConfer, {1, 1}), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-1",
              reply.park == ParkUntil::turn && reply.at_most == std::chrono::milliseconds{10});
  EXPECT_RULE("R1-14.11.3.4-1", hcall(kConfer, {16, 1}) == kParameter);
  EXPECT_EQ(hcall(kConfer, {kAll, 0}, 2), kSuccess);
  EXPECT_EQ(reply.park, ParkUntil::turn);
  EXPECT_EQ(hcall(kConfer, {2, 1}), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-1", reply.park == ParkUntil::nothing) << "it conferred to all itself";
}

TEST_F(Processors, ConferToItselfWaitsForAProd) {
  negotiate_interrupts();
  start(1);
  EXPECT_EQ(hcall(kConfer, {1, 0}, 1), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-1", reply.park == ParkUntil::prod);
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(2)));
  EXPECT_TRUE(events.ready.empty()) << "called with interrupts disabled";
  EXPECT_EQ(hcall(kProd, {1}), kSuccess);
  EXPECT_RULE("R1-14.11.3.4-1", events.ready == std::vector<std::uint32_t>{1});
  caller.external_interrupts = true;
  EXPECT_EQ(hcall(kConfer, {1, 0}, 1), kSuccess);
  EXPECT_EQ(reply.park, ParkUntil::event);
  EXPECT_EQ(hcall(kProd, {1}), kSuccess);
  EXPECT_EQ(hcall(kProd, {1}), kSuccess);
  EXPECT_EQ(hcall(kConfer, {1, 0}, 1), kSuccess);
  EXPECT_EQ(reply.park, ParkUntil::nothing) << "the prod bit was set";
}

TEST_F(Processors, TheDispatchLogWrapsAndCountsOn) {
  register_vpa();
  put32(kLogArea + 4, 4096);
  ASSERT_EQ(hcall(kRegisterVpa, {kLog, 0, kLogArea}), kSuccess);
  memory.bytes[kArea + 0xb8] = 1;
  start(1);
  const auto cycle = [&] {
    hcall(kCede);
    clock.advance(std::chrono::microseconds{1000});
    hcall(kProd, {0}, 1);
  };
  for (int i = 0; i < 85; ++i) cycle();
  EXPECT_RULE("R1-14.11.1.2-1", cell64(kArea + 0x218) == 85);
  EXPECT_EQ(memory.bytes[kLogArea], 2) << "dispatched by a prod";
  EXPECT_EQ(memory.bytes[kLogArea + 1], 2) << "after H_CEDE";
  EXPECT_RULE("R1-14.11.1.2-1", memory.cell(kLogArea + 12) == 512'000);
  const std::uint64_t first = cell64(kLogArea + 16);
  EXPECT_EQ(cell64(kLogArea + 48 + 16), first + 512'000);
  EXPECT_RULE("R1-14.11.1.2-1", cell64(kLogArea + 85 * 48) == 0) << "85 entries fit";
  for (int i = 0; i < 5; ++i) cycle();
  EXPECT_EQ(cell64(kArea + 0x218), 90U);
  EXPECT_RULE("R1-14.11.1.2-1", cell64(kLogArea + 4 * 48 + 16) == first + 89 * 512'000ULL);
  memory.bytes[kArea + 0xb8] = 0;
  cycle();
  EXPECT_EQ(cell64(kArea + 0x218), 90U) << "the mask is off";
}

TEST_F(Processors, ReadyWaitAndPurrTellWhereTheTimeWent) {
  register_vpa();
  start(1);
  clock.advance(std::chrono::milliseconds{2});
  ASSERT_EQ(hcall(kPurr), kSuccess);
  const std::uint64_t before = r[0];
  clock.advance(std::chrono::milliseconds{2});
  ASSERT_EQ(hcall(kPurr), kSuccess);
  EXPECT_RULE("R1-14.11.3.8-1", r[0] - before == 1'024'000);
  const std::uint64_t busy = r[0];
  hcall(kCede);
  clock.advance(std::chrono::milliseconds{4});
  hcall(kProd, {0}, 1);
  EXPECT_RULE("R1-14.11.3.1-5", cell64(kArea + 0x168) == 2'048'000);
  ASSERT_EQ(hcall(kPurr), kSuccess);
  EXPECT_RULE("R1-14.11.3.8-1", r[0] == busy);
}

TEST_F(Processors, NothingIsPendingUnlessTheScenarioSaysSo) {
  EXPECT_RULE("R1-14.11.3.9-1", hcall(kPollPending) == kSuccess);
  script("hcall.H_POLL_PENDING", "pending");
  EXPECT_RULE("R1-14.11.3.9-1", hcall(kPollPending) == 17);
}

TEST_F(Processors, DedicatedPerformanceParameters) {
  ASSERT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_RULE("R1-14.11.3.6-1", r[0] == 200 && r[1] == 0 && (r[2] & 0xffff) == 0xffff);
  EXPECT_EQ(r[2] >> 16, kDedicated.value);
  EXPECT_RULE("R1-14.11.3.6-1", r[3] == (1ULL << 48 | 8) && r[4] == 0);
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  acquire(cpu(2));
  ASSERT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_RULE("R1-14.11.3.6-1", r[0] == 300);
  EXPECT_EQ(hcall(kSetPpp, {100, 1}), kFunction);
}

TEST_F(SharedProcessors, PerformanceParametersAreSetWithinLimits) {
  ASSERT_EQ(hypervisor.set_units(id, ProcUnits{120}).status, AssignStatus::done);
  ASSERT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_RULE("R1-14.11.3.6-1", r[0] == 50 && r[1] == 70 && (r[2] & 0xffff) == 0);
  EXPECT_RULE("R1-14.11.3.6-1", r[3] == (128ULL << 40 | 8ULL << 16 | 8) &&
                                    r[4] == (8ULL << 48 | 800ULL << 24 | (200 + 120)));
  EXPECT_RULE("R1-14.11.3.7-1", hcall(kSetPpp, {60, 256}) == kParameter);
  ASSERT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_EQ(r[0], 50U) << "nothing changed";
  EXPECT_RULE("R1-14.11.3.7-1", hcall(kSetPpp, {60, 128}) == kSuccess);
  ASSERT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_EQ(r[0], 60U);
  for (const std::uint64_t wanted : {121ULL, 5000ULL, 1ULL << 40, ~0ULL}) {
    EXPECT_RULE("R1-14.11.3.7-1", hcall(kSetPpp, {wanted, 128}) == kConstrained);
    ASSERT_EQ(hcall(kGetPpp), kSuccess);
    EXPECT_RULE("R1-14.11.3.7-1", r[0] == 120);
  }
  EXPECT_EQ(hcall(kSetPpp, {0, 200}), kConstrained);
  ASSERT_EQ(hcall(kGetPpp), kSuccess);
  EXPECT_EQ(r[0], 10U) << "the minimum";
  EXPECT_EQ((r[3] >> 40) & 0xff, 128U);
  expect_sound();
}

TEST_F(SharedProcessors, PoolIdleCountIsForThoseWhoMayCollect) {
  EXPECT_RULE("R1-14.11.4.1-1", hcall(kPic) == -10);
  hypervisor.power_off(id);
  PartitionConfig config = hypervisor.partition(id).config;
  config.performance_collection = true;
  ASSERT_EQ(hypervisor.configure(id, config).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  ASSERT_EQ(hcall(kPic), kSuccess);
  const std::uint64_t idle = r[0], busy = r[3];
  EXPECT_EQ(r[1], 8U);
  EXPECT_EQ(r[6], ~0ULL);
  clock.advance(std::chrono::milliseconds{8});
  ASSERT_EQ(hcall(kPic), kSuccess);
  const std::uint64_t ticks = 8 * 512'000;
  EXPECT_RULE("R1-14.11.4.1-1", r[0] - idle == 8 * ticks - ticks / 8 && r[3] - busy == ticks / 8);
  EXPECT_EQ(r[5], 0U) << "pool id";
  hcall(kCede);
  ASSERT_EQ(hcall_of(id, kPic, {}, 8), kSuccess) << "another processor's first thread";
  const std::uint64_t before = r[0];
  clock.advance(std::chrono::milliseconds{8});
  ASSERT_EQ(hcall_of(id, kPic, {}, 8), kSuccess);
  EXPECT_RULE("R1-14.11.4.1-1", r[0] - before == 8 * ticks) << "the only running thread ceded";
}

TEST_F(Processors, HomeNodesAgreeWithTheTree) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  ASSERT_TRUE(tree.has_value());
  for (const Node& node : tree->find("/cpus")->children) {
    const Property* list = node.property("ibm,associativity");
    if (list == nullptr || node.property("ibm,ppc-interrupt-server#s") == nullptr) continue;
    const std::uint32_t server = load_be32(node.property("reg")->value.data());
    ASSERT_EQ(hcall(kHomeNode, {1, server}), kSuccess);
    const std::uint32_t count = load_be32(list->value.data());
    for (std::uint32_t i = 0; i < 24; ++i) {
      const std::uint64_t field = r[i / 4] >> (48 - i % 4 * 16) & 0xffff;
      const std::uint64_t wanted =
          i < count ? 0x8000 | load_be32(list->value.data() + 4 + 4 * i) : 0xffff;
      EXPECT_RULE("R1-14.11.6-1", field == wanted) << "server " << server << " field " << i;
    }
  }
  EXPECT_RULE("R1-14.11.6-4", hcall(kHomeNode, {1, 47}) == kSuccess) << "still to be added";
  EXPECT_EQ(hcall(kHomeNode, {1, 48}), kP2);
  EXPECT_EQ(hcall(kHomeNode, {2, 0}), kSuccess);
  EXPECT_EQ(hcall(kHomeNode, {2, 6}), kP2);
  EXPECT_RULE("R1-14.11.6-1", hcall(kHomeNode, {0, 0}) == kParameter);
  EXPECT_EQ(hcall(kHomeNode, {3, 0}), kParameter);
  script("hcall.H_HOME_NODE_ASSOCIATIVITY", "function");
  EXPECT_RULE("R1-14.11.6-2", hcall(kHomeNode, {1, 0}) == kFunction) << "may vanish by migration";
}

TEST_F(Processors, SetModeTakesDefinedValuesOnly) {
  EXPECT_RULE("R1-14.5.4.3.5-1", hcall(kSetMode, {1, 4, 0, 0}) == kSuccess);
  EXPECT_TRUE(hypervisor.interrupt_mode(id).little_endian);
  EXPECT_EQ(hcall(kSetMode, {3, 3, 0, 0}), kSuccess);
  EXPECT_EQ(hypervisor.interrupt_mode(id).location, 3);
  EXPECT_RULE("R1-14.5.4.3.5-1", hcall(kSetMode, {1, 3, 0, 0}) == -256 - 63);
  EXPECT_EQ(hcall(kSetMode, {4, 3, 0, 0}), -256 - 61);
  EXPECT_EQ(hcall(kSetMode, {2, 4, 0, 0}), -256 - 62);
  EXPECT_RULE("R1-14.5.4.3.5-1", hcall(kSetMode, {0, 3, 1, 0}) == kP3);
  EXPECT_EQ(hcall(kSetMode, {0, 3, 0, 1}), kP4);
  EXPECT_EQ(hcall(kSetMode, {0, 4, 1, 0}), kP3);
  EXPECT_EQ(hcall(kSetMode, {0, 4, 0, 1}), kP4);
  EXPECT_RULE("R1-14.5.4.3.5-1", hcall(kSetMode, {0, 0, 0, 0}) == kP2);
  EXPECT_EQ(hcall(kSetMode, {0, 5, 0, 0}), kP2);
  EXPECT_EQ(hcall(kSetMode, {0, ~0ULL, 0, 0}), kP2);
  EXPECT_EQ(hcall(kSetMode, {0, 1, 0xc000000000001000, 0}), kSuccess);
  EXPECT_EQ(hcall(kSetMode, {1, 1, 0xc000000000001000, 0}), -256 - 63);
  EXPECT_EQ(hcall(kSetMode, {0, 1, 0x1003, 0}), kP3);
  EXPECT_EQ(hcall(kSetMode, {0, 2, 0x1000, 0x30}), kSuccess);
  EXPECT_EQ(hcall(kSetMode, {0, 2, 0x1001, 0x30}), kP3);
  EXPECT_EQ(hcall(kSetMode, {0, 2, 0x1000, 4}), kP4);
  EXPECT_TRUE(hypervisor.interrupt_mode(id).little_endian) << "refused calls change nothing";
  EXPECT_EQ(hypervisor.interrupt_mode(id).location, 3);
  script("hcall.H_SET_MODE", "long_busy_10ms");
  EXPECT_EQ(hcall(kSetMode, {0, 3, 0, 0}), 9901);
}

struct QemuProcessors : Processors {
  QemuProcessors() : Processors("qemu") {}
};

TEST_F(QemuProcessors, KnowFewerModesAndTheBreakpointRegister) {
  EXPECT_EQ(hcall(kSetMode, {2, 4, 0, 0}), -256);
  EXPECT_EQ(hcall(kSetMode, {0, 1, 0, 0}), kP2);
  EXPECT_EQ(hcall(kSetDabr, {0}), -8);
  EXPECT_EQ(hcall(kSetDabr, {4}), kSuccess);
  EXPECT_EQ(hcall(kSetSprg0, {4}), kSuccess);
  EXPECT_EQ(hcall(kPic), kFunction);
}

TEST_F(Processors, PerformanceMonitorModes) {
  constexpr std::uint64_t kEnable = 1ULL << 63, kHigh = 1ULL << 62;
  EXPECT_EQ(hcall(kPerfmon, {kHigh, 0}), kResource) << "not enabled";
  EXPECT_EQ(hcall(kPerfmon, {kEnable | kHigh, 0}), kSuccess);
  EXPECT_EQ(r[0], kEnable | kHigh);
  EXPECT_EQ(hcall(kPerfmon, {0, kHigh}), kSuccess);
  EXPECT_EQ(r[0], kEnable);
  EXPECT_EQ(hcall(kPerfmon, {1, 0}), kParameter);
  EXPECT_EQ(hcall(kPerfmon, {0, 1ULL << 61}), kParameter);
  EXPECT_EQ(hcall(kPerfmon, {0, 0}), kSuccess);
  EXPECT_EQ(r[0], kEnable);
}

TEST_F(Processors, StateComesBackWithASnapshot) {
  register_vpa();
  const auto taken = hypervisor.snapshot();
  hcall(kCede);
  hypervisor.restore(taken);
  EXPECT_EQ(hcall(kCede), kSuccess);
  EXPECT_EQ(dispatches(), 1U);
  hypervisor.power_off(id);
  EXPECT_EQ(hcall(kGetPpp), kFunction);
}

}  // namespace
}  // namespace lparsim::firmware
