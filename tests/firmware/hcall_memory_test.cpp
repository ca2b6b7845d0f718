// Hypervisor calls about memory: hash page table, translation control entries, migration of pages,
// pages and memory shares (LoPAR 14.5.4, 14.12.3).
#include "hcall_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kRemove = 0x4, kEnter = 0x8, kRead = 0xc, kClearMod = 0x10,
                        kClearRef = 0x14, kProtect = 0x18, kGetTce = 0x1c, kPutTce = 0x20,
                        kPageInit = 0x2c, kCiLoad = 0x3c, kCiStore = 0x40, kMigrateDma = 0x78,
                        kBulkRemove = 0x124, kStuffTce = 0x138, kPutTceIndirect = 0x13c,
                        kSetMpp = 0x2d0, kGetMpp = 0x2d4, kGetXlates = 0x324, kBlockRemove = 0x328,
                        kClearHpt = 0x358, kPrepare = 0x36c, kCommit = 0x370;
constexpr std::uint64_t kExact = 1ULL << 39, kZero = 1ULL << 15, kAvpn = 1ULL << 31,
                        kAndCond = 1ULL << 30, kReadFour = 1ULL << 37, kCompress = 1ULL << 7;
constexpr std::uint64_t kValid = 1, kBolted = 0x10, kLarge = 4, kMemory = 0x10, kIo = 0x28;
constexpr std::uint64_t kLmb = 256ULL << 20;
constexpr std::uint64_t kLan = 0x10000002, kScsi = 0x10000003, kPhbBus = 0x80000018;
constexpr std::uint64_t kReadWrite = 3;

std::uint64_t high(std::uint64_t page) { return page << 7 | kValid; }
std::uint64_t low(std::uint64_t address, std::uint64_t wimg = kMemory) { return address | wimg; }

class Memory : public HcallTest {
 protected:
  using HcallTest::HcallTest;
  std::int64_t enter(std::uint64_t index, std::uint64_t h, std::uint64_t l,
                     std::uint64_t flags = kExact) {
    return hcall(kEnter, {flags, index, h, l});
  }
  // PTE count: 16 LMBs of 256 MiB / 128 = 32 MiB of 16-byte entries.
  static constexpr std::uint64_t kEntries = (32ULL << 20) / 16;
};

TEST_F(Memory, EntriesGoWhereTheyAreAskedOrIntoTheirGroup) {
  EXPECT_EQ(enter(16, high(5), low(0x4000)), kSuccess);
  EXPECT_EQ(r[0], 16U);
  EXPECT_EQ(enter(16, high(6), low(0x5000)), -6) << "the exact one is taken";
  for (std::uint64_t i = 1; i < 8; ++i) {
    EXPECT_EQ(enter(21, high(6), low(0x5000), 0), kSuccess);
    EXPECT_EQ(r[0], 16 + i) << "first free one of the group";
  }
  EXPECT_EQ(enter(21, high(6), low(0x5000), 0), -6) << "H_PTEG_FULL";
  EXPECT_EQ(enter(kEntries - 1, high(5), low(0x4000)), kSuccess);
  EXPECT_RULE("R1-14.5.4.1-1", enter(kEntries, high(5), low(0x4000)) == kParameter);
  EXPECT_EQ(enter(~0ULL, high(5), low(0x4000)), kParameter);
}

TEST_F(Memory, OnlyOwnMemoryIsMappedAndAsItsKindDemands) {
  EXPECT_EQ(enter(0, high(1), low(8 * kLmb)), kParameter) << "beyond its 8 LMBs";
  EXPECT_EQ(enter(0, high(1), low(8 * kLmb - 0x1000)), kSuccess);
  EXPECT_EQ(enter(1, high(1), low(0x1000, 0x30)), kParameter) << "memory is not inhibited";
  EXPECT_EQ(enter(1, high(1), low(0x1000, 0x70)), kSuccess) << "strong access order";
  const std::uint64_t io = 0x400'0000'0000ULL + 0x18 * 0x10'0000'0000ULL;
  EXPECT_EQ(enter(2, high(1), low(io, kIo)), kSuccess);
  EXPECT_EQ(enter(3, high(1), low(io, kMemory)), kParameter);
  EXPECT_EQ(enter(3, high(1), low(io - 0x1000, kIo)), kParameter) << "no PHB of its own";
  EXPECT_EQ(hcall(kEnter, {kExact | kCompress, 4, high(1), low(0)}), kFunction);
}

