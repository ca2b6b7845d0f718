// check-exception, event-scan and rtas-last-error as a guest calls them (LoPAR 7.3.3, 10.2, 15.6).
#include <string>

#include "guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kInternal = 0x80000000, kEpow = 0x40000000, kPlug = 0x10000000,
                        kIo = 0x08000000, kAll = 0xffffffff;
constexpr std::uint32_t kEpowIrq = 0x1000, kPlugIrq = 0x1001, kIoIrq = 0x1002;
constexpr std::uint32_t kLength = 0x800;

// A vector 5 that asks for PRRN and, unless `plain`, for hot-plug interrupts.
Bytes architecture_vector(bool hot_plug_interrupts) {
  CellWriter out;
  out.u32(0).u32(0xffffffff).u8(4);                    // the list of PVRs ends at once; 5 vectors
  for (int i = 0; i < 4; ++i) out.u8(0).u8(0);
  out.u8(5).u8(0).u8(0x20).u8(0).u8(0).u8(0x40);
  out.u8(hot_plug_interrupts ? 0x04 : 0x00);
  return out.take();
}

class EventCalls : public GuestTest {
 protected:
  explicit EventCalls(std::string_view profile = "phyp") : GuestTest(profile) {}

  void negotiate(bool hot_plug_interrupts) {
    hypervisor.client_architecture_support(id, architecture_vector(hot_plug_interrupts));
    events.interrupts.clear();
  }
  void guard() { std::fill(memory.bytes.begin() + kBuffer, memory.bytes.end(), 0x5a); }
  std::int32_t exception(std::uint32_t mask, std::uint32_t length = kLength,
                         std::uint32_t critical = 0) {
    guard();
    return rtas("check-exception", {0x500, kPlugIrq, mask, critical, kBuffer, length}).status;
  }
  std::int32_t scan(std::uint32_t mask, std::uint32_t length = kLength,
                    std::uint32_t critical = 0) {
    guard();
    return rtas("event-scan", {mask, critical, kBuffer, length}).status;
  }
  std::int32_t last_error(std::uint32_t length = kLength) {
    guard();
    return rtas("rtas-last-error", {kBuffer, length}).status;
  }
  std::uint32_t log_type() const { return memory.bytes[kBuffer + 3]; }
  bool extended() const { return (memory.bytes[kBuffer + 1] & 4) != 0; }
  bool untouched_from(std::uint32_t offset) const {
    return std::all_of(memory.bytes.begin() + kBuffer + offset, memory.bytes.end(),
                       [](std::uint8_t b) { return b == 0x5a; });
  }
  // Own section of a log of three sections: what follows PH and UH.
  std::uint8_t own_byte(std::uint32_t offset) const {
    return memory.bytes[kBuffer + 24 + 48 + 24 + offset];
  }
  bool plug(std::uint32_t processor = 1) {
    return hypervisor.hot_plug_event(id, DrcType::cpu, 2, cpu(processor));
  }
  bool epow(std::uint8_t code) { return hypervisor.raise(id, EpowEvent{code, 0, false, 0}); }
  bool inform() { return hypervisor.raise(id, InformationEvent{"B1810001", {}}); }
  std::uint32_t sensor() { return rtas("get-sensor-state", {9, 0}, 2).value; }
  // Calls until a status other than 0: the number of logs.
  int sequence(std::uint32_t mask = kAll) {
    int logs = 0;
    while (scan(mask) == 0) ++logs;
    return logs;
  }
};

// -- one class, one call --------------------------------------------------------------------------

struct Class {
  std::string_view name;
  PlatformEvent event;
  std::uint32_t mask, type, source;   // source 0: by event-scan
  bool interrupts = true;             // of hot plug: negotiated
};

class EventClasses : public EventCalls, public ::testing::WithParamInterface<Class> {};

