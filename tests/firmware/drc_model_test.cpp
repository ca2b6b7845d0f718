// Random calls on all connectors of two partitions, with an HMC and a person at the machine beside
// them, against a second, small reading of DRC.md 5 to 7 that shares nothing with the tables; the
// firmware's own books are looked over after every call.
#include <map>
#include <set>

#include "drc_machine.hpp"
#include "sim/base/random.hpp"

namespace lparsim::firmware {
namespace {

// One connector as the model sees it.
struct Thing {
  std::string state;                 // as to_string(DrcState)
  bool mapped = false;
  char by = 'u';                     // how it was obtained: usable, exchange, recovery
  bool is_physical() const { return state[0] == 'P'; }
  bool is_owned() const { return state == "L2" || state == "L3" || state == "L4"; }
};

struct Expected {
  std::int32_t status = 0;
  std::uint32_t value = 0;           // of the sensor, or the power level
};

struct Guest {
  PartitionId id;
  TestMemory memory{1U << 20};
  std::map<std::uint32_t, Thing> things;   // by DRC index
  std::set<std::uint32_t> running{0};      // hardware threads
};

class Model : public MachineTest {
 protected:
  Model() {
    EXPECT_EQ(hypervisor.power_on(kShared, other.memory).status, AssignStatus::done);
    dedicated.id = id;
    other.id = kShared;
    for (Guest* guest : {&dedicated, &other}) {
      for (std::size_t type = 0; type <= static_cast<std::size_t>(DrcType::hot_plug); ++type) {
        for (const DrcView& drc : hypervisor.drcs(guest->id, static_cast<DrcType>(type))) {
          guest->things[drc.index.value].state = to_string(drc.state);
          all.insert(drc.index.value);
        }
      }
    }
  }

  // -- the surroundings, as the machine was described -------------------------------------------
  static std::uint32_t above(std::uint32_t drc) {
    static const std::map<std::uint32_t, std::uint32_t> kAbove = {
        {kSlot.value, kPhb.value},           {kFreeSlot.value, kFreePhb.value},
        {kCardSlot.value, kCardPhb.value},   {kEmptySlot.value, kEmptyPhb.value},
        {kFreeCardSlot.value, kFreeCardPhb.value}, {kLiveSlot.value, 0x20000023},
        {kCard.value, kCardSlot.value},      {kEmpty.value, kEmptySlot.value},
        {kFreeCard.value, kFreeCardSlot.value}, {kLive.value, kLiveSlot.value},
        {kPort.value, kSlot.value},          {kFreePort.value, kSlot.value},
        {kFunction.value, kFacility.value},  {kFreeFunction.value, kFreeFacility.value}};
    const auto found = kAbove.find(drc);
    return found == kAbove.end() ? 0 : found->second;
  }
  bool above_open(const Guest& guest, std::uint32_t drc) const {
    const std::uint32_t up = above(drc);
    return up == 0 || guest.things.at(up).state == "L3" || guest.things.at(up).state == "L4";
  }
  bool below_blocks(const Guest& guest, std::uint32_t drc) const {
    for (const auto& [index, thing] : guest.things) {
      if (above(index) != drc) continue;
      if (thing.is_owned() || thing.state == "P7" || thing.state == "P8") return true;
      if (thing.state == "L1x" || thing.state == "L1r") return true;
    }
    return false;
  }
  bool runs(const Guest& guest, std::uint32_t drc) const {
    const std::uint32_t first = drc & 0x0fffffff;
    const auto at = guest.running.lower_bound(first);
    return drc >> 28 == 1 && at != guest.running.end() && *at < first + 8;
  }
  static std::uint32_t physical_below(std::uint32_t slot) {
    for (const DrcIndex drc : {kCard, kEmpty, kFreeCard, kLive}) {
      if (above(drc.value) == slot) return drc.value;
    }
    return 0;
  }
  void slot_changes(Guest& guest, std::uint32_t slot, bool owned) {
    const std::uint32_t drc = physical_below(slot);
    if (drc == 0) return;
    guest.things[drc].state = !owned ? "P0" : drc == kLive.value ? "P6" : "P5";
  }