TEST_F(Memory, LargePagesNeedTheirBoundaryAndCode) {
  const std::uint64_t large = high(4) | kLarge;
  EXPECT_RULE("R1-14.5.4.1-9", enter(0, large, low(1 << 20 | 1 << 12)) == kSuccess) << "64 KB";
  EXPECT_RULE("R1-14.5.4.1-9", enter(1, large, low(32 << 20)) == kSuccess) << "16 MB";
  EXPECT_EQ(enter(2, large, low(33 << 20)), kParameter) << "not on 16 MB";
  EXPECT_EQ(enter(2, large, low(0x2000)), kParameter) << "no such page size";
  EXPECT_EQ(enter(2, large, low(0x3000)), kParameter) << "16 GB are not there";
  EXPECT_EQ(enter(2, large, low(64 << 20), kExact | kZero), -64) << "H_TOO_BIG";
  memory.bytes[0x4abc] = 7;
  EXPECT_EQ(enter(2, high(1), low(0x4000), kExact | kZero), kSuccess);
  EXPECT_EQ(memory.bytes[0x4abc], 0);
}

TEST_F(Memory, ReadChangeAndRemoveAnEntry) {
  ASSERT_EQ(enter(9, high(5), low(0x4000 | 0x180)), kSuccess);   // referenced, changed
  EXPECT_EQ(hcall(kRead, {0, 9}), kSuccess);
  EXPECT_EQ(r[0], high(5));
  EXPECT_EQ(r[1], low(0x4180));
  EXPECT_EQ(hcall(kRead, {kReadFour, 11}), kSuccess);
  EXPECT_EQ(r[2], high(5)) << "four from index 8";
  EXPECT_EQ(r[0], 0U);
  EXPECT_EQ(hcall(kRead, {0, kEntries}), kParameter);
  EXPECT_EQ(hcall(kClearMod, {0, 9}), kSuccess);
  EXPECT_EQ(r[0], low(0x4180)) << "as it was";
  EXPECT_EQ(hcall(kClearRef, {0, 9}), kSuccess);
  EXPECT_EQ(r[0], low(0x4100));
  EXPECT_EQ(hcall(kClearRef, {0, 8}), kNotFound);
  EXPECT_EQ(hcall(kClearMod, {0, kEntries}), kParameter);
  EXPECT_EQ(hcall(kProtect, {kAvpn | 0x100 | 0x3e00 | 7, 9, 4ULL << 7}), kNotFound);
  EXPECT_EQ(hcall(kProtect, {kAvpn | 0x100 | 0x3e00 | 7, 9, 5ULL << 7}), kSuccess);
  EXPECT_EQ(hcall(kProtect, {0, 8}), kNotFound);
  EXPECT_EQ(hcall(kRead, {0, 9}), kSuccess);
  EXPECT_EQ(r[1], low(0x4000) | 1ULL << 63 | 3ULL << 60 | 0xe00 | 7);
  EXPECT_EQ(hcall(kRemove, {kAvpn, 9, 4ULL << 7}), kNotFound);
  EXPECT_EQ(hcall(kRemove, {kAndCond, 9, 5ULL << 7}), kNotFound);
  EXPECT_EQ(hcall(kRemove, {kAndCond, 9, 2ULL << 7}), kSuccess);
  EXPECT_EQ(r[0], high(5));
  EXPECT_EQ(hcall(kRemove, {0, 9}), kNotFound);
  EXPECT_EQ(hcall(kRemove, {0, kEntries}), kParameter);
}

