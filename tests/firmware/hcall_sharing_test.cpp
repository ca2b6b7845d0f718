// Shared logical resources (LoPAR 17.2.1.5): lp3 serves lp2 through its adapter in slot 13.
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kGrant = 0x1c4, kRescind = 0x1c8, kAccept = 0x1cc, kReturn = 0x1d0;
constexpr std::uint64_t kEnter = 0x8, kRemove = 0x4, kPageInit = 0x2c, kRegisterVpa = 0xdc;
constexpr std::uint64_t kMemoryKind = 1ULL << 40, kIoKind = 2ULL << 40;
constexpr std::uint64_t kInhibitRead = 8ULL << 44, kInhibitWrite = 4ULL << 44,
                        kInhibitGrant = 2ULL << 44, kForced = 1ULL << 40;
constexpr std::uint64_t kAdapter = kUnit + 13;
constexpr std::uint64_t kLmb = 256ULL << 20, kClientTop = 16 * kLmb;   // max_lmbs of lp2
constexpr std::uint64_t kCacheable = 0x10, kReadOnly = 3;

class Sharing : public VioTest {
 protected:
  std::int64_t grant(std::uint64_t flags, std::uint64_t address, std::uint64_t bytes,
                     std::uint64_t unit = kAdapter) {
    return call(kServer, kGrant, {flags, 0, address, bytes, unit});
  }
  std::uint64_t granted(std::uint64_t address, std::uint64_t bytes, std::uint64_t flags = 0) {
    EXPECT_EQ(grant(kMemoryKind | flags, address, bytes), 0);
    return r[0];
  }
  std::uint64_t accepted(std::uint64_t cookie) {
    EXPECT_EQ(call(kClient, kAccept, {cookie}), 0);
    return r[0];
  }
  std::int64_t give_back(std::uint64_t cookie) { return call(kClient, kReturn, {cookie}); }
  std::int64_t rescind(std::uint64_t cookie, std::uint64_t flags = 0) {
    return call(kServer, kRescind, {flags, cookie});
  }
  std::int64_t enter(std::uint64_t address, std::uint64_t protection = 0) {
    return call(kClient, kEnter, {0, 0, 0x1000, address | kCacheable | protection});
  }
  std::int32_t set_indicator(std::uint32_t token, DrcIndex drc, std::uint32_t to) {
    const auto tree = unflatten(hypervisor.flattened_tree(kServer));
    const Node* rtas = tree->find("/rtas");
    CellWriter block;
    block.u32(load_be32(rtas->property("set-indicator")->value.data())).u32(3).u32(1);
    block.u32(token).u32(drc.value).u32(to).u32(0);
    server_memory.write(GuestAddress{0x1000}, block.take());
    const auto entry = hypervisor.rtas_enter(kServer, ServerNumber{0}, GuestAddress{0x1000});
    clock.advance(entry.latency);
    return hypervisor.rtas_commit(entry).status;
  }
  std::int64_t tce(std::uint64_t entry) { return call(kClient, kPutTce, {kPane + 3, 0, entry}); }
};