  // -- DRC.md 5 -----------------------------------------------------------------------------------
  Expected allocate(Guest& guest, std::uint32_t drc, std::uint32_t value) {
    Thing& t = guest.things.at(drc);
    if (value > 3) return {-3};
    if (value == 0) {
      if (t.state == "L3" || t.state == "L4") return {-3};
      if (t.state == "L2") given_back(guest, drc);
      return {0};
    }
    const char verb = value == 1 ? 'u' : value == 2 ? 'x' : 'r';
    if (t.is_owned()) return {value == 1 || t.by == verb ? 0 : -3};
    const std::string fitting = value == 1 ? "L1a" : value == 2 ? "L1x" : "L1r";
    if (t.state != fitting || !above_open(guest, drc)) return {-3};
    t.state = "L2";
    t.by = verb;
    slot_changes(guest, drc, true);
    return {0};
  }
  Expected isolate(Guest& guest, std::uint32_t drc) {
    Thing& t = guest.things.at(drc);
    if (!t.is_owned()) return {-3};
    if (t.state == "L2") return {0};
    if (runs(guest, drc)) return {-1};
    if (below_blocks(guest, drc)) return {-9000};
    if (t.state == "L4" && t.mapped && drc >> 28 != 1) return {-9001};
    t.state = "L2";
    return {0};
  }
  Expected unisolate(Guest& guest, std::uint32_t drc) {
    Thing& t = guest.things.at(drc);
    if (!t.is_owned()) return {-3};
    if (t.state == "L2") t.state = "L3";
    return {0};
  }
  Expected logical_sense(const Guest& guest, std::uint32_t drc) const {
    const Thing& t = guest.things.at(drc);
    return {0, t.is_owned() ? 1U : t.state == "L1x" ? 3U : t.state == "L1r" ? 4U : 2U};
  }
  std::int32_t logical_configure(Guest& guest, std::uint32_t drc) {
    Thing& t = guest.things.at(drc);
    if (!t.is_owned()) return -9003;
    if (t.state == "L3") t.state = "L4";
    return 0;
  }
  // The HMC's target decides whether it stays promised.
  void given_back(Guest& guest, std::uint32_t drc) {
    Thing& t = guest.things.at(drc);
    t.state = "L1a", t.mapped = false, t.by = 'u';
    slot_changes(guest, drc, false);
    const PartitionView view = hypervisor.partition(guest.id);
    const auto held = [&](std::uint32_t type) {
      return std::count_if(guest.things.begin(), guest.things.end(), [&](const auto& entry) {
        const std::string& s = entry.second.state;
        return entry.first >> 28 == type && s != "L1b" && s != "L1x" && s != "L1r";
      });
    };
    if (drc >> 28 == 1 && held(1) > view.pending_procs) t.state = "L1b";
    // Boot memory without connectors is held as well.
    if (drc >> 28 == 8 && held(8) + kBootMemory > view.pending_lmbs) t.state = "L1b";
  }
  static constexpr int kBootMemory = 2;   // LMBs without connectors: 512 MiB

  // -- DRC.md 6 -----------------------------------------------------------------------------------
  Expected physical(Guest& guest, std::uint32_t drc, std::uint32_t kind, std::uint32_t value) {
    Thing& t = guest.things.at(drc);
    if (t.state == "P0" || kind == 9003) return {-3};
    const bool card = hypervisor.hot_plug_slot(DrcIndex{drc})->card;
    if (kind == 9002) return {value <= 3 ? 0 : -3};
    if (value > 1) return {-3};
    if (value == 0) {
      if (t.state == "P7" || t.state == "P8") t.state = "P6";
      return {0};
    }
    if (t.state == "P5") return {card ? -1 : 0};
    if (t.state == "P6" && card) t.state = "P7";
    return {0};
  }
  Expected power(Guest& guest, std::uint32_t domain, std::optional<std::uint32_t> level) {
    static const std::map<std::uint32_t, std::uint32_t> kDomains = {
        {kCardDomain, kCard.value}, {kEmptyDomain, kEmpty.value}, {kFreeDomain, kFreeCard.value}};
    const auto found = kDomains.find(domain);
    if (found == kDomains.end() || guest.things.at(found->second).state == "P0") return {-3};
    Thing& t = guest.things.at(found->second);
    if (level && *level != 0 && *level != 100) return {-3};
    if (level && *level == 0 && (t.state == "P7" || t.state == "P8")) return {-1, 100};
    if (level && *level == 0) t.state = "P5";
    if (level && *level == 100 && t.state == "P5") t.state = "P6";
    return {0, t.state == "P5" ? 0U : 100U};
  }
  std::int32_t physical_configure(Guest& guest, std::uint32_t drc) {
    Thing& t = guest.things.at(drc);
    if (t.state == "P0") return -3;
    if (t.state == "P5") return -1;
    const bool card = hypervisor.hot_plug_slot(DrcIndex{drc})->card;
    if (card && t.state == "P7") t.state = "P8";
    return 0;
  }