TEST_P(EventClasses, ComesOnceAndByOneCallOnly) {
  const Class& c = GetParam();
  for (const bool scan_first : {true, false}) {
    negotiate(c.interrupts);
    ASSERT_TRUE(hypervisor.raise(id, c.event));
    EXPECT_EQ(events.interrupts.size(), c.source == 0 ? 0U : 1U);
    if (c.source != 0) {
      EXPECT_RULE("R1-10.2-2", events.interrupts.back() == c.source);
    }
    EXPECT_RULE("R1-7.3.3.1-3", scan(~c.mask) == 1);
    EXPECT_RULE("R1-7.3.3.2-6", exception(~c.mask) == 1);
    EXPECT_TRUE(untouched_from(0));
    const bool by_scan = c.source == 0;
    const std::int32_t first = scan_first ? scan(c.mask) : exception(c.mask);
    EXPECT_RULE("R1-7.3.3-1", (first == 0) == (scan_first == by_scan));
    if (first != 0) {
      EXPECT_RULE("R1-7.3.3-1", (scan_first ? exception(c.mask) : scan(c.mask)) == 0);
    }
    EXPECT_EQ(log_type(), c.type);
    const std::uint32_t severity = memory.bytes[kBuffer + 1] >> 5;
    EXPECT_RULE("R1-10.2-5", memory.bytes[kBuffer] == 6 && severity >= 1 && severity <= 2);
    EXPECT_RULE("R1-14.12.1-4", memory.bytes[kBuffer] == 6) << "version";
    EXPECT_RULE("R1-7.3.3.1-5", scan(kAll) == 1);
    EXPECT_RULE("R1-7.3.3.2-5", exception(kAll) == 1);
    EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Phyp, EventClasses,
    ::testing::Values(
        Class{"epow", EpowEvent{2, 0, false, 0}, kEpow, 64, kEpowIrq},
        Class{"plug", HotPlugEvent{}, kPlug, 229, kPlugIrq},
        Class{"plug by scan", HotPlugEvent{}, kPlug, 229, 0, false},
        Class{"io", IoEvent{}, kIo, 225, kIoIrq},
        Class{"error", ErrorEvent{}, kInternal, 224, 0},
        Class{"information", InformationEvent{}, kInternal, 226, 0},
        Class{"deallocation", DeallocationEvent{}, kInternal, 227, 0},
        Class{"dump", DumpEvent{}, kInternal, 228, 0},
        Class{"prrn", PrrnEvent{}, kPlug, 160, 0}));

TEST_F(EventCalls, IoEventsHaveANodeAndComeByIt) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  const Node* node = tree->find("/event-sources/ibm,io-events");
  ASSERT_NE(node, nullptr);
  const Property* interrupts = node->property("interrupts");
  ASSERT_NE(interrupts, nullptr);
  hypervisor.raise(id, IoEvent{});
  EXPECT_RULE("R1-10.2-1", load_be32(interrupts->value.data()) == events.interrupts.back() &&
                               exception(kIo) == 0 && log_type() == 225);
}

TEST_F(EventCalls, SourcesAreSharedWithNobody) {
  negotiate(true);
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  std::map<std::uint32_t, std::string> users;
  bool shared = false;
  const auto visit = [&](const auto& self, const Node& node) -> void {
    const Property* interrupts = node.property("interrupts");
    for (std::size_t at = 0; interrupts != nullptr && at + 8 <= interrupts->value.size(); at += 8) {
      const std::uint32_t source = load_be32(interrupts->value.data() + at);
      shared = !users.emplace(source, node.name).second || shared;
    }
    for (const Node& child : node.children) self(self, child);
  };
  visit(visit, *tree);
  EXPECT_RULE("R1-10.2-9", !shared && users.contains(kEpowIrq) && users.contains(kPlugIrq) &&
                               users.contains(kIoIrq));
}

// -- event-scan -----------------------------------------------------------------------------------

TEST_F(EventCalls, FirstSequenceHasTwoLogsLaterOnesHaveOne) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(inform());
  EXPECT_RULE("R1-7.3.3.1-8", sequence() == 2);
  EXPECT_RULE("R1-7.3.3.1-8", sequence() == 1);
  EXPECT_RULE("R1-7.3.3.1-8", sequence() == 1 && sequence() == 1 && sequence() == 0);
}

TEST_F(EventCalls, AnEmptyFirstSequenceWasTheFirst) {
  EXPECT_RULE("R1-7.3.3.1-1", scan(kAll) == 1 && untouched_from(0));
  inform(), inform();
  EXPECT_RULE("R1-7.3.3.1-8", sequence() == 1);
}

TEST_F(EventCalls, EventsOfThePlatformWaitForTheNextBoot) {
  hypervisor.power_off(id);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(inform());
  EXPECT_FALSE(plug()) << "nobody to plug it in";
  EXPECT_FALSE(hypervisor.raise(id, IoEvent{}));
  boot();
  EXPECT_RULE("R1-7.3.3.1-8", sequence() == 2 && sequence() == 1);
}

