// Seeded random sequences of EEH, MSI, DMA-window and DR calls on several endpoints, against a
// small model that knows nothing of the firmware's tables.
#include <optional>
#include <set>

#include "sim/base/random.hpp"
#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kOnes = 0xffff'ffff, kError = 0xffff'fffd;

FirmwareProfile tight() {
  FirmwareProfile profile = *find_profile("phyp");
  profile.pci.extra_msis = 12;
  return profile;
}
const FirmwareProfile kTight = tight();

// What the text says about one endpoint, in plain words.
struct Endpoint {
  DrcIndex phb, slot;
  std::uint32_t most_msi, most_msi_x;          // of function 0
  std::uint32_t initial_of_others;             // messages of the other functions
  // DR: the slot is 0 unusable, 1 isolated, 2 unisolated
  int dr = 2;
  int state = 0;                               // 0, 1, 2, 4; 5 recovering, 6 permanent
  bool from_reset = false;                     // recovering: back to 1, else to 2
  TimePoint back{};
  std::uint32_t messages = 1;
  bool has_default = true, has_own = false;
  std::uint32_t own_liobn = 0;
};

class PciRandom : public PciGuest, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  PciRandom() : PciGuest(kTight) {
    ends = {{kPhb, kSlot, 1, 17, 0}, {kPairPhb, kPairSlot, 4, 0, 1},
            {kBridgedPhb, kBridgedSlot, 4, 0, 0}};
  }
  std::uint32_t address(const Endpoint& e) const { return e.phb == kBridgedPhb ? kBehind : 0; }

  void pass_time(Endpoint& e) const {
    if (e.state != 5 || clock.now() < e.back) return;
    e.state = e.from_reset ? 1 : 2;
  }
  bool up(const Endpoint& e) const { return e.dr == 2; }

  std::int32_t expected(Endpoint& e, int call) {
    if (e.dr == 0) return -3;
    if (!up(e) || e.state >= 5) return -7;
    switch (call) {
      case 0:                                  // release MMIO
        if (e.state == 2) return e.state = 4, 0;
        return e.state == 1 ? -7 : -3;
      case 1:                                  // release DMA
        if (e.state == 4) return e.state = 0, 0;
        return e.state == 0 ? -3 : -7;
      case 2:                                  // deactivate
        if (e.state <= 1) return e.state = 0, 0;
        return e.state == 2 ? -7 : -3;
      default: e.state = 1; return 0;          // activate
    }
  }

  void eeh_call(Endpoint& e, Random& random) {
    const auto call = static_cast<int>(random.below(4));
    const std::int32_t wanted = expected(e, call);
    const std::int32_t got = call < 2 ? eeh(e.phb, call == 0 ? 2 : 3)
                                      : reset(e.phb, call == 2 ? 0 : 1);
    EXPECT_EQ(got, wanted) << "call " << call;
  }

  void error(Endpoint& e, Random& random) {
    const auto kind = random.below(8);
    if (kind < 5) {
      EXPECT_EQ(hypervisor.pci_error(e.slot, PciError::stopped), up(e));
      if (up(e) && (e.state == 0 || e.state == 4)) e.state = 2;
    } else if (kind < 7) {
      EXPECT_EQ(hypervisor.pci_error(e.slot, PciError::recovering, 2s), up(e));
      if (!up(e) || e.state == 6) return;
      if (e.state != 5) e.from_reset = e.state == 1;
      e.state = 5;
      e.back = clock.now() + 2s;
    } else {
      EXPECT_EQ(hypervisor.pci_error(e.slot, PciError::unavailable), up(e));
      if (up(e)) e.state = 6;
    }
  }

  void dr_step(Endpoint& e, Random& random) {
    const bool back = random.below(2) == 0;
    if (e.dr == 2) {
      EXPECT_EQ(isolation(e.slot, 0), 0);
      e.dr = 1;
      if (e.state <= 4) e.state = 0;
      e.from_reset = false;
      e.messages = 0;
    } else if (e.dr == 1 && back) {
      EXPECT_EQ(isolation(e.slot, 1), 0);
      e.dr = 2;
      e.messages = 1;
      e.has_default = true;
      e.has_own = false;
    } else if (e.dr == 1) {
      EXPECT_EQ(allocation(e.slot, 0), 0);
      e.dr = 0;
      e.state = 0;
    } else {
      EXPECT_EQ(allocation(e.slot, 1), 0);
      e.dr = 1;
    }
  }

  void msi(Endpoint& e, Random& random) {
    const bool x = e.most_msi_x > 0 && random.below(2) == 0;
    const auto wanted = static_cast<std::uint32_t>(random.below(20));
    const auto out = change_msi(e.phb, address(e), x ? 4 : 3, wanted);
    if (!up(e) || e.state >= 5) {
      EXPECT_EQ(out[0], up(e) ? kOnes : kError);
      return;
    }
    std::uint32_t store = kTight.pci.extra_msis;
    for (const Endpoint& other : ends) {
      if (&other != &e && other.messages > 1) store -= other.messages - 1;
    }
    std::uint32_t most = std::min({wanted, x ? e.most_msi_x : e.most_msi, store + 1});
    if (!x) {
      while ((most & (most - 1)) != 0) --most;
    }
    EXPECT_EQ(out[0], 0U);
    EXPECT_EQ(out[1], most);
    e.messages = most;
  }

  void window(Endpoint& e, Random& random) {
    const std::uint32_t default_liobn = 0x6000'0000U + e.phb.value;
    const bool room_for_two = e.has_own && !e.has_default;
    if (!room_for_two && random.below(2) == 0) {
      const auto out = create_window(e.phb, 16, 30);
      const bool can = up(e) && !e.has_own;
      EXPECT_EQ(out[0], can ? 0 : kError);
      if (!can) return;
      e.has_own = true;
      e.own_liobn = out[1];
    } else if (random.below(2) == 0) {
      const bool can = up(e) && e.has_own;
      EXPECT_EQ(remove_window(e.own_liobn), can ? 0 : -3);
      if (!can) return;
      e.has_own = false;
      e.has_default = true;                    // the last one to go brings it back
    } else if (e.has_own) {                    // with one of its own, so that one more fits never
      const bool can = up(e) && e.has_default;
      EXPECT_EQ(remove_window(default_liobn), can ? 0 : -3);
      if (can) {
        e.has_default = false;
        const auto second = create_window(e.phb, 12, 20);
        EXPECT_EQ(second[0], 0U);
        EXPECT_EQ(remove_window(second[1]), 0);
      }
    }
  }

  void compare(Endpoint& e) {
    pass_time(e);
    const auto out = slot_state(e.phb);
    ASSERT_EQ(out[0], 0U);
    const std::uint32_t shown = up(e) ? static_cast<std::uint32_t>(std::min(e.state, 5)) : 5;
    EXPECT_EQ(out[1], shown);
    if (up(e) && e.state == 5) {
      EXPECT_EQ(std::chrono::milliseconds(out[3]),
                std::chrono::ceil<std::chrono::milliseconds>(e.back - clock.now()));
    }
    const bool answers = up(e) && (e.state == 0 || e.state == 4);
    EXPECT_EQ(value(e.phb, 0) != kOnes, answers);
    if (!up(e)) return;
    const auto windows = query_windows(e.phb);
    EXPECT_EQ(windows[1], 2U - (e.has_default ? 1 : 0) - (e.has_own ? 1 : 0));
    EXPECT_EQ(change_msi(e.phb, address(e), 0, 0)[1], e.messages);
  }

  std::vector<Endpoint> ends;
};

TEST_P(PciRandom, FollowsTheModel) {
  Random random(GetParam());
  for (int step = 0; step < 400 && !HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    Endpoint& e = ends[random.below(ends.size())];
    pass_time(e);
    switch (random.below(10)) {
      case 0: case 1: case 2: eeh_call(e, random); break;
      case 3: error(e, random); break;
      case 4: dr_step(e, random); break;
      case 5: case 6: msi(e, random); break;
      case 7: case 8: window(e, random); break;
      default: clock.advance(std::chrono::milliseconds(random.below(1500))); break;
    }
    for (Endpoint& each : ends) compare(each);
    if (step % 50 == 0) expect_sound();
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, PciRandom, ::testing::Range(std::uint64_t{1}, std::uint64_t{13}));

}  // namespace
}  // namespace lparsim::firmware