TEST_F(Memory, BulkRemoveAnswersInItsSpecifiers) {
  const auto request = [](std::uint64_t index, std::uint64_t control) {
    return index | control << 56;
  };
  ASSERT_EQ(enter(1, high(1), low(0x1100)), kSuccess);
  ASSERT_EQ(enter(2, high(2), low(0x2080)), kSuccess);
  EXPECT_EQ(hcall(kBulkRemove, {request(1, 0x40), 0, request(2, 0x42), 1 << 7, request(2, 0x42),
                                2 << 7, 3ULL << 62, 0}), kSuccess);
  EXPECT_EQ(r[0], request(1, 0x88)) << "removed, referenced";
  EXPECT_EQ(r[2], request(2, 0x90)) << "not found";
  EXPECT_EQ(r[4], request(2, 0x84)) << "removed, changed";
  EXPECT_EQ(r[6], 3ULL << 62) << "end of string";
  EXPECT_EQ(hcall(kBulkRemove, {request(kEntries, 0x40), 0}), kParameter);
  EXPECT_EQ(r[0], request(kEntries, 0xa0));
  EXPECT_EQ(hcall(kBulkRemove, {0, 0}), kParameter);
  EXPECT_EQ(hcall(kBulkRemove, {request(1, 0x43), 0}), kParameter);
}

TEST_F(Memory, BlockRemoveTakesOneBlockOfPages) {
  const auto request = [](std::uint64_t index, std::uint64_t control) {
    return index | control << 56;
  };
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_EQ(enter(i, high(1), low(0x1180)), kSuccess);
  ASSERT_EQ(enter(3, high(2), low(0x2000)), kSuccess);
  ASSERT_EQ(enter(4, high(1) | kBolted, low(0x2000)), kSuccess);
  ASSERT_EQ(enter(5, high(1) | kLarge, low(0x1000)), kSuccess);
  EXPECT_EQ(hcall(kBlockRemove,
                  {1 << 7, request(0, 0x60), request(1, 0x40), request(3, 0x40), request(4, 0x40),
                   request(5, 0x40), request(9, 0x40), request(kEntries, 0x40), 3ULL << 62}),
            kPartial);
  EXPECT_EQ(r[1], request(0, 0x86));
  EXPECT_EQ(r[2], request(1, 0x86));
  EXPECT_EQ(r[3], request(3, 0xa8)) << "another block";
  EXPECT_EQ(r[4], request(4, 0x88)) << "bolted";
  EXPECT_EQ(r[5], request(5, 0x98)) << "another page size";
  EXPECT_EQ(r[6], request(9, 0x88)) << "not there";
  EXPECT_EQ(r[7], request(kEntries, 0x90)) << "bad index";
  EXPECT_EQ(hcall(kBlockRemove, {0, request(2, 0x40), 3ULL << 62}), kSuccess);
  EXPECT_EQ(hcall(kBlockRemove, {0, 0}), kParameter);
}

TEST_F(Memory, MappedMemoryIsNotIsolated) {
  ASSERT_EQ(enter(0, high(1), low(7 * kLmb)), kSuccess);
  ASSERT_EQ(hcall(kPutTce, {kLan, 0, 7 * kLmb | kReadWrite}), kSuccess);
  EXPECT_RULE("R1-13.7.4.1.2-2", isolation(lmb(7), 0) == -9001);
  ASSERT_EQ(hcall(kRemove, {0, 0}), kSuccess);
  EXPECT_EQ(isolation(lmb(7), 0), -9001) << "the device is left";
  ASSERT_EQ(hcall(kPutTce, {kLan, 0, 6 * kLmb | kReadWrite}), kSuccess) << "moved elsewhere";
  EXPECT_RULE("R1-13.7.4.1.2-2", isolation(lmb(7), 0) == 0);
  EXPECT_EQ(hcall(kPutTce, {kLan, 0x1000, 7 * kLmb | kReadWrite}), kParameter) << "isolated now";
  EXPECT_EQ(enter(0, high(1), low(7 * kLmb)), kParameter);
  EXPECT_EQ(isolation(lmb(6), 0), -9001);
  EXPECT_EQ(hcall(kClearHpt), kSuccess);
  expect_sound();
}

TEST_F(Memory, ClearingTheTableFreesWhatItMapped) {
  ASSERT_EQ(enter(0, high(1), low(7 * kLmb)), kSuccess);
  EXPECT_EQ(hcall(kClearHpt), kSuccess);
  EXPECT_EQ(hcall(kRead, {0, 0}), kSuccess);
  EXPECT_EQ(r[0], 0U);
  EXPECT_EQ(isolation(lmb(7), 0), 0);
}

