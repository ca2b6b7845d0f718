// One table of interrupt sources for all that raise, route and end interrupts (LoPAR 6.2.1, 7.3.10,
// 14.5.4.7).
#include <set>

#include "firmware/device_tree/numbering.hpp"
#include "hcall_guest.hpp"
#include "pci_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kEoi = 0x64, kCppr = 0x68, kXirr = 0x74;
constexpr std::uint32_t kEpow = 0x1000, kPlug = 0x1001, kIo = 0x1002;

class Routed : public HcallTest {
 protected:
  explicit Routed(std::string_view profile = "phyp") : HcallTest(profile) {}
  std::int32_t set(std::uint32_t source, std::uint32_t server, std::uint32_t priority) {
    return rtas("ibm,set-xive", {source, server, priority}).status;
  }
  bool warn() { return hypervisor.raise(id, EpowEvent{2, 0, false, 0}); }
  // What a thread accepts; its priority is open again afterwards.
  std::uint32_t accept(std::uint32_t server) {
    EXPECT_EQ(hcall(kCppr, {0xff}, server), kSuccess);
    EXPECT_EQ(hcall(kXirr, {}, server), kSuccess);
    const auto source = static_cast<std::uint32_t>(r[0] & 0xff'ffff);
    if (source != 0) {
      EXPECT_EQ(hcall(kEoi, {0xff00'0000ULL | source}, server), kSuccess);
    }
    return source;
  }
};

TEST_F(Routed, AnEventGoesToTheServerAndAtThePriorityThatWereSet) {
  ASSERT_EQ(set(kEpow, 8, 4), 0);
  ASSERT_TRUE(warn());
  EXPECT_EQ(events.interrupts, std::vector<std::uint32_t>{kEpow});
  EXPECT_EQ(accept(0), 0U);
  EXPECT_EQ(hcall(kCppr, {4}, 8), kSuccess);
  EXPECT_EQ(hcall(kXirr, {}, 8), kSuccess);
  EXPECT_EQ(r[0] & 0xff'ffff, 0U) << "not more favoured than the thread";
  EXPECT_EQ(hcall(kCppr, {5}, 8), kSuccess);
  EXPECT_EQ(hcall(kXirr, {}, 8), kSuccess);
  EXPECT_EQ(r[0] & 0xff'ffff, kEpow);
}

TEST_F(Routed, WhatIsMaskedIsSignalledWhenItIsUnmasked) {
  ASSERT_EQ(set(kEpow, 0, 5), 0);
  ASSERT_EQ(rtas("ibm,int-off", {kEpow}).status, 0);
  ASSERT_TRUE(warn());
  EXPECT_RULE("R1-6.2.1-15", events.interrupts.empty());
  EXPECT_RULE("R1-6.2.1-15", accept(0) == 0);
  ASSERT_EQ(rtas("ibm,int-on", {kEpow}).status, 0);
  EXPECT_EQ(events.interrupts, std::vector<std::uint32_t>{kEpow});
  EXPECT_EQ(accept(0), kEpow);
  ASSERT_EQ(set(kEpow, 0, 0xff), 0);
  ASSERT_TRUE(warn());
  EXPECT_RULE("R1-6.2.1-15", events.interrupts.size() == 1 && accept(0) == 0);
  ASSERT_EQ(set(kEpow, 8, 6), 0);
  EXPECT_EQ(events.interrupts.size(), 2U);
  EXPECT_EQ(accept(8), kEpow);
}

TEST_F(Routed, OnlySourcesThatWereGivenCanBeEnded) {
  const auto end = [&](std::uint32_t source) { return hcall(kEoi, {0xff00'0000ULL | source}); };
  EXPECT_EQ(end(kEpow), kSuccess);
  EXPECT_EQ(end(kIo), kSuccess);
  EXPECT_EQ(end(kPlug), kParameter) << "hot-plug interrupts were not negotiated";
  EXPECT_EQ(end(2), kSuccess) << "interprocessor interrupts";
  EXPECT_EQ(set(2, 0, 5), -3) << "which go where they are sent";
  negotiate_interrupts();
  EXPECT_EQ(end(kPlug), kSuccess);
}

class RoutedByQemu : public Routed {
 protected:
  RoutedByQemu() : Routed("qemu") {}
};

TEST_F(RoutedByQemu, HasNoIoEventsToEnd) {
  EXPECT_EQ(hcall(kEoi, {0xff00'0000ULL | kIo}), kParameter);
}

TEST_F(RoutedByQemu, NoSlotHasTheSourceOfItsNvram) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  const Node* nvram = tree->find("/vdevice/nvram@71000000");
  ASSERT_NE(nvram, nullptr);
  const std::uint32_t source = load_be32(nvram->property("interrupts")->value.data());
  std::set<std::uint32_t> all{source};
  for (std::uint16_t slot = 0; slot < 0x400; ++slot) {
    EXPECT_TRUE(all.insert(virtual_source(*find_profile("qemu"), slot)).second) << slot;
  }
  EXPECT_EQ(set(source, 0, 5), -3) << "of no slot";
}

TEST_F(PciGuest, TheSourceOfAnAdapterCanBeEnded) {
  const auto own = source(kBridgedPhb, kBehind, 0);
  ASSERT_EQ(own[0], 0U);
  const auto end = [&](std::uint32_t number) {
    std::array<std::uint64_t, 9> r{0xff00'0000ULL | number};
    return hypervisor.hcall(id, ServerNumber{0}, kEoi, r).status;
  };
  EXPECT_EQ(end(own[1]), 0);
  EXPECT_EQ(end(own[1] + 0x200), -4) << "of another partition's slot";
}

}  // namespace
}  // namespace lparsim::firmware
