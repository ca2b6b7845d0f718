// Malformed writes to /sys/kernel/dlpar: errno, message, and no RTAS call (kernel.md 0, recorded).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

struct BadWrite {
  const char* text;
  const char* message;   // nullptr: only the final one
};

class BadWriteTest : public KernelRig, public ::testing::WithParamInterface<BadWrite> {};

TEST_P(BadWriteTest, IsEinvalWithItsMessage) {
  start("6.1");
  EXPECT_EQ(dlpar(GetParam().text), -EINVAL);
  std::vector<std::string> expected;
  if (GetParam().message != nullptr) expected.push_back(GetParam().message);
  expected.push_back("dlpar: Could not handle DLPAR request \"" + std::string(GetParam().text) +
                     "\"");
  EXPECT_EQ(host_.messages, expected);
}

INSTANTIATE_TEST_SUITE_P(
    , BadWriteTest,
    ::testing::Values(BadWrite{"\n", "dlpar: Invalid resource specified."},
                      BadWrite{"", "dlpar: Invalid resource specified."},
                      BadWrite{"disk add index 1\n", "dlpar: Invalid resource specified."},
                      BadWrite{"cpu\n", nullptr},
                      BadWrite{"cpu grow index 1\n", "dlpar: Invalid action specified."},
                      BadWrite{"cpu  add index 1\n", "dlpar: Invalid action specified."},
                      BadWrite{"cpu add\n", nullptr},
                      BadWrite{"cpu add slot 1\n", "dlpar: Invalid id_type specified."},
                      BadWrite{"cpu add index\n", "dlpar: No DRC Index specified."},
                      BadWrite{"cpu add index zzz\n", "dlpar: Invalid DRC Index specified."},
                      BadWrite{"cpu add index -1\n", "dlpar: Invalid DRC Index specified."},
                      BadWrite{"cpu add index 0x100000000\n",
                               "dlpar: Invalid DRC Index specified."},
                      BadWrite{"cpu add index 1\n\n", "dlpar: Invalid DRC Index specified."},
                      BadWrite{"cpu add indexed-count 1 0x10000001\n", nullptr},
                      BadWrite{"memory add indexed-count 1\n", "dlpar: No DRC Index specified."},
                      BadWrite{"memory readd index 1\n", "dlpar: Invalid action specified."}));

using DlparTest = KernelRig;

TEST_F(DlparTest, ReadsAsTheResourcesItKnows) {
  start("6.1");
  EXPECT_EQ(read("/sys/kernel/dlpar"), "memory,cpu\n");
}

TEST_F(DlparTest, ExtraWordsAndDecimalNumbersAreAccepted) {
  start("6.1");
  host_.expect(sense(0x80000004, 1));
  EXPECT_EQ(dlpar("memory add index 2147483652 please"), -EPERM);
}

}  // namespace
}  // namespace lparsim::kernel
