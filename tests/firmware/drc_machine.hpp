// A machine with every kind of connector, and a guest with a profile of its own: lp2 holds a SLOT
// with a card in a hot-plug slot (domain 1), an empty one (domain 2), a live-insertion slot and a
// built-in adapter with ports; free are a hot-plug slot (domain 3), and of each resource some.
#pragma once

#include "guest.hpp"

namespace lparsim::firmware {

inline constexpr DrcIndex kCardSlot{0x21010020}, kCard{0x21110020};
inline constexpr DrcIndex kEmptySlot{0x21010021}, kEmpty{0x21110021};
inline constexpr DrcIndex kFreeCardSlot{0x21010022}, kFreeCard{0x21110022};
inline constexpr DrcIndex kLiveSlot{0x21010023}, kLive{0x21110023};
inline constexpr DrcIndex kCardPhb{0x20000020}, kEmptyPhb{0x20000021}, kFreeCardPhb{0x20000022};
inline constexpr DrcIndex kPort{0x25000001}, kFreePort{0x25000002};
inline constexpr DrcIndex kRegion{0x90000001}, kFreeRegion{0x90000002};
inline constexpr DrcIndex kFacility{0x22000001}, kFunction{0x22000011};
inline constexpr DrcIndex kFreeFacility{0x22000002}, kFreeFunction{0x22000012};
inline constexpr std::uint32_t kCardDomain = 1, kEmptyDomain = 2, kFreeDomain = 3;

inline PlatformConfig full_machine() {
  PlatformConfig machine = test_platform();
  const auto add = [&](DrcIndex slot, DrcIndex physical, std::uint32_t domain, bool card,
                       PartitionId owner) {
    SlotConfig config;
    config.drc = slot;
    config.location = "U78D5.ND1.CSS130E-P2-C" + std::to_string(slot.value & 0xff);
    config.owner = owner;
    config.hot_plug = HotPlugConfig{.drc = physical, .power_domain = domain, .card = card};
    machine.slots.push_back(config);
  };
  add(kCardSlot, kCard, kCardDomain, true, kDedicated);
  add(kEmptySlot, kEmpty, kEmptyDomain, false, kDedicated);
  add(kFreeCardSlot, kFreeCard, kFreeDomain, true, kNoPartition);
  add(kLiveSlot, kLive, kLiveInsertion, true, kDedicated);
  machine.resources = {
      {ResourceKind::port, kPort, "Port 1", 0, kSlot, kDedicated},
      {ResourceKind::port, kFreePort, "Port 2", 0, kSlot, kNoPartition},
      {ResourceKind::memory_region, kRegion, "LMB 1", 1, {}, kDedicated, 1ULL << 40, 1ULL << 28},
      {ResourceKind::memory_region, kFreeRegion, "LMB 2", 2, {}, kNoPartition, 2ULL << 40,
       1ULL << 28},
      {ResourceKind::facility, kFacility, "U78D5.ND1.CSS130E-P2-C30", 0, {}, kDedicated},
      {ResourceKind::function, kFunction, "U78D5.ND1.CSS130E-P2-C30-A1", 0, kFacility, kDedicated},
      {ResourceKind::facility, kFreeFacility, "U78D5.ND1.CSS130E-P2-C31", 0, {}, kNoPartition},
      {ResourceKind::function, kFreeFunction, "U78D5.ND1.CSS130E-P2-C31-A1", 0, kFreeFacility,
       kNoPartition},
  };
  return machine;
}

struct OwnProfile {
  FirmwareProfile profile;
};

// Busy times are off unless a test sets them.
inline FirmwareProfile quick_profile(std::string_view name = "phyp") {
  FirmwareProfile profile = *find_profile(name);
  profile.drc_timing = {};
  return profile;
}

class MachineTest : protected OwnProfile, public GuestTest {
 protected:
  explicit MachineTest(const FirmwareProfile& with = quick_profile(),
                       const PlatformConfig& machine = full_machine())
      : OwnProfile{with}, GuestTest(machine, profile, kDedicated) {}

  Reply set_power(std::uint32_t domain, std::uint32_t level) {
    return rtas("set-power-level", {domain, level}, 2);
  }
  Reply get_power(std::uint32_t domain) { return rtas("get-power-level", {domain}, 2); }
  std::int32_t indicator(DrcIndex drc, std::uint32_t to) {
    return rtas("set-indicator", {9002, drc.value, to}).status;
  }
  std::uint8_t light(DrcIndex slot) const { return hypervisor.hot_plug_slot(slot)->indicator; }
  Node tree() const { return *unflatten(hypervisor.flattened_tree(id)); }
  // Isolated and off.
  void offline(DrcIndex physical, std::uint32_t domain) {
    EXPECT_EQ(isolation(physical, 0), 0);
    EXPECT_EQ(set_power(domain, 0).status, 0);
  }
  // The SLOT with its PHB back to the platform's side.
  void release(DrcIndex drc) {
    EXPECT_EQ(isolation(drc, 0), 0);
    EXPECT_EQ(allocation(drc, 0), 0);
  }
};

}  // namespace lparsim::firmware