struct QemuMemory : Memory {
  QemuMemory() : Memory("qemu") {}
};

TEST_F(Memory, MemoryAddedLaterIsReachedByDevices) {
  EXPECT_EQ(hcall(kPutTce, {kPhbBus, 0x1000, 8 * kLmb | kReadWrite}), kParameter);
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  acquire(lmb(8));
  EXPECT_RULE("R1-14.3-5", hcall(kPutTce, {kPhbBus, 0x1000, 8 * kLmb | kReadWrite}) == kSuccess);
}

TEST_F(Memory, EntriesOfAWindow) {
  EXPECT_EQ(hcall(kGetTce, {kLan, 0x2000}), kSuccess);
  EXPECT_EQ(r[0], 0U) << "page fault";
  EXPECT_RULE("R1-17.3.5-39", hcall(kPutTce, {kLan, 0x2fff, 0x5000 | kReadWrite}) == kSuccess);
  EXPECT_EQ(hcall(kGetTce, {kLan, 0x2000}), kSuccess);
  EXPECT_RULE("R1-17.3.5-40", r[0] == (0x5000 | kReadWrite));
  EXPECT_EQ(hcall(kPutTce, {kLan, 0x2000, 0}), kSuccess);
  EXPECT_EQ(hcall(kGetTce, {kLan, 0x2000}), kSuccess);
  EXPECT_EQ(r[0], 0U);
  EXPECT_RULE("R1-14.3-4", hcall(kPutTce, {kLan, 0x2000, 1ULL << 40 | 1}) == kParameter);
  EXPECT_EQ(hcall(kPutTce, {kLan, 0x2000, 1ULL << 40}), kSuccess) << "no access, no check";
  EXPECT_RULE("R1-14.3-6", hcall(kPutTce, {kLan, (256ULL << 20) - 1, 1}) == kSuccess &&
                               hcall(kPutTce, {kPhbBus, (256ULL << 20) - 1, 1}) == kSuccess);
  EXPECT_EQ(hcall(kPutTce, {kLan, 256ULL << 20, 1}), kParameter);
  for (const std::uint64_t liobn : {0x10000000ULL, 0x10000004ULL, 0x80000013ULL, 0ULL, ~0ULL,
                                    kLan | 1ULL << 32}) {
    EXPECT_EQ(hcall(kPutTce, {liobn, 0, 1}), kParameter) << std::hex << liobn;
    EXPECT_EQ(hcall(kGetTce, {liobn, 0}), kParameter) << std::hex << liobn;
  }
}

TEST_F(Memory, ManyEntriesInOneCall) {
  EXPECT_EQ(hcall(kStuffTce, {kScsi, 0x10000, 0x8001, 512}), kSuccess);
  EXPECT_EQ(hcall(kGetTce, {kScsi, 0x10000 + 511 * 0x1000}), kSuccess);
  EXPECT_EQ(r[0], 0x8001U);
  EXPECT_EQ(hcall(kGetTce, {kScsi, 0x10000 + 512 * 0x1000}), kSuccess);
  EXPECT_EQ(r[0], 0U);
  EXPECT_EQ(hcall(kStuffTce, {kScsi, 0, 0x8001, 513}), kP4);
  EXPECT_EQ(hcall(kStuffTce, {kScsi, 256ULL << 20, 0x8001, 513}), kParameter) << "address first";
  EXPECT_EQ(hcall(kStuffTce, {kScsi, (256ULL << 20) - 0x1000, 0x8001, 2}), kParameter);
  EXPECT_EQ(hcall(kStuffTce, {kScsi, 0, 1ULL << 40 | 1, 1}), kParameter);
  EXPECT_EQ(hcall(kStuffTce, {kScsi, 0x10000, 0, 512}), kSuccess);
  EXPECT_EQ(hcall(kGetTce, {kScsi, 0x10000}), kSuccess);
  EXPECT_EQ(r[0], 0U);
  put64(kBuffer, 0x1001), put64(kBuffer + 8, 0x2003), put64(kBuffer + 16, 1ULL << 40 | 3);
  EXPECT_EQ(hcall(kPutTceIndirect, {kScsi, 0, kBuffer, 3}), kParameter);
  EXPECT_EQ(hcall(kGetTce, {kScsi, 0}), kSuccess);
  EXPECT_EQ(r[0], 0U) << "nothing was stored";
  EXPECT_EQ(hcall(kPutTceIndirect, {kScsi, 0, kBuffer, 2}), kSuccess);
  EXPECT_EQ(hcall(kGetTce, {kScsi, 0x1000}), kSuccess);
  EXPECT_EQ(r[0], 0x2003U);
  EXPECT_EQ(hcall(kPutTceIndirect, {kScsi, 0, kBuffer, 513}), kParameter);
  EXPECT_EQ(hcall(kPutTceIndirect, {kScsi, 0, kBuffer + 8, 1}), kParameter);
  EXPECT_EQ(hcall(kPutTceIndirect, {kScsi, 0, 1ULL << 40, 1}), kParameter);
  EXPECT_EQ(hcall(kPutTceIndirect, {~0ULL, 0, kBuffer, 1}), kFunction) << "no list of tables";
}

