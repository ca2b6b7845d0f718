#include <gmock/gmock.h>

#include "firmware/device_tree/cas.hpp"
#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {
namespace {

// What Linux 6.1 declares, as far as it matters here: one PVR entry, the terminator, six vectors.
Bytes linux_vector(std::uint8_t interrupt_mode, std::uint8_t mmu) {
  CellWriter out;
  out.u32(0xffff0000).u32(0x004e0000).u32(0).u32(0x0f000001);
  out.u8(5);
  out.u8(0).u8(0x80);                               // vector 1
  out.u8(1).u16(0).u8(0).u8(0x80).u8(0).u8(0x80);   // vectors 2, 3, 4
  Bytes ov5(28, 0);
  ov5[1] = 0xf3;                                    // byte k is at k - 1
  ov5[4] = 0xe0;
  ov5[5] = 0x05;
  ov5[10] = 0x08;                                   // 2048 processors
  ov5[21] = 0xc0;
  ov5[22] = interrupt_mode;
  ov5[23] = mmu;
  ov5[25] = 0x40;
  out.u8(27).bytes(ov5);
  out.u8(0).u8(0);
  return out.take();
}

const FirmwareProfile& qemu() { return *find_profile("qemu"); }
const FirmwareProfile& phyp() { return *find_profile("phyp"); }

TEST(CasParse, ReadsPvrsAndVectors) {
  const ClientVectors v = parse_architecture_vector(linux_vector(0x40, 0x40));
  ASSERT_TRUE(v.valid);
  ASSERT_EQ(v.pvrs.size(), 2U);
  EXPECT_EQ(v.pvrs[0][1], 0x004e0000U);
  ASSERT_EQ(v.vectors.size(), 6U);
  EXPECT_EQ(v.byte(5, 22), 0xc0);
  EXPECT_EQ(v.byte(5, 29), 0);
  EXPECT_EQ(v.byte(9, 1), 0);
  EXPECT_EQ(v.byte(0, 0), 0);
}

TEST(CasParse, EveryTruncationGivesTheDefaults) {
  const Bytes whole = linux_vector(0x40, 0x40);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ClientVectors v = parse_architecture_vector(ByteView{whole}.first(size));
    EXPECT_FALSE(v.valid) << size;
    EXPECT_EQ(negotiate(phyp(), v), default_options(phyp()));
  }
}

TEST(CasParse, GarbageDoesNotRunAway) {
  EXPECT_FALSE(parse_architecture_vector(Bytes(1 << 16, 0)).valid);
  EXPECT_FALSE(parse_architecture_vector(Bytes(1 << 16, 0xff)).valid);
}

TEST(CasAnswer, IsWhatQemuGaveToLinuxOnPower9) {
  const Options options = negotiate(qemu(), parse_architecture_vector(linux_vector(0x40, 0x40)));
  const Bytes want{0x19, 0, 0x20, 0, 0, 0xa0, 0x05, 0, 0, 0, 0, 0, 0,   0,
                   0,    0, 0,    0, 0, 0,    0,    0, 0x80, 0x40, 0x40, 0, 0x40};
  EXPECT_EQ(vector5_answer(qemu(), options), want);
}

TEST(CasAnswer, IsWhatQemuGaveToLinuxOnPower8) {
  const Options options = negotiate(qemu(), parse_architecture_vector(linux_vector(0, 0)));
  Bytes want(23, 0);
  want[0] = 0x15;
  want[2] = 0x20;
  want[5] = 0xa0;
  want[6] = 0x05;
  want[22] = 0x80;
  EXPECT_EQ(vector5_answer(qemu(), options), want);
}

TEST(CasNegotiation, PowerVmGrantsDrcInfoAndHash) {
  const Options o = negotiate(phyp(), parse_architecture_vector(linux_vector(0x40, 0x40)));
  EXPECT_TRUE(o.drc_info && o.memory_v2 && o.form1_affinity && o.prrn && o.hot_plug_interrupts);
  EXPECT_FALSE(o.radix || o.form2_affinity || o.hpt_resize);
  EXPECT_EQ(o.max_cpus, 2048U);
}

TEST(CasNegotiation, NothingIsGrantedThatWasNotAsked) {
  CellWriter in;
  in.u32(0).u32(1).u8(4);
  for (int i = 0; i < 5; ++i) in.u8(0).u8(0);
  const ClientVectors v = parse_architecture_vector(in.take());
  ASSERT_TRUE(v.valid);
  Options none;
  none.dynamic_memory = false;
  none.lpar = none.splpar = none.large_pages = none.donates = none.msi = false;
  none.max_cpus = 64;
  none.reported = true;
  EXPECT_EQ(negotiate(phyp(), v), none);
}

}  // namespace
}  // namespace lparsim::firmware
