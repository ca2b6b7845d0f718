// A partition that runs another kernel behind GuestKernel, in one machine with one that runs ours.
#include <gmock/gmock.h>

#include "tests/kernel_library/small_kernel.hpp"
#include "tests/models/world_rig.hpp"

namespace lparsim::models {
namespace {

WorldConfig with_small_kernel() {
  WorldConfig config = small_machine();
  config.os[kTwo].other_kernel = kernel::make_small_kernel;
  config.os[kTwo].rmc = false;
  return config;
}

struct OtherKernelTest : WorldTest {
  OtherKernelTest() : WorldTest(with_small_kernel()) {
    world.power_on_as_configured();
    EXPECT_TRUE(world.run_to_rest(std::chrono::hours(1)));
  }
};

TEST_F(OtherKernelTest, BootsBesideOurs) {
  EXPECT_EQ(shell(kTwo, "cat /proc/version").out, "small kernel\n");
  EXPECT_NE(shell(kOne, "cat /proc/cpuinfo").out.find("pSeries"), std::string::npos);
  EXPECT_EQ(hmc("chhwres -r proc -m small -o a -p one --procs 1").exit_status, 0);
  EXPECT_EQ(online_threads(kOne), 24U);
}

// What the small kernel asks goes to firmware, which says that the processor is not offered.
TEST_F(OtherKernelTest, CallsFirmwareThroughTheTable) {
  const ProcessResult result =
      shell(kTwo, "echo 'cpu add index 0x10000018' > /sys/kernel/dlpar");
  EXPECT_NE(result.exit_status, 0);
  EXPECT_GT(events(EventKind::rtas_entry, kTwo), 0U);
}

TEST_F(OtherKernelTest, IsPartOfASnapshot) {
  const auto rest = world.snapshot();
  world.restore(rest);
  EXPECT_EQ(shell(kTwo, "cat /sys/kernel/dlpar").out, "cpu\n");
}

}  // namespace
}  // namespace lparsim::models