TEST_F(Memory, AMappedSlotIsNotIsolatedAndLosesItsWindowWhenItGoes) {
  ASSERT_EQ(hcall(kPutTce, {kPhbBus, 0, 0x1001}), kSuccess);
  EXPECT_RULE("R1-13.7.4.1.3-2", isolation(kSlot, 0) == -9001);
  ASSERT_EQ(hcall(kPutTce, {kPhbBus, 0, 0}), kSuccess);
  EXPECT_RULE("R1-13.7.4.1.3-2", isolation(kSlot, 0) == 0);
  const DrcIndex lan{0x30000002};
  ASSERT_EQ(hcall(kPutTce, {kLan, 0, 0x1001}), kSuccess);
  EXPECT_EQ(isolation(lan, 0), -9001);
  ASSERT_EQ(hcall(kPutTce, {kLan, 0, 0}), kSuccess);
  EXPECT_EQ(isolation(lan, 0), 0);
  EXPECT_EQ(hcall(kPutTce, {kLan, 0, 0x1001}), kParameter);
  EXPECT_EQ(allocation(lan, 0), 0);
  EXPECT_EQ(hcall(kGetTce, {kLan, 0}), kParameter);
}

// A migration list: LIOBN, four reserved bytes, bus address.
TEST_F(Memory, APageMovesUnderItsDevices) {
  memory.bytes[0x5123] = 0x77;
  ASSERT_EQ(hcall(kPutTce, {kLan, 0x3000, 0x5003}), kSuccess);
  ASSERT_EQ(hcall(kPutTce, {kPhbBus, 0x7000, 0x5001}), kSuccess);
  ASSERT_EQ(hcall(kPutTce, {kPhbBus, 0x8000, 0x6001}), kSuccess);
  const auto list = [&](std::size_t i, std::uint32_t liobn, std::uint64_t address) {
    put32(kBuffer + 16 * i, liobn);
    put32(kBuffer + 16 * i + 4, 0);
    put64(kBuffer + 16 * i + 8, address);
  };
  list(0, kLan, 0x3000);
  list(1, kPhbBus, 0x7000);
  list(2, kPhbBus, 0x8000);
  EXPECT_EQ(hcall(kMigrateDma, {0x9000, kBuffer, 3}), kParameter) << "two different pages";
  EXPECT_EQ(hcall(kMigrateDma, {0x9100, kBuffer, 2}), kParameter);
  EXPECT_EQ(hcall(kMigrateDma, {1ULL << 40, kBuffer, 2}), kParameter);
  EXPECT_EQ(hcall(kMigrateDma, {0x9000, kBuffer + 16, 2}), kParameter);
  EXPECT_RULE("R1-14.5.4.8-5", hcall(kMigrateDma, {0x9000, kBuffer, 257}) == kParameter);
  EXPECT_EQ(hcall(kMigrateDma, {0x9000, kBuffer, 0}), kParameter);
  EXPECT_EQ(hcall(kMigrateDma, {0x9000, kBuffer, ~0ULL}), kParameter) << "no super pages";
  EXPECT_RULE("R1-14.5.4.8-2", hcall(kMigrateDma, {0x9000, kBuffer, 2}) == kSuccess);
  EXPECT_RULE("R1-14.5.4.8-2", memory.bytes[0x9123] == 0x77);
  ASSERT_EQ(hcall(kGetTce, {kLan, 0x3000}), kSuccess);
  EXPECT_RULE("R1-14.5.4.8-2", r[0] == 0x9003) << "with its access";
  ASSERT_EQ(hcall(kGetTce, {kPhbBus, 0x7000}), kSuccess);
  EXPECT_EQ(r[0], 0x9001U);
  list(1, 0x10000004, 0);
  EXPECT_EQ(hcall(kMigrateDma, {0x9000, kBuffer, 2}), kParameter);
  script("hcall.H_MIGRATE_DMA", "long_busy_10ms");
  EXPECT_EQ(hcall(kMigrateDma, {0x9000, kBuffer, 1}), 9901);
}