TEST_F(EventCalls, ScanNeverTellsWhatIsAboveWarning) {
  ErrorEvent error;
  for (const LogSeverity severity :
       {LogSeverity::error_sync, LogSeverity::error, LogSeverity::fatal}) {
    error.severity = severity;
    ASSERT_TRUE(hypervisor.raise(id, error));
    EXPECT_EQ(scan(kAll), 1);
    EXPECT_RULE("R1-10.2.1-3", rtas("check-exception", {0x200, 0x1234, kInternal, 0, kBuffer,
                                                        kLength}).status == 0 &&
                                   log_type() == 224);
  }
  error.severity = LogSeverity::warning;
  hypervisor.raise(id, error);
  EXPECT_EQ(scan(kAll), 0);
}

// -- arguments ------------------------------------------------------------------------------------

TEST_F(EventCalls, LengthCutsWholeSectionsAndNothingBehindItIsTouched) {
  constexpr std::array<std::array<std::uint32_t, 2>, 6> kRows{
      {{8, 8}, {64, 8}, {95, 8}, {96, 96}, {111, 96}, {2048, 112}}};
  for (const auto& [length, written] : kRows) {
    for (const bool by_scan : {true, false}) {
      negotiate(!by_scan);
      ASSERT_TRUE(plug());
      ASSERT_EQ(by_scan ? scan(kPlug, length) : exception(kPlug, length), 0);
      const bool right = untouched_from(written) && !untouched_from(written - 1) &&
                         extended() == (written > 8) && memory.cell(kBuffer + 4) == written - 8;
      EXPECT_RULE("R1-10.2-7", right) << length;
      if (by_scan) {
        EXPECT_RULE("R1-7.3.3.1-2", right) << length;
        EXPECT_EQ(sequence(), 0);
      } else {
        EXPECT_RULE("R1-7.3.3.2-3", right) << length;
      }
    }
  }
}

TEST_F(EventCalls, CriticalCallsGetTheFixedPartAlone) {
  negotiate(true);
  plug();
  EXPECT_RULE("R1-7.3.3.2-4", exception(kPlug, kLength, 1) == 0 && !extended() &&
                                  untouched_from(8) && log_type() == 229);
  negotiate(false);
  plug();
  EXPECT_RULE("R1-7.3.3.1-4", scan(kPlug, kLength, 7) == 0 && !extended() && untouched_from(8));
}

TEST_F(EventCalls, BadBuffersAreRefusedAndTheEventStays) {
  negotiate(true);
  plug();
  inform();
  const auto size = static_cast<std::uint32_t>(memory.bytes.size());
  constexpr std::array<std::array<std::uint32_t, 2>, 6> kBad{
      {{kBuffer, 0}, {kBuffer, 7}, {0xfffffff8, 16}, {0xffffffff, 0xffffffff}, {0, 0xffffffff},
       {0x7fffffff, 8}}};
  for (const auto& [address, length] : kBad) {
    guard();
    EXPECT_EQ(rtas("check-exception", {0x500, kPlugIrq, kAll, 0, address, length}).status, -3);
    EXPECT_EQ(rtas("event-scan", {kAll, 0, address, length}).status, -3);
    EXPECT_EQ(rtas("rtas-last-error", {address, length}).status, -3);
    EXPECT_TRUE(untouched_from(0));
  }
  EXPECT_EQ(rtas("event-scan", {kAll, 0, size - 8, 9}).status, -3);
  EXPECT_EQ(hypervisor.undelivered_events(id), 2U);
  EXPECT_EQ(rtas("event-scan", {kAll, 0, size - 8, 8}).status, 0) << "the last eight bytes";
  EXPECT_EQ(rtas("check-exception", {0x500, kPlugIrq, kAll, 0, size - 2048, 2048}).status, 0);
}