  // -- one call both ways -------------------------------------------------------------------------
  Reply call(Guest& guest, std::string_view name, std::initializer_list<std::uint32_t> in,
             std::uint32_t outputs) {
    TestMemory& ram = &guest == &dedicated ? memory : guest.memory;
    CellWriter block;
    block.u32(tokens.at(std::string(name))).u32(static_cast<std::uint32_t>(in.size()));
    block.u32(outputs);
    for (const std::uint32_t cell : in) block.u32(cell);
    for (std::uint32_t i = 0; i < outputs; ++i) block.u32(0);
    ram.write(GuestAddress{kBlock}, block.take());
    const std::uint32_t server = *guest.running.begin();
    const RtasEntry entry =
        hypervisor.rtas_enter(guest.id, ServerNumber{server}, GuestAddress{kBlock});
    const RtasReply reply = hypervisor.rtas_commit(entry);
    const std::size_t first = kBlock + 12 + in.size() * 4;
    return {reply.status, outputs > 1 ? ram.cell(first + 4) : 0, reply.parks};
  }
  std::int32_t whole_walk(Guest& guest, std::uint32_t drc) {
    TestMemory& ram = &guest == &dedicated ? memory : guest.memory;
    ram.write(GuestAddress{kWork}, CellWriter().u32(drc).u32(0).take());
    std::int32_t status = 1;
    while (status > 0) status = call(guest, "ibm,configure-connector", {kWork, 0}, 1).status;
    return status;
  }
  void set_indicator(Guest& guest, std::uint32_t drc, Random& random) {
    const std::uint32_t kind = 9001 + static_cast<std::uint32_t>(random.below(3));
    const auto value = static_cast<std::uint32_t>(random.below(random.below(9) == 0 ? 6 : 2));
    const Thing before = guest.things.at(drc);
    Expected expected{-3};
    if (before.is_physical()) {
      expected = physical(guest, drc, kind, value);
    } else if (kind == 9001) {
      if (value == 0) expected = isolate(guest, drc);
      if (value == 1) expected = unisolate(guest, drc);
    } else if (kind == 9003) {
      expected = allocate(guest, drc, value);
    }
    EXPECT_EQ(call(guest, "set-indicator", {kind, drc, value}, 1).status, expected.status)
        << kind << "=" << value << " on " << std::hex << drc << " in " << before.state;
  }
  void ask(Guest& guest, std::uint32_t drc, Random& random) {
    switch (random.below(5)) {
      case 0: {
        const Reply reply = call(guest, "get-sensor-state", {9003, drc}, 2);
        Expected expected = {-3};
        if (!guest.things.at(drc).is_physical()) expected = logical_sense(guest, drc);
        if (guest.things.at(drc).is_physical() && guest.things.at(drc).state != "P0") {
          expected = {0, hypervisor.hot_plug_slot(DrcIndex{drc})->card ? 1U : 0U};
        }
        EXPECT_EQ(reply.status, expected.status);
        if (reply.status == 0) { EXPECT_EQ(reply.value, expected.value); }
        return;
      }
      case 1: {
        const bool physical_one = guest.things.at(drc).is_physical();
        const std::int32_t expected =
            physical_one ? physical_configure(guest, drc) : logical_configure(guest, drc);
        EXPECT_EQ(whole_walk(guest, drc), expected) << std::hex << drc;
        return;
      }
      case 2: {
        const auto domain = static_cast<std::uint32_t>(random.below(5));
        const std::uint32_t level = random.below(2) == 0 ? 100 : random.below(9) == 0 ? 5 : 0;
        const Expected expected = power(guest, domain, level);
        const Reply reply = call(guest, "set-power-level", {domain, level}, 2);
        EXPECT_EQ(reply.status, expected.status);
        if (reply.status == 0) { EXPECT_EQ(reply.value, expected.value); }
        EXPECT_EQ(call(guest, "get-power-level", {domain}, 2).status,
                  power(guest, domain, std::nullopt).status);
        return;
      }
      default: return set_indicator(guest, drc, random);
    }
  }
  void run_thread(Guest& guest, std::uint32_t drc, Random& random) {
    if (drc >> 28 != 1) return;
    const std::uint32_t server = (drc & 0x0fffffff) + static_cast<std::uint32_t>(random.below(8));
    if (guest.running.count(server) != 0) {
      if (guest.running.size() == 1) return;
      const RtasEntry entry = stop_entry(guest, server);
      EXPECT_TRUE(hypervisor.rtas_commit(entry).parks);
      guest.running.erase(server);
      return;
    }
    const std::string& state = guest.things.at(drc).state;
    const bool open = state == "L3" || state == "L4";
    const std::int32_t status = call(guest, "start-cpu", {server, 0x60, 0}, 1).status;
    EXPECT_EQ(status, open ? 0 : -3) << state;
    if (status == 0) guest.running.insert(server);
  }
  RtasEntry stop_entry(Guest& guest, std::uint32_t server) {
    TestMemory& ram = &guest == &dedicated ? memory : guest.memory;
    ram.write(GuestAddress{kBlock},
              CellWriter{}.u32(tokens.at("stop-self")).u32(0).u32(1).u32(0).take());
    return hypervisor.rtas_enter(guest.id, ServerNumber{server}, GuestAddress{kBlock});
  }