TEST_F(Memory, TranslationsToARangeAreFoundInBusOrder) {
  ASSERT_EQ(hcall(kPutTce, {kScsi, 0x5000, 7 * kLmb | 1}), kSuccess);
  ASSERT_EQ(hcall(kPutTce, {kScsi, 0x3000, (7 * kLmb + 0x2000) | 1}), kSuccess);
  ASSERT_EQ(hcall(kPutTce, {kScsi, 0x4000, 0x2001}), kSuccess);
  constexpr std::uint64_t kAll = ~0ULL, kBegin = 7 * kLmb, kEnd = 8 * kLmb;
  EXPECT_RULE("R1-14.5.4.10-1", hcall(kGetXlates, {kScsi, kBegin, kEnd, kAll, kAll}) == kPartial);
  EXPECT_RULE("R1-14.5.4.10-1", r[0] == 0x3000 && r[1] == kBegin + 0x2000);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd, 0x4000, kAll}), kPartial);
  EXPECT_RULE("R1-14.5.4.10-1", r[0] == 0x5000 && r[1] == kBegin);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd, 0x4000, 0x5000}), 15);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd, 0x6000, kAll}), kSuccess) << "none left";
  EXPECT_EQ(hcall(kGetXlates, {0x10000004, kBegin, kEnd, kAll, kAll}), kParameter);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin + 1, kEnd, kAll, kAll}), kP2);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kEnd, kEnd, kAll, kAll}), kP2) << "not its memory";
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd + 0x1000, kAll, kAll}), kP3);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kBegin, kAll, kAll}), kP2);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, 0, kAll, kAll}), kP3);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd, 256ULL << 20, kAll}), kP4);
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd, kAll, 256ULL << 20}), -58);
  script("hcall.H_GET_DMA_XLATES_LIMITED", "in_progress");
  EXPECT_EQ(hcall(kGetXlates, {kScsi, kBegin, kEnd, 0x4000, kAll}), 14);
  EXPECT_EQ(r[0], 0x4000U) << "where the search stands";
}

TEST_F(Memory, PagesAreClearedAndCopied) {
  constexpr std::uint64_t kCopy = 1ULL << 14;
  memory.bytes[0x5010] = 9;
  EXPECT_EQ(hcall(kPageInit, {kCopy, 0x8000, 0x5000}), kSuccess);
  EXPECT_EQ(memory.bytes[0x8010], 9);
  EXPECT_EQ(hcall(kPageInit, {kZero, 0x8000, 0x5001}), kSuccess) << "no source needed";
  EXPECT_EQ(memory.bytes[0x8010], 0);
  EXPECT_EQ(hcall(kPageInit, {kZero, 0x8001, 0}), kParameter);
  EXPECT_EQ(hcall(kPageInit, {kZero, 8 * kLmb, 0}), kParameter);
  EXPECT_EQ(hcall(kPageInit, {kCopy, 0x8000, 8 * kLmb}), kParameter);
  EXPECT_EQ(hcall(kPageInit, {kZero, 7 * kLmb, 0}), kSuccess) << "memory without bytes";
}