TEST_F(Sharing, GoesFromTheOwnerToItsClientAndBack) {
  const std::uint64_t cookie = granted(0x8000, 0x2000);
  const std::uint64_t at = accepted(cookie);
  EXPECT_RULE("R1-17.2.1.5-1", at == kClientTop) << "lowest address above its own memory";
  EXPECT_RULE("R1-17.2.1.5-1", rescind(cookie) == -16) << "accepted and not returned";
  put(kServer, 0x8000, 0x1122334455667788);
  EXPECT_EQ(call(kClient, kPageInit, {1ULL << 14, 0x3000, at}), 0);
  EXPECT_RULE("R1-17.2.1.5-1", this->at(kClient, 0x3000) == 0x1122334455667788) << "one memory";
  put(kClient, 0x3000, 0x99);
  EXPECT_EQ(call(kClient, kPageInit, {1ULL << 14, at + 0x1000, 0x3000}), 0);
  EXPECT_EQ(this->at(kServer, 0x9000), 0x99U);
  EXPECT_EQ(call(kClient, kPageInit, {1ULL << 14, 0x3000, at + 0x2000}), -4) << "behind its end";
  EXPECT_RULE("R1-17.2.1.5-1", give_back(cookie) == 0);
  EXPECT_EQ(tce(at | 3), -4) << "returned, not rescinded";
  EXPECT_EQ(give_back(cookie), -4);
  EXPECT_EQ(accepted(cookie), kClientTop) << "the cookie stays valid";
  EXPECT_EQ(give_back(cookie), 0);
  EXPECT_RULE("R1-17.2.1.5-1", rescind(cookie) == 0);
  EXPECT_EQ(rescind(cookie), -4);
  EXPECT_RULE("R1-17.2.1.5-1", call(kClient, kAccept, {cookie}) == -46);
  expect_sound();
}

TEST_F(Sharing, TranslationsKeepItFromBeingReturned) {
  const std::uint64_t cookie = granted(0x8000, 0x1000), at = accepted(cookie);
  ASSERT_EQ(enter(at), 0);
  EXPECT_RULE("R1-17.2.1.5-1", give_back(cookie) == -16);
  EXPECT_EQ(tce(at | 3), -4) << "nothing new is mapped to it";
  EXPECT_RULE("R1-17.2.1.5-1", rescind(cookie) == 5) << "not accepted any more, still mapped";
  ASSERT_EQ(call(kClient, kRemove, {0, 0, 0}), 0);
  EXPECT_EQ(give_back(cookie), 0);
  const std::uint64_t again = accepted(cookie);
  ASSERT_EQ(tce(again | 3), 0);
  EXPECT_EQ(give_back(cookie), -16);
  ASSERT_EQ(tce(0), 0);
  EXPECT_EQ(rescind(cookie), 0) << "as good as returned";
  expect_sound();
}

TEST_F(Sharing, ByForceItGoesAtOnceAndItsAddressIsTold) {
  const std::uint64_t cookie = granted(0x8000, 0x1000), at = accepted(cookie);
  ASSERT_EQ(enter(at), 0);
  EXPECT_EQ(rescind(cookie, 2ULL << 40), -4);
  EXPECT_RULE("R1-17.2.1.5-1", rescind(cookie, kForced) == 0);
  EXPECT_RULE("R1-17.2.1.5-1", call(kClient, kRemove, {0, 0, 0}) == -7) << "no entry is left";
  EXPECT_RULE("R1-17.2.1.5-1", enter(at) == -46);
  EXPECT_RULE("R1-17.2.1.5-1", tce(at | 3) == -46);
  EXPECT_EQ(call(kClient, kPageInit, {0, at}), -46);
  EXPECT_EQ(call(kClient, kRegisterVpa, {1ULL << 45, 0, at}), -46);
  EXPECT_EQ(enter(at + 0x1000), -4) << "its neighbour never was";
  EXPECT_EQ(give_back(cookie), -4);
  EXPECT_EQ(accepted(granted(0x8000, 0x1000)), at + 0x1000) << "the old address is not used again";
  expect_sound();
}

