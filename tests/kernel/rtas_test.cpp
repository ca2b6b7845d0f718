// RTAS helper semantics (kernel.md 0) and the rtas system call.
#include <array>
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"
#include "tests/kernel/rig_tree.hpp"

namespace lparsim::kernel {
namespace {

using RtasTest = KernelRig;
constexpr std::uint32_t kLmb = 0x80000004;

TEST_F(RtasTest, BusyIsRepeatedAndExtendedDelayIsClampedToOneSecond) {
  start("6.1");
  host_.expect(sense(kLmb, 2) + allocate(kLmb, 1, -2) + allocate(kLmb, 1, 9901) +
               allocate(kLmb, 1, 9905) + allocate(kLmb, 1) + isolate(kLmb, 1) + connector(9902) +
               lmb_connector());
  EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
  EXPECT_EQ(host_.now_ns(), 1000U + 10'000'000U + 1'000'000'000U + 100'000'000U);
}

TEST_F(RtasTest, BusySensorIsAnErrorUnderTheLevelThatAsksOnce) {
  start("6.1");
  host_.expect(sense(kLmb, 2, 9900));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -1);
  start("fixed");
  host_.expect(sense(kLmb, 2, 9900) + acquire(kLmb) + lmb_connector());
  EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
}

TEST_F(RtasTest, HardwareErrorFetchesTheLog) {
  start("6.1", {.last_error = true});
  host_.expect(sense(kLmb, 2) + allocate(kLmb, 1, -1) +
               Script{{"rtas-last-error", {0x5000, 2048}, {0}, {}, {}, {}}});
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -EIO);
  EXPECT_TRUE(host_.logged("RTAS: hardware error"));
}

struct StatusErrno {
  std::int32_t status;
  int error;
};
class StatusTest : public KernelRig, public ::testing::WithParamInterface<StatusErrno> {};

TEST_P(StatusTest, BecomesErrno) {
  start("6.1");
  host_.expect(sense(kLmb, 2) + allocate(kLmb, 1, GetParam().status));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(, StatusTest,
                         ::testing::Values(StatusErrno{-1, -EIO}, StatusErrno{-3, -EINVAL},
                                           StatusErrno{-9000, -EFAULT},
                                           StatusErrno{-9001, -EEXIST},
                                           StatusErrno{-9002, -ENODEV},
                                           StatusErrno{-9999, -ERANGE}));

std::array<std::uint8_t, 76> user_block(std::uint32_t token,
                                        std::initializer_list<std::uint32_t> in,
                                        std::uint32_t nret) {
  std::array<std::uint8_t, 76> block{};
  store_be32(block.data(), token);
  store_be32(&block[4], static_cast<std::uint32_t>(in.size()));
  store_be32(&block[8], nret);
  std::size_t at = 12;
  for (const std::uint32_t word : in) {
    store_be32(&block[at], word);
    at += 4;
  }
  return block;
}

TEST_F(RtasTest, SystemCallWritesTheOutputsBack) {
  start("6.1");
  auto block = user_block(rig_token("get-sensor-state"), {9003, kLmb}, 2);
  host_.expect(sense(kLmb, 2));
  EXPECT_EQ(kernel_->rtas_syscall(block.data()), 0);
  EXPECT_EQ(load_be32(&block[20]), 0U);
  EXPECT_EQ(load_be32(&block[24]), 2U);
}

TEST_F(RtasTest, SystemCallKeepsBuffersInsideTheUserRegion) {
  start("6.1");
  const std::uint32_t token = rig_token("ibm,configure-connector");
  for (const std::uint32_t address : {0x4000U, 0x1f001U, 0xfffff000U}) {
    auto block = user_block(token, {address, 0}, 1);
    EXPECT_EQ(kernel_->rtas_syscall(block.data()), -EINVAL) << address;
  }
  auto block = user_block(token, {0x1f000, 0}, 1);
  host_.expect({{"ibm,configure-connector", {0x1f000, 0}, {-9003}, {}, {}, {}}});
  EXPECT_EQ(kernel_->rtas_syscall(block.data()), 0);
}

TEST_F(RtasTest, SystemCallRefusesOtherServicesAndCounts) {
  start("6.1");
  auto unknown = user_block(0x77, {}, 1);
  EXPECT_EQ(kernel_->rtas_syscall(unknown.data()), -EINVAL);
  auto kernel_only = user_block(rig_token("stop-self"), {}, 1);
  EXPECT_EQ(kernel_->rtas_syscall(kernel_only.data()), -EINVAL);
  auto too_many = user_block(rig_token("set-indicator"), {9001, kLmb, 0}, 14);
  EXPECT_EQ(kernel_->rtas_syscall(too_many.data()), -EINVAL);
}

TEST_F(RtasTest, PropertyBeforeTheFirstNodeIsABadAccessOnlyWithTheDefect) {
  start("fixed");
  host_.expect(acquire(kLmb) + connector(3, "reg") + connector(0) + release(kLmb));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -EINVAL);
  start("6.1");
  host_.expect(acquire(kLmb) + connector(3, "reg"));
  EXPECT_THROW(dlpar("memory add index 0x80000004"), BugHit);
}

}  // namespace
}  // namespace lparsim::kernel