  // -- HMC and people: what they may move is only what no OS owns ---------------------------------
  void outside(Guest& guest, std::uint32_t drc, Random& random) {
    const DrcIndex index{drc};
    switch (random.below(8)) {
      case 0: hypervisor.set_processors(guest.id, 1 + static_cast<int>(random.below(5))); break;
      case 1: hypervisor.set_lmbs(guest.id, 4 + static_cast<std::uint32_t>(random.below(8))); break;
      case 2: hypervisor.offer(guest.id, index,
                               random.below(2) == 0 ? Offer::exchange : Offer::recovery); break;
      case 3: hypervisor.withdraw_offer(guest.id, index); break;
      case 4: hypervisor.assign_slot(index, guest.id); break;
      case 5: hypervisor.assign_resource(index, guest.id); break;
      case 6:
        if (random.below(2) == 0) hypervisor.insert_card(index); else hypervisor.pull_card(index);
        break;
      default: {
        Thing& thing = guest.things.at(drc);
        const bool want = random.below(2) == 0;
        EXPECT_EQ(hypervisor.set_mapped(guest.id, index, want),
                  !want || thing.is_owned()) << std::hex << drc;
        thing.mapped = want && thing.is_owned();
      }
    }
    follow_hmc();
  }
  // Which unowned connectors are promised is the HMC's business: looked up. Owned ones never move.
  void follow_hmc() {
    for (Guest* guest : {&dedicated, &other}) {
      for (auto& [index, thing] : guest->things) {
        const std::string now{to_string(hypervisor.drc(guest->id, DrcIndex{index})->state)};
        if (thing.is_owned() || thing.is_physical()) {
          ASSERT_EQ(now, thing.state) << std::hex << index;
        } else {
          ASSERT_TRUE(now[1] == '1') << now;
          thing.state = now;
        }
      }
    }
  }
  void compare() {
    for (Guest* guest : {&dedicated, &other}) {
      for (const auto& [index, thing] : guest->things) {
        ASSERT_EQ(to_string(hypervisor.drc(guest->id, DrcIndex{index})->state), thing.state)
            << std::hex << index << " of partition " << std::dec << guest->id.value;
      }
    }
  }

  Guest dedicated, other;
  std::set<std::uint32_t> all;
};

TEST_F(Model, AgreesWithTheFirmwareOnRandomCalls) {
  Random random(20260725);
  const std::vector<std::uint32_t> indexes(all.begin(), all.end());
  std::map<std::string, int> seen;
  for (int round = 0; round < 30000 && !HasFailure(); ++round) {
    Guest& guest = random.below(3) == 0 ? other : dedicated;
    const std::uint32_t drc = indexes[random.below(indexes.size())];
    if (guest.things.count(drc) == 0) continue;
    SCOPED_TRACE("round " + std::to_string(round));
    const auto what = random.below(12);
    if (what == 0) outside(guest, drc, random);
    else if (what == 1) run_thread(guest, drc, random);
    else ask(guest, drc, random);
    if (round % 16 == 0) compare();
    ASSERT_THAT(hypervisor.inconsistencies(), ::testing::IsEmpty());
    ++seen[guest.things.at(drc).state];
  }
  compare();
  for (const char* state : {"L1b", "L1a", "L1x", "L1r", "L2", "L3", "L4", "P0", "P5", "P6", "P7",
                            "P8"}) {
    EXPECT_GT(seen[state], 10) << state << " was hardly reached";
  }
}

}  // namespace
}  // namespace lparsim::firmware
