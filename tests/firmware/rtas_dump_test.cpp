// Platform dumps, kernel dumps and the calls that end a partition (LoPAR 7.3.3.4, 7.3.6, 7.3.7.1,
// 7.3.9, 7.3.26).
#include "service_guest.hpp"

namespace lparsim::firmware {
namespace {

using Ending = ServiceGuest;

// -- platform dump -------------------------------------------------------------------------------

class Dump : public Ending {
 protected:
  std::int32_t fetch(std::uint64_t tag, std::uint32_t sequence, std::uint32_t size,
                     std::uint32_t buffer = kBuffer) {
    return rtas("ibm,platform-dump",
                {static_cast<std::uint32_t>(tag >> 32), static_cast<std::uint32_t>(tag), 0,
                 sequence, buffer, size},
                5)
        .status;
  }
  std::uint32_t next() const { return output(6, 2); }
  std::uint32_t bytes() const { return output(6, 4); }
};

TEST_F(Dump, GoesOutInPiecesAndIsGivenUpByTheClosingCall) {
  Bytes data(25);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i + 1);
  const std::uint64_t tag = hypervisor.add_platform_dump(id, data);
  EXPECT_RULE("R1-7.3.3.4.1-1", fetch(tag, 0, 10) == 1 && next() == 10 && bytes() == 10);
  EXPECT_EQ(memory.bytes[kBuffer + 9], 10);
  EXPECT_RULE("R1-7.3.3.4.1-2", fetch(tag, 0, 10) == 1 && next() == 10);   // begun again
  EXPECT_RULE("R1-7.3.3.4.1-2", fetch(tag, 10, 10) == 1 && next() == 20);
  EXPECT_EQ(memory.bytes[kBuffer], 11);
  EXPECT_RULE("R1-7.3.3.4.1-1", fetch(tag, 20, 10) == 0 && bytes() == 5);
  EXPECT_EQ(fetch(tag, 26, 10), -3) << "beyond its end";
  EXPECT_EQ(fetch(tag, 0, 10, 0xfffffff0), -3);
  EXPECT_RULE("R1-7.3.3.4.1-4", fetch(tag, 25, 0, 0) == 0 && fetch(tag, 0, 10) == -9002);
}

TEST_F(Dump, OfAnotherPartitionOrOfNoTagIsNotAuthorized) {
  const std::uint64_t tag = hypervisor.add_platform_dump(kShared, Bytes(10, 1));
  memory.bytes[kBuffer] = 0x55;
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-7.3.3.4.1-3", fetch(tag, 0, 10) == -9002 && memory.bytes[kBuffer] == 0x55);
  EXPECT_RULE("R1-7.3.3.4.1-3", fetch(tag + 1, 0, 10) == -9002 && fetch(0, 0, 10) == -9002);
  EXPECT_TRUE(hypervisor.is_in(*before));
}

// -- kernel dump and the end of the OS -----------------------------------------------------------

class KernelDump : public Ending {
 protected:
  struct Section {
    std::uint16_t type;
    std::uint64_t source, length, destination;
  };
  std::vector<Section> sections() const {
    return {{1, 0, 48 * 4096, 0x80000}, {2, 0, 1U << 20, 0x100'0000},
            {0x11, 0x3000, 0x1000, 0xf0000}};
  }
  std::int32_t configure(std::uint32_t command, const std::vector<Section>& list = {},
                         std::uint32_t version = 1) {
    CellWriter out;
    out.u32(version).u16(static_cast<std::uint16_t>(list.size())).u16(0).u32(0x28).u32(0);
    out.u64(0).u64(0).u32(0).u32(0);
    for (const Section& s : list) {
      out.u32(1).u16(s.type).u16(0).u64(s.source).u64(s.length).u64(0).u64(s.destination);
    }
    const Bytes bytes = out.take();
    memory.write(GuestAddress{kBuffer}, bytes);
    return rtas("ibm,configure-kernel-dump",
                {command, kBuffer, static_cast<std::uint32_t>(bytes.size())})
        .status;
  }
  RtasReply os_term(const std::string& text) {
    memory.write(GuestAddress{kWork}, CellWriter{}.str(text).take());
    const Reply r = rtas("ibm,os-term", {kWork});
    return {r.status, r.parks, {}};
  }
};

TEST_F(KernelDump, IsRegisteredOnceAndUnregistered) {
  EXPECT_EQ(configure(2), -3) << "nothing to unregister";
  EXPECT_RULE("R1-7.3.26-1", configure(1, sections()) == 0);
  EXPECT_RULE("R1-7.3.26-5", configure(1, sections()) == -9);
  EXPECT_EQ(configure(2), 0);
  EXPECT_EQ(configure(1, sections()), 0);
  EXPECT_EQ(configure(0), -3);
  EXPECT_EQ(configure(4), -3);
  EXPECT_EQ(configure(3), -3) << "no dump is active";
}

TEST_F(KernelDump, AStructureThatIsNoneIsRefused) {
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-7.3.26-2", configure(1, {}) == -3);
  EXPECT_RULE("R1-7.3.26-2", configure(1, sections(), 2) == -3);
  auto bad = sections();
  bad[2].source = 1ULL << 40;
  EXPECT_RULE("R1-7.3.26-2", configure(1, bad) == -3);
  bad = sections();
  bad[0].length = 16;
  EXPECT_EQ(configure(1, bad), -3) << "no room for the processors";
  bad = sections();
  bad[1].destination = ~std::uint64_t{0} - 100;
  EXPECT_EQ(configure(1, bad), -3);
  bad = sections();
  bad[1].type = 0x12;
  EXPECT_EQ(configure(1, bad), -3);
  EXPECT_EQ(rtas("ibm,configure-kernel-dump", {1, 0xfffffff0, 64}).status, -3);
  EXPECT_EQ(rtas("ibm,configure-kernel-dump", {1, kBuffer, 0xffffffff}).status, -3);
  EXPECT_TRUE(hypervisor.is_in(*before));
}

TEST_F(KernelDump, IsTakenWhenTheSystemTerminatesAndShownUntilInvalidated) {
  const Node before = tree();
  EXPECT_RULE("R1-7.3.26-7", rtas_property(before, "ibm,configure-kernel-dump-sizes") != nullptr);
  EXPECT_RULE("R1-7.3.26-8",
              rtas_property(before, "ibm,configure-kernel-dump-version") != nullptr);
  EXPECT_EQ(rtas_property(before, "ibm,kernel-dump"), nullptr);
  auto list = sections();
  list.erase(list.begin() + 1);          // the test's memory has no room for it
  ASSERT_EQ(configure(1, list), 0);
  std::fill_n(memory.bytes.begin() + 0x3000, 0x1000, 0x5a);
  memory.bytes[0x4000] = 0x77;
  EXPECT_RULE("R1-7.3.9.1-5", os_term("panic").parks);
  EXPECT_RULE("R1-7.3.26-3", events.ended == std::vector<bool>{true});
  EXPECT_RULE("R1-7.3.26-3", Bytes(memory.bytes.begin() + 0xf0000,
                                   memory.bytes.begin() + 0xf1000) == Bytes(0x1000, 0x5a));
  EXPECT_RULE("R1-7.3.26-6", memory.bytes[0x4000] == 0x77 && memory.bytes[0xf1000] == 0);
  boot();
  const Node after = tree();
  const Property* dump = rtas_property(after, "ibm,kernel-dump");
  EXPECT_RULE("R1-7.3.26-3", dump != nullptr && load_be16(dump->value.data() + 6) == 0x8000);
  EXPECT_RULE("R1-7.3.26-4", configure(1, list) == -10 && configure(2) == -10);
  EXPECT_RULE("R1-7.3.26-3", configure(3) == 0);
  EXPECT_EQ(rtas_property(tree(), "ibm,kernel-dump"), nullptr);
  EXPECT_EQ(configure(1, list), 0);
}

TEST_F(KernelDump, WithoutOneTheExtendedCallComesBack) {
  EXPECT_EQ(tree().find("/rtas")->property("ibm,extended-os-term") != nullptr, true);
  ASSERT_EQ(rtas("set-indicator", {9000, 0, 5}).status, 0);
  const RtasReply reply = os_term("OS panic: no init");
  EXPECT_RULE("R1-7.3.9.1-5", !reply.parks && reply.status == 0 && events.ended.empty());
  EXPECT_RULE("R1-7.3.9.1-1", hypervisor.reference_code(id) == "OS panic: no init");
  EXPECT_RULE("R1-7.3.9.1-2", rtas("get-sensor-state", {9000, 0}, 2).value == 0);
  hypervisor.power_off(id);
  EXPECT_EQ(hypervisor.reference_code(id), "OS panic: no init") << "as the HMC shows it";
  boot();
  EXPECT_EQ(hypervisor.reference_code(id), "");
  EXPECT_EQ(rtas("ibm,os-term", {0xfffffff0}).status, -3);
}

// A profile with the plain call: partition_auto_restart decides what follows.
TEST(OsTerm, ThePlainCallEndsThePartitionAsItsParameterSays) {
  FirmwareProfile profile = *find_profile("phyp");
  profile.services.extended_os_term = false;
  for (const std::uint8_t restart : {std::uint8_t{0}, std::uint8_t{1}}) {
    ManualClock clock;
    ScriptedChoices choices{{}};
    EventLog log{clock};
    SeenEvents events;
    TestMemory memory{1U << 20};
    Hypervisor hypervisor(test_platform(), profile, {clock, choices, log}, events);
    ASSERT_EQ(hypervisor.power_on(kDedicated, memory).status, AssignStatus::done);
    const auto tree = *unflatten(hypervisor.flattened_tree(kDedicated));
    EXPECT_RULE("R1-7.3.9.1-5", tree.find("/rtas")->property("ibm,extended-os-term") == nullptr);
    const auto call = [&](const char* name, std::vector<std::uint32_t> in) {
      CellWriter block;
      block.u32(load_be32(tree.find("/rtas")->property(name)->value.data()));
      block.u32(static_cast<std::uint32_t>(in.size())).u32(1);
      for (const std::uint32_t cell : in) block.u32(cell);
      memory.write(GuestAddress{0x1000}, block.take());
      return hypervisor.rtas_commit(
          hypervisor.rtas_enter(kDedicated, ServerNumber{0}, GuestAddress{0x1000}));
    };
    memory.write(GuestAddress{0x2000}, CellWriter{}.u16(1).u8(restart).take());
    ASSERT_EQ(call("ibm,set-system-parameter", {21, 0x2000}).status, 0);
    EXPECT_TRUE(call("ibm,os-term", {0x3000}).parks);
    EXPECT_RULE("R1-7.3.9.1-4", events.ended == std::vector<bool>{restart != 0});
  }
}

TEST_F(Ending, PowerOffEndsThePartitionAndHasNoTriggers) {
  const Node root = tree();
  EXPECT_RULE("R1-7.3.6.3-3", rtas_property(root, "power-on-triggers") == nullptr);
  EXPECT_RULE("R1-7.3.6.3-1", rtas("power-off", {0, 0}).parks);
  EXPECT_RULE("R1-7.3.6.3-1", hypervisor.partition(id).power == PowerState::off &&
                                  events.ended == std::vector<bool>{false});
  boot();
  EXPECT_RULE("R1-7.3.6.4-1", tokens.count("ibm,power-off-ups") == 1);
  EXPECT_RULE("R1-7.3.6.4-3", rtas("ibm,power-off-ups", {}).parks &&
                                  hypervisor.partition(id).power == PowerState::off);
  boot();
  EXPECT_RULE("R1-7.3.7.1-2", rtas("system-reboot", {}).parks);
  EXPECT_RULE("R1-7.3.7.1-1", events.ended.back());
}

}  // namespace
}  // namespace lparsim::firmware