TEST_F(Memory, InhibitedStorageOnly) {
  const std::uint64_t io = 0x400'0000'0000ULL + 0x18 * 0x10'0000'0000ULL;
  EXPECT_EQ(hcall(kCiLoad, {4, io + 8}), kSuccess);
  EXPECT_EQ(r[0], 0xffffffffU);
  EXPECT_EQ(hcall(kCiStore, {8, io, 1}), kSuccess);
  EXPECT_EQ(hcall(kCiLoad, {4, io + 2}), kParameter);
  EXPECT_EQ(hcall(kCiLoad, {3, io}), kParameter);
  EXPECT_EQ(hcall(kCiStore, {16, io, 1}), kParameter);
  EXPECT_EQ(hcall(kCiLoad, {4, 0x1000}), kParameter) << "cacheable";
  EXPECT_EQ(hcall(kCiLoad, {4, ~0ULL - 3}), kParameter);
}

TEST_F(QemuMemory, InhibitedAccessesReachMemory) {
  EXPECT_EQ(hcall(kCiStore, {2, 0x1000, 0xabcd1234}), kSuccess);
  EXPECT_EQ(memory.cell(0x1000), 0x12340000U);
  EXPECT_EQ(hcall(kCiLoad, {1, 0x1001}), kSuccess);
  EXPECT_EQ(r[0], 0x34U);
  EXPECT_EQ(hcall(kCiLoad, {1, 1ULL << 45}), kParameter);
}

TEST_F(Memory, DedicatedMemoryShares) {
  ASSERT_EQ(hcall(kGetMpp), kSuccess);
  EXPECT_RULE("R1-14.12.3.5-1", r[0] == 8 * kLmb && r[1] == ~0ULL && r[6] == 8 * kLmb);
  EXPECT_EQ(r[2], std::uint64_t{kDedicated.value} << 16 | 0xffff);
  EXPECT_EQ(r[3], 0U);
  EXPECT_EQ(r[4], ~0ULL);
  EXPECT_EQ(hcall(kSetMpp, {1, 1}), kConstrained);
}