TEST_F(EventCalls, BothFormsOfCheckExceptionExistAndNoOther) {
  negotiate(true);
  plug(), plug();
  using In = std::initializer_list<std::uint32_t>;
  const In five{0x500, kPlugIrq, kPlug, 0, kBuffer};
  const In eight{0x500, kPlugIrq, kPlug, 0, kBuffer, kLength, 0, 0};
  EXPECT_RULE("R1-7.3.3.2-1", rtas("check-exception", five).status == -3 &&
                                  rtas("check-exception", eight).status == -3 &&
                                  hypervisor.undelivered_events(id) == 2);
  const In six{0x500, kPlugIrq, kPlug, 0, kBuffer, kLength};
  const In seven{0x500, kPlugIrq, kPlug, 0, kBuffer, kLength, 1};
  EXPECT_RULE("R1-7.3.3.2-1", rtas("check-exception", six).status == 0 &&
                                  rtas("check-exception", seven).status == 0 &&
                                  rtas("check-exception", seven).status == 1);
  const In three{kAll, 0, kBuffer};
  EXPECT_RULE("R1-7.3.3.1-1", rtas("event-scan", three).status == -3);
}

TEST_F(EventCalls, MachineCheckWithALongSrr1IsExplained) {
  ErrorEvent error;
  error.severity = LogSeverity::error_sync;
  hypervisor.raise(id, error);
  EXPECT_RULE("R1-7.3.3-2", rtas("check-exception", {0x200, 0x00201002, kInternal, 0, kBuffer,
                                                     kLength, 0x80000000}).status == 0 &&
                                log_type() == 224);
}

// -- many at once ---------------------------------------------------------------------------------

TEST_F(EventCalls, FetchingOneLeavesTheOthers) {
  negotiate(true);
  epow(1), plug(), hypervisor.raise(id, IoEvent{});
  EXPECT_EQ(exception(kPlug), 0);
  EXPECT_RULE("R1-10.2-8", exception(kEpow) == 0 && log_type() == 64 && own_byte(8) == 1 &&
                               exception(kIo) == 0 && log_type() == 225);
}

TEST_F(EventCalls, OldestFirstAndTheSourceIsRaisedUntilDrained) {
  negotiate(true);
  plug(1), plug(2), plug(3);
  EXPECT_EQ(events.interrupts, std::vector<std::uint32_t>(3, kPlugIrq));
  for (std::uint32_t i = 1; i <= 3; ++i) {
    events.interrupts.clear();
    ASSERT_EQ(exception(kPlug), 0);
    EXPECT_EQ(memory.cell(kBuffer + 96 + 12), cpu(i).value);
    const std::vector<std::uint32_t> again(i < 3 ? 1 : 0, kPlugIrq);
    EXPECT_RULE("R1-10.2-10", events.interrupts == again);
  }
}

TEST_F(EventCalls, AFullQueueRefusesCountsAndRecovers) {
  negotiate(true);
  const std::uint32_t limit = find_profile("phyp")->events.limits.hot_plug;
  for (std::uint32_t i = 0; i < limit; ++i) ASSERT_TRUE(plug());
  EXPECT_FALSE(plug());
  EXPECT_EQ(hypervisor.lost_events(id), 1U);
  EXPECT_TRUE(epow(1)) << "each class has a limit of its own";
  EXPECT_EQ(exception(kPlug), 0);
  EXPECT_TRUE(plug());
  EXPECT_EQ(hypervisor.undelivered_events(id), limit + 1);
}

// -- EPOW -----------------------------------------------------------------------------------------

TEST_F(EventCalls, SensorNineHoldsTheHighestCode) {
  EXPECT_RULE("R1-10.2.2-1", rtas("get-sensor-state", {9, 0}, 2).status == 0 && sensor() == 0);
  EXPECT_EQ(rtas("get-sensor-state", {9, 1}, 2).status, -3);
  epow(1);
  hypervisor.raise(id, EpowEvent{3, 2, true, 0});
  epow(2);
  EXPECT_RULE("R1-10.2.2-2", sensor() == 3);
  hypervisor.raise(id, EpowEvent{0, 0, true, 0});
  EXPECT_RULE("R1-10.2.2-2", sensor() == 2) << "those of the whole system still hold";
  epow(0);
  EXPECT_RULE("R1-10.2.2-2", sensor() == 0);
}

TEST_F(EventCalls, UrgentWarningsInterruptAndAreNotScanned) {
  for (const std::uint8_t code : {std::uint8_t{5}, std::uint8_t{7}}) {
    events.interrupts.clear();
    epow(code);
    EXPECT_RULE("R1-10.2.2-3", events.interrupts == std::vector<std::uint32_t>{kEpowIrq} &&
                                   scan(kEpow) == 1 && exception(kEpow) == 0 &&
                                   own_byte(8) == code);
  }
}