TEST_F(Sharing, ParametersInTheOrderOfTheText) {
  EXPECT_EQ(grant(3ULL << 40, 0x8000, 0x1000), -4) << "no such type";
  EXPECT_EQ(grant(kMemoryKind | 1ULL << 44, 0x8000, 0x1000), -4) << "reserved restriction";
  EXPECT_EQ(call(kServer, kGrant, {kMemoryKind, 1, 0x8000, 0x1000, kAdapter}), -4);
  EXPECT_EQ(grant(kMemoryKind, 0x8800, 0x1000), -4) << "not on a page";
  EXPECT_EQ(grant(kMemoryKind, 16 * kLmb, 0x1000), -4) << "not its own";
  EXPECT_EQ(grant(kMemoryKind, 0x8000, 0x800), -4);
  EXPECT_EQ(grant(kMemoryKind, 0x8000, 0), -4);
  EXPECT_EQ(grant(kMemoryKind, kLmb - 0x1000, 0x1000), 0);
  EXPECT_RULE("R1-17.2.1.5-1", grant(kMemoryKind, kLmb - 0x1000, 0x2000) == -4) << "two LMBs";
  EXPECT_EQ(grant(kMemoryKind, 0x8000, 0x1000, kUnit + 9), -4) << "no adapter";
  EXPECT_EQ(grant(kMemoryKind, 0x8000, 0x1000, kUnit + 2), -4) << "nobody in particular";
  EXPECT_EQ(grant(kIoKind, 0x8000, 0x1000), -4) << "memory";
  EXPECT_EQ(call(kClient, kAccept, {99}), -4);
  EXPECT_EQ(call(kServer, kRescind, {0, 99}), -4);
  const std::uint64_t cookie = granted(0x8000, 0x1000);
  EXPECT_RULE("R1-17.2.1.5-1", call(kServer, kAccept, {cookie}) == -4) << "for the other one only";
  EXPECT_EQ(call(kClient, kRescind, {0, cookie}), -4) << "not its owner";
  EXPECT_EQ(give_back(cookie), -4) << "not accepted";
  accepted(cookie);
  EXPECT_EQ(call(kClient, kAccept, {cookie}), -4) << "it is there already";
}

TEST_F(Sharing, IoSpaceIsGrantedByItsPhb) {
  const std::uint64_t io = 0x400'0000'0000ULL + 0x18 * 0x10'0000'0000ULL;   // lp2's PHB
  EXPECT_EQ(call(kClient, kGrant, {kIoKind, 0, io, 0x10000, kUnit + 3}), 0);
  const std::uint64_t cookie = r[0];
  EXPECT_EQ(call(kServer, kAccept, {cookie}), 0);
  const std::uint64_t at = r[0];
  constexpr std::uint64_t kGuarded = 0x28;
  EXPECT_EQ(call(kServer, kEnter, {0, 0, 0x1000, at | kGuarded}), 0);
  EXPECT_EQ(call(kServer, kEnter, {0, 8, 0x1000, (at + 0x10000) | kGuarded}), -4);
  EXPECT_EQ(call(kServer, kReturn, {cookie}), -16);
  EXPECT_EQ(call(kServer, kRemove, {0, 0, 0}), 0);
  EXPECT_EQ(call(kServer, kReturn, {cookie}), 0);
}

TEST_F(Sharing, RestrictionsBindTheGrantee) {
  const std::uint64_t at = accepted(granted(0x8000, 0x1000, kInhibitWrite));
  EXPECT_RULE("R1-17.2.1.5-1", tce(at | 2) == -4);
  EXPECT_EQ(tce(at | 1), 0);
  EXPECT_EQ(enter(at), -4) << "writable";
  EXPECT_EQ(enter(at, kReadOnly), 0);
  EXPECT_EQ(call(kClient, 0x18, {2, 0, 0}), -4) << "H_PROTECT does not open it";
  EXPECT_EQ(call(kClient, kGrant, {kMemoryKind, 0, at, 0x1000, kUnit + 3}), -11);
  EXPECT_EQ(call(kClient, kGrant, {kMemoryKind | kInhibitWrite, 0, at, 0x1000, kUnit + 3}), 0);
  const std::uint64_t other = accepted(granted(0x9000, 0x1000, kInhibitGrant | kInhibitRead));
  EXPECT_EQ(tce(other | 1), -4);
  EXPECT_RULE("R1-17.2.1.5-1",
              call(kClient, kGrant, {kMemoryKind | kInhibitRead, 0, other, 0x1000, kUnit + 3}) ==
                  -11);
}

