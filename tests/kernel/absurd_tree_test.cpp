// Firmware may say anything in its tree: numbers that no machine has neither end nor hang a kernel.
#include "tests/kernel/rig_tree.hpp"

namespace lparsim::kernel {
namespace {

struct Absurd {
  std::uint32_t cores;
  std::uint64_t memory, lmb_size;
  std::uint32_t lmbs;
};

class AbsurdTree : public KernelRig, public ::testing::WithParamInterface<Absurd> {};

Bytes tree_of(const Absurd& a) {
  Flat flat;
  flat.begin("");
  flat.begin("rtas");
  flat.put("ibm,lrdr-capacity", CellWriter().u64(0).u64(0).u32(a.cores).take());
  flat.end();
  flat.begin("memory@0");
  flat.text("device_type", "memory");
  flat.put("reg", CellWriter().u64(0).u64(a.memory).take());
  flat.end();
  flat.begin("ibm,dynamic-reconfiguration-memory");
  flat.put("ibm,lmb-size", CellWriter().u64(a.lmb_size).take());
  flat.put("ibm,dynamic-memory-v2",
           CellWriter().u32(1).u32(a.lmbs).u64(0).u32(0x8000'0000).u32(0).u32(8).take());
  flat.end();
  flat.end();
  return flat.take();
}

TEST_P(AbsurdTree, BootsOnEveryLevel) {
  for (const char* level : {"6.1", "fixed"}) {
    kernel_ = make_linux(host_, *find_level(level));
    host_.kernel = kernel_.get();
    const Bytes flat = tree_of(GetParam());
    std::copy(flat.begin(), flat.end(), host_.rmo(0x100000, flat.size()));
    EXPECT_EQ(kernel_->boot(0x100000, flat.size()), 0) << level;
    EXPECT_LE(std::stoul(read("/sys/devices/system/cpu/kernel_max")), 2047U);
    EXPECT_LE(kernel_->view().lmbs.size(), 1U << 22);
  }
}

constexpr std::uint64_t kLmb = 256ULL << 20;
INSTANTIATE_TEST_SUITE_P(
    Numbers, AbsurdTree,
    ::testing::Values(Absurd{0, kLmb, kLmb, 4}, Absurd{0xffff'ffff, kLmb, kLmb, 4},
                      Absurd{1, ~0ULL, kLmb, 4}, Absurd{1, 1ULL << 63, kLmb, 4},
                      Absurd{1, kLmb, 1, 4}, Absurd{1, kLmb, ~0ULL, 4},
                      Absurd{1, kLmb, kLmb, 0xffff'ffff}, Absurd{1, 0, 0, 0}));

}  // namespace
}  // namespace lparsim::kernel