TEST_F(EventCalls, AHigherWarningIsNeverLost) {
  epow(3);
  ASSERT_EQ(sensor(), 3U);
  events.interrupts.clear();
  epow(7);                                   // between the sensor and the end of the interrupt
  EXPECT_EQ(exception(kEpow), 0);
  EXPECT_RULE("R1-10.2.2-5", !events.interrupts.empty() && exception(kEpow) == 0 &&
                                 own_byte(8) == 7);
  const std::uint32_t limit = find_profile("phyp")->events.limits.epow;
  for (std::uint32_t i = 0; i < limit; ++i) ASSERT_TRUE(epow(1));
  EXPECT_FALSE(epow(1));
  events.interrupts.clear();
  EXPECT_RULE("R1-10.2.2-5", epow(7) && events.interrupts.size() == 1);
  std::uint8_t last = 0;
  while (exception(kEpow) == 0) last = own_byte(8);
  EXPECT_EQ(last, 7);
}

TEST_F(EventCalls, WarningsThatDoNotExistAreRefused) {
  for (const EpowEvent& wrong : {EpowEvent{6, 0, false, 0}, EpowEvent{8, 0, false, 0},
                                 EpowEvent{1, 1, false, 0}, EpowEvent{3, 5, false, 0}}) {
    EXPECT_FALSE(hypervisor.raise(id, wrong));
  }
  EXPECT_EQ(sensor(), 0U);
  EXPECT_FALSE(hypervisor.raise(id, HotPlugEvent{HotPlugResource::slot, HotPlugAction::add,
                                                 HotPlugIdentifier::name, {}, 0,
                                                 std::string(4000, 'x')}));
  EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
}

// -- whom it concerns -----------------------------------------------------------------------------

TEST_F(EventCalls, GlobalEventsGoToAllLocalOnesToOne) {
  TestMemory other(1U << 20);
  ASSERT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  const auto waiting = [&](PartitionId partition) {
    return hypervisor.undelivered_events(partition);
  };
  hypervisor.raise(kNoPartition, InformationEvent{});
  EXPECT_RULE("R1-14.10-5", waiting(kDedicated) == 1 && waiting(kShared) == 1);
  hypervisor.raise(kNoPartition, EpowEvent{1, 0, false, 0});
  EXPECT_RULE("R1-14.10-6", waiting(kDedicated) == 2 && waiting(kShared) == 2);
  plug(), inform();
  EXPECT_RULE("R1-14.10-6", waiting(kDedicated) == 4 && waiting(kShared) == 2);
  EXPECT_RULE("R1-14.10-5", waiting(kShared) == 2);
}

// -- resets ---------------------------------------------------------------------------------------

TEST_F(EventCalls, AResetOutdatesWhatConcernsTheBoot) {
  negotiate(true);
  plug(), hypervisor.raise(id, IoEvent{}), hypervisor.raise(id, PrrnEvent{1});
  hypervisor.raise(id, EpowEvent{3, 1, true, 0});
  epow(2), inform();
  hypervisor.power_off(id);
  boot();
  negotiate(true);
  EXPECT_EQ(sensor(), 2U) << "the heat did not go with the boot";
  EXPECT_EQ(exception(kPlug | kIo), 1);
  EXPECT_EQ(exception(kEpow), 0);
  EXPECT_EQ(own_byte(8), 2);
  EXPECT_EQ(exception(kEpow), 1);
  EXPECT_EQ(scan(kAll), 0);
  EXPECT_EQ(log_type(), 226U);
  EXPECT_EQ(scan(kAll), 1);
}

TEST_F(EventCalls, TheTreeOfTheHandOverOutdatesEventsAboutIt) {
  negotiate(true);
  plug(), hypervisor.raise(id, PrrnEvent{1}), epow(1);
  hypervisor.client_architecture_support(id, architecture_vector(true));
  EXPECT_EQ(hypervisor.undelivered_events(id), 1U);
  EXPECT_EQ(events.interrupts.back(), kEpowIrq) << "what waits is told to the OS that comes now";
  EXPECT_EQ(exception(kEpow), 0);
}

