// Another kernel behind GuestKernel, written in C (docs/kernel-library.md).
#include "tests/kernel_library/small_kernel.hpp"

#include <cerrno>

#include "sim/base/actors.hpp"
#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kCore = 0x10000001;

struct SmallKernelTest : ::testing::Test {
  SmallKernelTest() : kernel(make_small_kernel(host)) {
    const Bytes flat = flat_tree({});
    std::copy(flat.begin(), flat.end(), host.rmo(0x100000, flat.size()));
    EXPECT_EQ(kernel->boot(0x100000, flat.size()), 0);
    EXPECT_TRUE(host.logged("small kernel: up"));
  }
  ~SmallKernelTest() override {
    EXPECT_EQ(host.left(), 0U);
    EXPECT_TRUE(host.held.empty());
  }
  std::int64_t dlpar(std::string_view text) {
    const Bytes data(text.begin(), text.end());
    return kernel->write("/sys/kernel/dlpar", data);
  }

  ScriptedHost host;
  std::unique_ptr<GuestKernel> kernel;
};

TEST_F(SmallKernelTest, TakesAConnectorAndGivesItBack) {
  host.expect(acquire(kCore));
  EXPECT_EQ(dlpar("cpu add index 0x10000001"), 24);
  EXPECT_EQ(kernel->view().cpu_drcs, std::vector{kCore});
  host.expect(isolate(kCore, 0) + allocate(kCore, 0));
  EXPECT_EQ(dlpar("cpu remove index 0x10000001"), 27);
  EXPECT_TRUE(kernel->view().cpu_drcs.empty());
}

TEST_F(SmallKernelTest, UndoesWhatFirmwareRefused) {
  host.expect(sense(kCore, 2) + allocate(kCore, 1) + isolate(kCore, 1, -9001) +
              allocate(kCore, 0));
  EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EEXIST);
  EXPECT_TRUE(kernel->view().cpu_drcs.empty());
}

TEST_F(SmallKernelTest, WrongUseIsAnErrno) {
  EXPECT_EQ(dlpar("memory add count 1"), -EINVAL);
  EXPECT_EQ(dlpar(std::string(65536, 'x')), -EINVAL);
  EXPECT_EQ(dlpar("cpu remove index 0x10000001"), -ENODEV);
  EXPECT_EQ(kernel->write("/proc/version", {}), -EACCES);
  EXPECT_EQ(kernel->boot(0xffffffffffff0000U, 4096), -EINVAL);
  EXPECT_EQ(kernel->boot(0x3000, 76), -EINVAL) << "no tree is there";
}

TEST_F(SmallKernelTest, ASnapshotIsACopy) {
  const auto empty = kernel->snapshot();
  host.expect(acquire(kCore));
  EXPECT_GT(dlpar("cpu add index 0x10000001"), 0);
  kernel->restore(*empty);
  EXPECT_TRUE(kernel->view().cpu_drcs.empty());
}

// ActorEnded passes through frames of C; the lock is given back on the way (~SmallKernelTest).
TEST(SmallKernelEnded, InTheMiddleOfACall) {
  struct Ending final : ScriptedHost {
    void rtas(std::uint32_t, std::uint64_t) override { throw ActorEnded{}; }
  } host;
  const auto kernel = make_small_kernel(host);
  const Bytes flat = flat_tree({});
  std::copy(flat.begin(), flat.end(), host.rmo(0x100000, flat.size()));
  ASSERT_EQ(kernel->boot(0x100000, flat.size()), 0);
  const std::string text = "cpu add index 0x10000001";
  const Bytes data(text.begin(), text.end());
  EXPECT_THROW(kernel->write("/sys/kernel/dlpar", data), ActorEnded);
  EXPECT_TRUE(host.held.empty());
}

}  // namespace
}  // namespace lparsim::kernel
