// Every open reading of DRC.md 10 is a field of the profile: the same call under phyp, and with
// that one field taken the other way.
#include "drc_machine.hpp"

namespace lparsim::firmware {
namespace {

// A guest that is not the fixture of the running test: two of them, with two profiles, at a time.
struct Rig final : MachineTest {
  explicit Rig(const FirmwareProfile& with) : MachineTest(with) {}
  void TestBody() override {}

  using GuestTest::Reply;
  using GuestTest::allocation, GuestTest::configure, GuestTest::events, GuestTest::hypervisor,
      GuestTest::isolation, GuestTest::kWork, GuestTest::kWork2, GuestTest::rtas, GuestTest::sense,
      GuestTest::start_walk, GuestTest::state, GuestTest::walk, GuestTest::choices;
  using MachineTest::get_power, MachineTest::offline, MachineTest::set_power, MachineTest::tree;
  static constexpr PartitionId kId = kDedicated;

  void assign_cpu() {
    EXPECT_EQ(hypervisor.set_processors(kId, 3).status, AssignStatus::done);
  }
  void take(DrcIndex drc) {
    EXPECT_EQ(allocation(drc, 1), 0);
    EXPECT_EQ(isolation(drc, 1), 0);
  }
  void offer_cpu(Offer offer) {
    EXPECT_EQ(hypervisor.offer(kId, cpu(4), offer).status, AssignStatus::done);
  }
  void plug(CardFit fit) {
    EXPECT_EQ(hypervisor.insert_card(kEmpty, fit).status, AssignStatus::done);
  }
};

struct Flip {
  const char* what;
  void (*change)(FirmwareProfile&);
  std::int32_t (*ask)(Rig&);
  std::int32_t phyp, flipped;
};

std::int32_t last(const std::vector<std::string>& steps) { return std::stoi(steps.back()); }

const Flip kLogical[] = {
    {"2 sense of the unallocatable", [](auto& p) { p.drc.unallocatable_sense_fails = true; },
     [](Rig& r) { return r.sense(cpu(4)).status; }, 0, -3},
    {"24 legacy sense of the unusable", [](auto& p) { p.drc.unusable_sense_status = -9002; },
     [](Rig& r) { r.assign_cpu(); return r.sense(cpu(2)).status; }, 0, -9002},
    {"22 sense for recovery", [](auto& p) { p.drc.recovery_sense = 3; },
     [](Rig& r) {
       r.offer_cpu(Offer::recovery);
       return static_cast<std::int32_t>(r.sense(cpu(4)).value);
     }, 4, 3},
    {"8 isolate of the unconfigured",
     [](auto& p) { p.drc.isolate_unconfigured_allowed = false; },
     [](Rig& r) { r.assign_cpu(); r.take(cpu(2)); return r.isolation(cpu(2), 0); }, 0, -3},
    {"1 isolate of the unusable", [](auto& p) { p.drc.isolate_unusable_status = 0; },
     [](Rig& r) { return r.isolation(cpu(4), 0); }, -3, 0},
    {"1 unusable of the unusable", [](auto& p) { p.drc.unusable_null_status = -3; },
     [](Rig& r) { return r.allocation(cpu(4), 0); }, 0, -3},
    {"1 unusable of what is on offer", [](auto& p) { p.drc.unusable_offered_status = -3; },
     [](Rig& r) { r.offer_cpu(Offer::exchange); return r.allocation(cpu(4), 0); }, 0, -3},
    {"20 wrong verb", [](auto& p) { p.drc.wrong_verb_status = -1; },
     [](Rig& r) { r.offer_cpu(Offer::exchange); return r.allocation(cpu(4), 1); }, -3, -1},
    {"20 isolate of what is on offer", [](auto& p) { p.drc.isolate_offered_status = 0; },
     [](Rig& r) { r.offer_cpu(Offer::exchange); return r.isolation(cpu(4), 0); }, -3, 0},
    {"20 unisolate of what is on offer", [](auto& p) { p.drc.unisolate_offered_status = -1; },
     [](Rig& r) { r.offer_cpu(Offer::recovery); return r.isolation(cpu(4), 1); }, -3, -1},
    {"exchange and recover exist", [](auto& p) { p.drc.exchange_recover_allowed = false; },
     [](Rig& r) { r.offer_cpu(Offer::exchange); return r.allocation(cpu(4), 2); }, 0, -3},
    {"21 usable in the exclusive model", [](auto& p) { p.drc.hmc_assigns_usable = true; },
     [](Rig& r) {
       r.assign_cpu();
       return static_cast<std::int32_t>(r.sense(cpu(2)).value);
     }, 2, 1},
    {"7 the last processor", [](auto& p) { p.drc.cpu_running_isolate_status = 0; },
     [](Rig& r) { return r.isolation(cpu(0), 0); }, -1, -1},
    {"7 cpu runs", [](auto& p) { p.drc.cpu_running_isolate_status = 0; },
     [](Rig& r) { r.rtas("start-cpu", {8, 0, 0}); return r.isolation(cpu(1), 0); }, -1, 0},
    {"7 memory mapped", [](auto& p) { p.drc.mem_mapped_isolate_status = 0; },
     [](Rig& r) {
       EXPECT_TRUE(r.hypervisor.set_mapped(Rig::kId, lmb(7), true));
       return r.isolation(lmb(7), 0);
     }, -9001, 0},
    {"7 memory unasked", [](auto& p) { p.drc.mem_isolate_needs_request = true; },
     [](Rig& r) { return r.isolation(lmb(7), 0); }, 0, -1},
    {"7 adapter mapped", [](auto& p) { p.drc.io_mapped_isolate_status = 0; },
     [](Rig& r) {
       EXPECT_TRUE(r.hypervisor.set_mapped(Rig::kId, kPort, true));
       return r.isolation(kPort, 0);
     }, -9001, 0},
    {"7 virtual adapter mapped", [](auto& p) { p.drc.virtual_mapped_isolate_status = 0; },
     [](Rig& r) {
       EXPECT_TRUE(r.hypervisor.set_mapped(Rig::kId, DrcIndex{0x30000002}, true));
       return r.isolation(DrcIndex{0x30000002}, 0);
     }, -9001, 0},
    {"23 offer below", [](auto& p) { p.drc.offered_below_blocks = false; },
     [](Rig& r) {
       EXPECT_EQ(r.isolation(kPort, 0), 0);
       EXPECT_EQ(r.allocation(kPort, 0), 0);
       EXPECT_EQ(r.hypervisor.offer(Rig::kId, kPort, Offer::exchange).status, AssignStatus::done);
       return r.isolation(kSlot, 0);
     }, -9000, 0},
};

const Flip kConnector[] = {
    {"7 configure of the isolated", [](auto& p) { p.drc.configure_isolated_status = -9003; },
     [](Rig& r) {
       r.assign_cpu();
       EXPECT_EQ(r.allocation(cpu(2), 1), 0);
       return last(r.configure(cpu(2), Rig::kWork));
     }, 0, -9003},
    {"configured walks again", [](auto& p) { p.drc.configured_walks_again = false; },
     [](Rig& r) { return std::stoi(r.configure(cpu(1), Rig::kWork).front()); }, 2, 0},
    {"4 unknown index", [](auto& p) { p.drc.configure_unknown_status = -1; },
     [](Rig& r) { return last(r.configure(DrcIndex{0x50000000}, Rig::kWork)); }, -3, -1},
    {"14 restart", [](auto& p) { p.drc.connector_restarts = false; },
     [](Rig& r) {
       r.start_walk(cpu(1), Rig::kWork);
       EXPECT_EQ(r.walk(Rig::kWork), 2);
       r.start_walk(cpu(1), Rig::kWork2);
       return r.walk(Rig::kWork2);
     }, 2, -1},
    {"15 errors end a sequence", [](auto& p) { p.drc.connector_errors_end = false; },
     [](Rig& r) {
       r.start_walk(cpu(1), Rig::kWork);
       EXPECT_EQ(r.walk(Rig::kWork), 2);
       ScriptedAnswer answer;
       answer.site = "rtas.ibm,configure-connector";
       answer.outcome = "not_supported_in_connector";
       r.choices = ScriptedChoices({answer});
       EXPECT_EQ(r.walk(Rig::kWork), -9002);
       return r.walk(Rig::kWork);
     }, -1, 3},
    {"29 top level is closed", [](auto& p) { p.drc.connector_closes_top_level = true; },
     [](Rig& r) {
       const auto steps = r.configure(lmb(7), Rig::kWork);
       return std::stoi(steps[steps.size() - 2]);
     }, 3, 4},
    {"29 siblings through the parent", [](auto& p) { p.drc.siblings_through_parent = true; },
     [](Rig& r) {
       EXPECT_EQ(r.isolation(cpu(1), 0), 0);
       EXPECT_EQ(r.isolation(cpu(1), 1), 0);
       const auto steps = r.configure(cpu(1), Rig::kWork);
       return static_cast<std::int32_t>(std::count(steps.begin(), steps.end(), "4"));
     }, 0, 2},
    {"12 owned connectors below", [](auto& p) { p.drc.configure_passes_owned = true; },
     [](Rig& r) {
       const auto steps = r.configure(kCardPhb, Rig::kWork);
       return static_cast<std::int32_t>(
           std::count_if(steps.begin(), steps.end(), [](const std::string& step) {
             return step == "2 pci@0" || step == "2 pci14e4,1657@0";
           }));
     }, 0, 2},
    {"16 name of the memory fragment", [](auto& p) { p.drc.memory_region_node = true; },
     [](Rig& r) {
       const std::string first = r.configure(lmb(7), Rig::kWork).front();
       if (first.starts_with("2 memory@")) return 1;
       return first.starts_with("2 ibm,memory-region@") ? 2 : 0;
     }, 1, 2},
};

const Flip kSlotsTable[] = {
    {"4 power off in use", [](auto& p) { p.drc.power_off_in_use_status = -9000; },
     [](Rig& r) { return r.set_power(kCardDomain, 0).status; }, -1, -9000},
    {"4 unknown domain", [](auto& p) { p.drc.power_parameter_status = -1; },
     [](Rig& r) { return r.set_power(99, 0).status; }, -3, -1},
    {"4 unknown level", [](auto& p) { p.drc.power_parameter_status = -1; },
     [](Rig& r) { return r.set_power(kCardDomain, 7).status; }, -3, -1},
    {"5 domain -1", [](auto& p) { p.drc.live_domain_echoes = true; },
     [](Rig& r) {
       const auto reply = r.set_power(0xffffffff, 55);
       return reply.status == 0 ? static_cast<std::int32_t>(reply.value) : reply.status;
     }, -3, 55},
    {"5 level of domain -1", [](auto& p) { p.drc.live_domain_echoes = true; },
     [](Rig& r) { return r.get_power(0xffffffff).status; }, -3, 0},
    {"19 unisolate of the empty and off",
     [](auto& p) { p.drc.unisolate_empty_off_status = -3; },
     [](Rig& r) { return r.isolation(kEmpty, 1); }, 0, -3},
    {"unisolate of the empty and on", [](auto& p) { p.drc.unisolate_empty_status = -3; },
     [](Rig& r) {
       EXPECT_EQ(r.set_power(kEmptyDomain, 100).status, 0);
       return r.isolation(kEmpty, 1);
     }, 0, -3},
    {"unisolate without power", [](auto& p) { p.drc.unisolate_off_status = -9001; },
     [](Rig& r) { r.plug(CardFit::fits); return r.isolation(kEmpty, 1); }, -1, -9001},
    {"11 harmful card", [](auto& p) { p.drc.harmful_card_status = -9005; },
     [](Rig& r) {
       r.plug(CardFit::harmful);
       EXPECT_EQ(r.set_power(kEmptyDomain, 100).status, 0);
       return r.isolation(kEmpty, 1);
     }, -9004, -9005},
    {"7 configure without power", [](auto& p) { p.drc.configure_off_status = 0; },
     [](Rig& r) { return last(r.configure(kEmpty, Rig::kWork)); }, -1, 0},
    {"7 configure of the isolated slot",
     [](auto& p) { p.drc.configure_isolated_slot_status = -9003; },
     [](Rig& r) {
       EXPECT_EQ(r.isolation(kCard, 0), 0);
       return last(r.configure(kCard, Rig::kWork));
     }, 0, -9003},
    {"8 isolate of the unconfigured slot",
     [](auto& p) { p.drc.isolate_unconfigured_allowed = false; },
     [](Rig& r) {
       EXPECT_EQ(r.isolation(kCard, 0), 0);
       EXPECT_EQ(r.isolation(kCard, 1), 0);
       return r.isolation(kCard, 0);
     }, 0, -3},
    {"18 empty slot at boot", [](auto& p) { p.drc.empty_slot_boots_off = false; },
     [](Rig& r) { return static_cast<std::int32_t>(r.get_power(kEmptyDomain).value); }, 0, 100},
    {"31 delay of 9003", [](auto& p) {
       p.drc.extended_delay_everywhere = true;
       p.drc_timing.allocation = std::chrono::milliseconds{20};
     },
     [](Rig& r) {
       EXPECT_EQ(r.isolation(cpu(1), 0), 0);
       return r.allocation(cpu(1), 0);
     }, 0, 9901},
};

void walk_table(std::span<const Flip> table) {
  for (const Flip& flip : table) {
    SCOPED_TRACE(flip.what);
    Rig phyp(quick_profile());
    EXPECT_EQ(flip.ask(phyp), flip.phyp);
    FirmwareProfile profile = quick_profile();
    flip.change(profile);
    Rig other(profile);
    EXPECT_EQ(flip.ask(other), flip.flipped);
    EXPECT_THAT(phyp.hypervisor.inconsistencies(), ::testing::IsEmpty());
    EXPECT_THAT(other.hypervisor.inconsistencies(), ::testing::IsEmpty());
  }
}

TEST(OpenReadings, OfLogicalConnectors) { walk_table(kLogical); }
TEST(OpenReadings, OfConfigureConnector) { walk_table(kConnector); }
TEST(OpenReadings, OfPhysicalSlots) { walk_table(kSlotsTable); }

// In the exclusive model the HMC's assignment is the acquisition, and 9003=usable does nothing.
TEST(ExclusiveModel, SlotIsUsableWithItsPhysicalConnector) {
  FirmwareProfile profile = quick_profile();
  profile.drc.hmc_assigns_usable = true;
  Rig rig(profile);
  EXPECT_EQ(rig.hypervisor.assign_slot(kFreeCardSlot, Rig::kId).status, AssignStatus::done);
  EXPECT_EQ(rig.state(kFreeCardSlot), DrcState::available);
  EXPECT_EQ(rig.state(kFreeCard), DrcState::powered_off);
  EXPECT_EQ(rig.isolation(kFreeCardSlot, 1), 0);
  EXPECT_EQ(rig.isolation(kFreeCardSlot, 0), 0);
  EXPECT_EQ(rig.allocation(kFreeCardSlot, 0), 0);
  const bool refused = rig.allocation(kFreeCardSlot, 1) == -3;
  Rig mixed(quick_profile());
  EXPECT_EQ(mixed.hypervisor.assign_slot(kFreeCardSlot, Rig::kId).status, AssignStatus::done);
  EXPECT_RULE("13.7-a (no R1 number)", refused && mixed.allocation(kFreeCardPhb, 1) == 0);
  EXPECT_THAT(rig.hypervisor.inconsistencies(), ::testing::IsEmpty());
}

// LMBs of 16 MiB, so that the argument block can lie in memory that has a connector.
TEST(CallerInside, DoesNotIsolateTheMemoryItCallsFrom) {
  for (const std::int32_t status : {-1, 0}) {
    FirmwareProfile profile = quick_profile();
    profile.drc.caller_inside_isolate_status = status;
    profile.tree.rma_bytes = 16ULL << 20;
    PlatformConfig machine = full_machine();
    machine.lmb_bytes = 16ULL << 20;
    ManualClock clock;
    ScriptedChoices choices{{}};
    EventLog log{clock};
    SeenEvents events;
    TestMemory memory{64U << 20};
    Hypervisor hypervisor(machine, profile, {clock, choices, log}, events);
    ASSERT_EQ(hypervisor.power_on(kDedicated, memory).status, AssignStatus::done);
    const auto tree = unflatten(hypervisor.client_architecture_support(kDedicated, {}));
    const std::uint32_t token =
        load_be32(tree->find("/rtas")->property("set-indicator")->value.data());
    const auto isolate_from = [&](std::uint64_t block) {
      memory.write(GuestAddress{block},
                   CellWriter{}.u32(token).u32(3).u32(1).u32(9001).u32(lmb(2).value).u32(0).u32(7)
                       .take());
      return hypervisor
          .rtas_commit(hypervisor.rtas_enter(kDedicated, ServerNumber{0}, GuestAddress{block}))
          .status;
    };
    EXPECT_EQ(isolate_from(0x2100000), status) << "inside of LMB 2";
    EXPECT_EQ(isolate_from(0x1000), 0);
  }
}

}  // namespace
}  // namespace lparsim::firmware