TEST_F(Sharing, WhatIsGrantedOnGoesWithIt) {
  const std::uint64_t cookie = granted(0x8000, 0x2000), at = accepted(cookie);
  ASSERT_EQ(call(kClient, kGrant, {kMemoryKind, 0, at + 0x1000, 0x1000, kUnit + 3}), 0);
  const std::uint64_t further = r[0];
  EXPECT_EQ(call(kClient, kGrant, {kMemoryKind, 0, at + 0x1000, 0x2000, kUnit + 3}), -4);
  ASSERT_EQ(call(kServer, kAccept, {further}), 0);
  const std::uint64_t there = r[0];
  put(kServer, 0x9000, 0x77);
  EXPECT_EQ(call(kServer, kPageInit, {1ULL << 14, 0x3000, there}), 0);
  EXPECT_EQ(this->at(kServer, 0x3000), 0x77U);
  EXPECT_RULE("R1-17.2.1.5-1", give_back(cookie) == -16) << "granted on";
  EXPECT_RULE("R1-17.2.1.5-1", rescind(cookie, kForced) == 0);
  EXPECT_EQ(call(kServer, kPageInit, {0, there}), -46);
  EXPECT_EQ(call(kServer, kAccept, {further}), -46);
  expect_sound();
}

TEST_F(Sharing, IsRecoveredTwoSecondsAfterItsOwnerFailed) {
  const std::uint64_t cookie = granted(0x8000, 0x1000), at = accepted(cookie);
  hypervisor.power_off(kServer);
  clock.advance(1999ms);
  EXPECT_RULE("R1-17.2.1.5-2", tce(at | 3) == 0) << "time to return it";
  EXPECT_EQ(tce(0), 0);
  clock.advance(1ms);
  EXPECT_RULE("R1-17.2.1.5-2", tce(at | 3) == -46);
  ASSERT_EQ(hypervisor.power_on(kServer, server_memory).status, AssignStatus::done);
  EXPECT_EQ(rescind(cookie), -4);
  expect_sound();
}

TEST_F(Sharing, AGranteeThatEndsHasReturnedIt) {
  const std::uint64_t cookie = granted(0x8000, 0x1000);
  accepted(cookie);
  hypervisor.power_off(kClient);
  EXPECT_RULE("R1-17.2.1.5-1", rescind(cookie) == 0);
  expect_sound();
}

TEST_F(Sharing, MemoryInAnotherMapIsNotIsolated) {
  const DrcIndex last{0x80000003};   // the server's fourth LMB
  const std::uint64_t cookie = granted(3 * kLmb, 0x1000);
  accepted(cookie);
  ASSERT_EQ(hypervisor.set_lmbs(kServer, 3).status, AssignStatus::done);
  EXPECT_EQ(set_indicator(9001, last, 0), -9001);
  EXPECT_EQ(hypervisor.drc(kServer, last)->state, DrcState::configured);
  EXPECT_EQ(give_back(cookie), 0);
  EXPECT_EQ(set_indicator(9001, last, 0), 0);
  EXPECT_EQ(set_indicator(9003, last, 0), 0);
  EXPECT_EQ(call(kClient, kAccept, {cookie}), -46) << "it went with its memory";
}

TEST_F(Sharing, AClientIsPreparedForSoManyGrants) {
  for (int i = 0; i < 256; ++i) granted(0x8000, 0x1000);
  EXPECT_RULE("R1-17.2.1.5-1", grant(kMemoryKind, 0x8000, 0x1000) == -9);
}

TEST_F(Sharing, IsNotOfferedWithoutTheFunctionSet) {
  Hypervisor other(vio_platform(), *find_profile("qemu"), {clock, choices, log}, events);
  ASSERT_EQ(other.power_on(kServer, server_memory).status, AssignStatus::done);
  r = {kMemoryKind, 0, 0x8000, 0x1000, kAdapter};
  EXPECT_EQ(other.hcall(kServer, ServerNumber{0}, kGrant, r).status, -2);
}

}  // namespace
}  // namespace lparsim::firmware