TEST_F(EventCalls, PrrnOnlyWhereItWasNegotiated) {
  const auto granted = [&] {
    const auto tree = unflatten(hypervisor.flattened_tree(id));
    const Property* answer = tree->find("/chosen")->property("ibm,architecture-vec-5");
    return answer != nullptr && answer->value.size() > 5 && (answer->value[5] & 0x40) != 0;
  };
  EXPECT_RULE("R1-15.6-1", !granted());
  EXPECT_RULE("R1-15.6-2", !hypervisor.raise(id, PrrnEvent{5}) && scan(kAll) == 1);
  negotiate(true);
  EXPECT_RULE("R1-15.6-1", granted());
  ASSERT_TRUE(hypervisor.raise(id, PrrnEvent{5}));
  EXPECT_EQ(exception(kAll), 1);
  EXPECT_RULE("R1-15.6-4", scan(kAll) == 0 && memory.cell(kBuffer) == 0x062060a0 &&
                               memory.cell(kBuffer + 4) == 5 && untouched_from(8));
}

// -- rtas-last-error ------------------------------------------------------------------------------

class LastError : public EventCalls {
 protected:
  void fail() { ASSERT_EQ(rtas("start-cpu", {0, 0x100, 0}).status, -1); }   // it runs already
};

TEST_F(LastError, IsToldOnce) {
  EXPECT_RULE("R1-7.3.3.3-1", last_error() == 1 && untouched_from(0));
  fail();
  EXPECT_RULE("R1-7.3.3.3-1", last_error() == 0 && last_error() == 1);
}

TEST_F(LastError, IsOneLogCutToItsBuffer) {
  fail();
  ASSERT_EQ(last_error(8), 0);
  EXPECT_RULE("R1-7.3.3.3-2", memory.cell(kBuffer) == 0x069000e0 && untouched_from(8));
  fail();
  ASSERT_EQ(last_error(), 0);
  const std::uint32_t size = 8 + 16 + 48 + 24 + 80;
  EXPECT_RULE("R1-7.3.3.3-2", memory.cell(kBuffer) == 0x069400e0 &&
                                  memory.cell(kBuffer + 4) == size - 8 && untouched_from(size));
  EXPECT_EQ(own_byte(0), 'P');
  EXPECT_EQ(memory.cell(kBuffer + 96 + 0x10), tokens.at("start-cpu"));
}

TEST_F(LastError, LooksForErrorsOfCallsOnly) {
  epow(3), inform();
  EXPECT_RULE("R1-7.3.3.3-3", last_error() == 1 && hypervisor.undelivered_events(id) == 2);
  fail();
  EXPECT_RULE("R1-7.3.3.3-3", last_error() == 0 && log_type() == 224 &&
                                  hypervisor.undelivered_events(id) == 2);
}

TEST_F(LastError, BelongsToThePartitionWhoseCallFailed) {
  fail();
  TestMemory other(1U << 20);
  ASSERT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  CellWriter block;
  block.u32(tokens.at("rtas-last-error")).u32(2).u32(1).u32(kBuffer).u32(kLength).u32(99);
  other.write(GuestAddress{kBlock}, block.take());
  const auto entry = hypervisor.rtas_enter(kShared, ServerNumber{0}, GuestAddress{kBlock});
  EXPECT_RULE("R1-14.10-7", hypervisor.rtas_commit(entry).status == 1 && last_error() == 0);
}

// -- as QEMU does it ------------------------------------------------------------------------------

class QemuEvents : public EventCalls {
 protected:
  QemuEvents() : EventCalls("qemu") {}
};

TEST_F(QemuEvents, ScanNeverReturnsALogButRaisesWhatWaits) {
  negotiate(true);
  EXPECT_FALSE(inform());
  EXPECT_FALSE(hypervisor.raise(id, IoEvent{}));
  plug(), epow(3);
  events.interrupts.clear();
  EXPECT_EQ(scan(kAll), 1);
  EXPECT_EQ(events.interrupts, (std::vector<std::uint32_t>{kEpowIrq, kPlugIrq}));
}

TEST_F(QemuEvents, WithoutNegotiationHotPlugComesAsEpow) {
  negotiate(false);
  plug();
  EXPECT_EQ(events.interrupts, std::vector<std::uint32_t>{kEpowIrq});
  EXPECT_EQ(exception(kPlug), 1);
  EXPECT_EQ(exception(kEpow), 0);
  EXPECT_EQ(log_type(), 229U);
}

}  // namespace
}  // namespace lparsim::firmware