TEST_F(Memory, SharedMemoryIsSetWithinItsMaxima) {
  hypervisor.power_off(id);
  PartitionConfig config = hypervisor.partition(id).config;
  config.memory = {true, 64ULL << 20, 100, 5};
  ASSERT_EQ(hypervisor.configure(id, config).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  ASSERT_EQ(hcall(kGetMpp), kSuccess);
  EXPECT_RULE("R1-14.12.3.4-1", r[0] == 64ULL << 20 && r[3] == 100ULL << 56);
  EXPECT_EQ(r[2] & 0xffff, 5U);
  EXPECT_EQ(r[4], 64 * kLmb);
  ASSERT_EQ(hcall(kPutTce, {kLan, 0, 0x1001}), kSuccess);
  EXPECT_RULE("R1-14.12.3.4-2", hcall(kSetMpp, {32ULL << 20, 40}) == kSuccess);
  ASSERT_EQ(hcall(kGetMpp), kSuccess);
  EXPECT_RULE("R1-14.12.3.4-2", r[0] == 32ULL << 20);
  EXPECT_EQ(r[1], 4096U) << "I/O mapped";
  EXPECT_EQ(r[3], 40ULL << 56 | 60ULL << 48 | (32ULL << 20) / 4096);
  EXPECT_RULE("R1-14.12.3.4-2", hcall(kSetMpp, {128ULL << 20, 40}) == kConstrained);
  ASSERT_EQ(hcall(kGetMpp), kSuccess);
  EXPECT_RULE("R1-14.12.3.4-2", r[0] == 64ULL << 20);
  EXPECT_RULE("R1-14.12.3.4-3", hcall(kSetMpp, {32ULL << 20, 256}) == kParameter);
  EXPECT_EQ(hcall(kSetMpp, {0, 255}), kConstrained);
  ASSERT_EQ(hcall(kGetMpp), kSuccess);
  EXPECT_EQ(r[0], 4096U) << "what is mapped";
  EXPECT_EQ(r[3] >> 56, 100U);
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  acquire(lmb(8));
  ASSERT_EQ(hcall(kGetMpp), kSuccess);
  EXPECT_RULE("R1-14.12.3.5-1", r[6] == 9 * kLmb);
}

TEST_F(QemuMemory, TheTableIsResizedInTwoSteps) {
  EXPECT_EQ(hcall(kPrepare, {0, 24}), -10) << "not asked for";
  CellWriter vector;
  vector.u32(0).u32(0x0f000006).u8(5 - 1);
  for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
  vector.u8(6 - 1).u8(0).u8(0x20).u8(0).u8(0).u8(0).u8(0x01);
  hypervisor.client_architecture_support(id, vector.take());
  EXPECT_EQ(hcall(kCommit, {0, 24}), kClosed);
  EXPECT_EQ(hcall(kPrepare, {1, 24}), kParameter);
  EXPECT_EQ(hcall(kPrepare, {0, 17}), kParameter);
  EXPECT_EQ(hcall(kPrepare, {0, 47}), kParameter);
  EXPECT_EQ(hcall(kPrepare, {0, 46}), kResource);
  EXPECT_EQ(hcall(kPrepare, {0, 24}), 9902) << "H_LONG_BUSY_ORDER_100_MSEC";
  EXPECT_EQ(hcall(kCommit, {0, 24}), kBusy);
  clock.advance(std::chrono::milliseconds{45});
  EXPECT_EQ(hcall(kPrepare, {0, 24}), 9901) << "10 ms";
  clock.advance(std::chrono::milliseconds{5});
  EXPECT_EQ(hcall(kPrepare, {0, 24}), kSuccess);
  EXPECT_EQ(hcall(kCommit, {0, 23}), kClosed);
  EXPECT_EQ(hcall(kCommit, {1, 24}), kClosed);
  // Virtual page 0x3 of segment 0x12: hash 0x11. One bolted, one not.
  ASSERT_EQ(enter(0x11 * 8 + 2, 0x12ULL << 12 | kBolted | kValid, low(0x4000)), kSuccess);
  ASSERT_EQ(enter(0x11 * 8 + 3, 0x12ULL << 12 | kValid, low(0x5000)), kSuccess);
  EXPECT_EQ(hcall(kCommit, {0, 24}), kSuccess);
  EXPECT_EQ(hcall(kRead, {0, 0x11 * 8 + 2}), kSuccess);
  EXPECT_EQ(r[1], low(0x4000)) << "the bolted one came along";
  EXPECT_EQ(hcall(kRead, {0, 0x11 * 8 + 3}), kSuccess);
  EXPECT_EQ(r[1], 0U);
  EXPECT_EQ(enter((1 << 20) - 1, high(1), low(0x4000)), kSuccess);
  EXPECT_EQ(enter(1 << 20, high(1), low(0x4000)), kParameter) << "16 MB of entries now";
  EXPECT_EQ(hcall(kCommit, {0, 24}), kClosed);
  EXPECT_EQ(hcall(kPrepare, {0, 18}), 9902);
  EXPECT_EQ(hcall(kPrepare, {0, 0}), kSuccess) << "given up";
  EXPECT_EQ(hcall(kCommit, {0, 18}), kClosed);
}

TEST_F(QemuMemory, AReleasedLmbLosesItsMappings) {
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  acquire(lmb(8));
  ASSERT_EQ(enter(0, high(1), low(8 * kLmb)), kSuccess);
  ASSERT_EQ(hcall(kPutTce, {kLan, 0, 8 * kLmb | 1}), kSuccess);
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::mem, 2, lmb(8)));
  ASSERT_EQ(isolation(lmb(8), 0), 0) << "QEMU does not look";
  ASSERT_EQ(allocation(lmb(8), 0), 0);
  EXPECT_EQ(hcall(kRead, {0, 0}), kSuccess);
  EXPECT_RULE("R1-13.5.3.4-6", r[0] == 0);
  EXPECT_EQ(hcall(kGetTce, {kLan, 0}), kSuccess);
  EXPECT_RULE("R1-13.5.3.4-6", r[0] == 0);
  expect_sound();
}

TEST_F(Memory, MappingsAreStateAndEndWithThePartition) {
  ASSERT_EQ(enter(0, high(1), low(7 * kLmb)), kSuccess);
  const auto taken = hypervisor.snapshot();
  ASSERT_EQ(hcall(kClearHpt), kSuccess);
  hypervisor.restore(taken);
  EXPECT_EQ(isolation(lmb(7), 0), -9001);
  hypervisor.power_off(id);
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  EXPECT_EQ(isolation(lmb(7), 0), 0);
}

}  // namespace
}  // namespace lparsim::firmware
