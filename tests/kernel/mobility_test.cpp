// A migration as the kernel goes through it (kernel.md 8): files, stream states, H_JOIN and
// ibm,suspend-me, retries, cancel, what follows on the other machine, and the errno of the write.
#include <array>
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"
#include "tests/kernel/rig_tree.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint64_t kStream = 0x0123'4567'89ab'cdefULL;
constexpr const char* kFile = "/sys/kernel/mobility/migration";
constexpr std::int32_t kSuspending = 3, kResumed = 5, kCompleted = 6;
constexpr std::int32_t kContinue = 18, kFunction = -2, kParameter = -4;
constexpr std::uint64_t kSecond = 1'000'000'000, kMillisecond = 1'000'000;

Script call(std::uint64_t opcode, std::vector<std::uint64_t> registers,
            std::vector<std::int32_t> out) {
  return {{"hcall " + std::to_string(opcode), {}, std::move(out), {}, {}, {},
           std::move(registers)}};
}
Script vasi(std::int32_t state, std::int32_t status = 0) {
  return call(0x2a4, {kStream}, {status, state});
}
Script join(std::int32_t status) { return call(0x298, {}, {status}); }
Script prod(std::uint64_t server, std::int32_t status = 0) {
  return call(0xe8, {server}, {status});
}
Script signal(std::uint32_t detail, std::int32_t status = 0) {
  return call(0x2a0, {kStream, 1, 0x0600'0000U | detail}, {status});
}
Script suspend_me(std::int32_t status) { return {{"ibm,suspend-me", {}, {status}, {}, {}, {}}}; }
Script activate(std::int32_t status) {
  return {{"ibm,activate-firmware", {}, {status}, {}, {}, {}}};
}
Script nodes(std::int32_t status, Bytes area = Bytes(32)) {
  return {{"ibm,update-nodes", {0x4000, 1}, {status}, {}, std::move(area), {}}};
}
Script questions() {
  return call(0x1c8, {}, {0}) +
         Script{{"ibm,get-system-parameter", {43, 0x4000, 4096}, {0}, {}, {}, {}}};
}
Script arrival() { return activate(-9001) + nodes(0) + questions() + vasi(kCompleted); }

class MobilityTest : public KernelRig {
 protected:
  std::int64_t migrate() { return write(kFile, "0x123456789abcdef\n"); }
  static constexpr std::int64_t kWritten = 18;
};

TEST_F(MobilityTest, FilesAreThoseOfAllLevels) {
  for (const char* level : {"6.1", "fixed"}) {
    start(level);
    EXPECT_EQ(read("/sys/kernel/mobility/api_version"), "1\n");
    FileStat stat;
    EXPECT_EQ(kernel_->stat(kFile, stat), 0);
    EXPECT_EQ(stat.mode, 0200U);
    Bytes nothing;
    EXPECT_EQ(kernel_->read(kFile, nothing), -EACCES);
    EXPECT_EQ(write("/sys/kernel/mobility/api_version", "1"), -EACCES);
  }
}

struct Text {
  const char* text;
  std::int64_t result;
};
TEST_F(MobilityTest, TextThatIsNoNumberIsRefusedWithoutACall) {
  start("6.1");
  for (const Text& bad : {Text{"", -EINVAL}, Text{"\n", -EINVAL}, Text{"stream", -EINVAL},
                          Text{"1 2", -EINVAL}, Text{"-1", -EINVAL}, Text{"0x", -EINVAL},
                          Text{"0x10000000000000000", -ERANGE}, Text{"099", -EINVAL}}) {
    EXPECT_EQ(write(kFile, bad.text), bad.result) << bad.text;
  }
}

TEST_F(MobilityTest, WholeWayWithOneCpu) {
  start("6.1");
  host_.expect(vasi(1) + vasi(1) + vasi(kSuspending) + join(kContinue) + suspend_me(0) +
               activate(-9001) + nodes(0) + questions() + vasi(kResumed) + vasi(kResumed) +
               vasi(kCompleted));
  EXPECT_EQ(migrate(), kWritten);
  EXPECT_EQ(host_.now_ns(), 2 * kSecond + 2 * 500 * kMillisecond);
  EXPECT_TRUE(host_.logged("calling ibm,suspend-me on CPU 0"));
  EXPECT_TRUE(host_.logged("memory transfer completed."));
}

TEST_F(MobilityTest, AStreamThatIsGoneIsComplete) {
  start("6.1");
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + activate(0) + nodes(0) +
               questions() + vasi(0, kParameter));
  EXPECT_EQ(migrate(), kWritten);
  EXPECT_TRUE(host_.logged("memory transfer completed."));
}

// The thread that gets H_CONTINUE calls RTAS on its own CPU, and wakes the others.
TEST_F(MobilityTest, FirstToComeBackProdsAllOthers) {
  start("6.1", {.cores = 3});
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + prod(1) + prod(2, -1) +
               join(0) + join(0) + arrival());
  EXPECT_EQ(migrate(), kWritten);
  EXPECT_TRUE(host_.logged("CPU 0 waking all threads"));
  EXPECT_TRUE(host_.logged("H_PROD of CPU 2 (hwid 2) error: -1"));
  const std::vector<std::uint32_t> servers(host_.hcall_servers.begin() + 1,
                                           host_.hcall_servers.begin() + 6);
  EXPECT_EQ(servers, (std::vector<std::uint32_t>{0, 0, 0, 1, 2})) << "each on its own thread";
}

TEST_F(MobilityTest, AFailedProdIsRepeatedOnlyWithoutTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::prod_failure_ignored, defect), {.cores = 2});
    const Script prods = defect ? prod(1, -1) : prod(1, -1) + prod(1, -1) + prod(1);
    host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + prods + join(0) +
                 arrival());
    EXPECT_EQ(migrate(), kWritten);
    EXPECT_EQ(host_.logged("H_PROD of CPU 1 (hwid 1) error: -1"), defect);
  }
}

TEST_F(MobilityTest, OfflineCpusDoNotJoin) {
  start("6.1", {.cores = 2});
  host_.expect(stop_cpu(1));
  ASSERT_EQ(write("/sys/devices/system/cpu/cpu1/online", "0"), 1);
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + arrival());
  EXPECT_EQ(migrate(), kWritten);
}

TEST_F(MobilityTest, WokenTooEarlyItJoinsAgain) {
  start("6.1");
  host_.expect(vasi(kSuspending) + join(0) + join(kContinue) + suspend_me(0) + arrival());
  EXPECT_EQ(migrate(), kWritten);
  EXPECT_TRUE(host_.logged("premature return from H_JOIN on CPU 0, retrying"));
}

struct Failure {
  std::int32_t status;
  int error;
};
class SuspendErrorTest : public MobilityTest, public ::testing::WithParamInterface<Failure> {};

// Aborted meanwhile: no second attempt, and the signal comes too late.
TEST_P(SuspendErrorTest, BecomesErrnoAndReason) {
  start("6.1");
  const int error = GetParam().error;
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(GetParam().status) + vasi(2) +
               signal(static_cast<std::uint32_t>(-error), -9));
  EXPECT_EQ(migrate(), error);
  EXPECT_TRUE(host_.logged("VASI state 2 after failed suspend"));
  EXPECT_TRUE(host_.logged("H_VASI_SIGNAL error: -9"));
}
INSTANTIATE_TEST_SUITE_P(, SuspendErrorTest,
                         ::testing::Values(Failure{9000, -ECANCELED}, Failure{-9004, -EBUSY},
                                           Failure{-9005, -EAGAIN}, Failure{-9006, -EBUSY},
                                           Failure{-3, -EIO}, Failure{-9999, -EIO}));

TEST_F(MobilityTest, FiveAttemptsWhileTheMoversStillWantIt) {
  start("6.1");
  Script script = vasi(kSuspending);
  for (int attempt = 1; attempt <= 5; ++attempt) {
    script = script + join(kContinue) + suspend_me(-9006);
    if (attempt < 5) script = script + vasi(kSuspending);
  }
  host_.expect(script + signal(EBUSY));
  EXPECT_EQ(migrate(), -EBUSY);
  EXPECT_EQ(host_.now_ns(), (1 + 10 + 100 + 1000) * kMillisecond);
  EXPECT_TRUE(host_.logged("Partition suspend attempt 5 of 5 error: -16"));
}

TEST_F(MobilityTest, ALaterAttemptSucceeds) {
  start("6.1");
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(-9005) + vasi(kSuspending) +
               join(kContinue) + suspend_me(0) + arrival());
  EXPECT_EQ(migrate(), kWritten);
  EXPECT_EQ(host_.now_ns(), kMillisecond);
}

TEST_F(MobilityTest, JoinErrorsEndTheAttemptForAll) {
  start("6.1", {.cores = 2});
  host_.expect(vasi(kSuspending) + join(-1) + prod(1) + join(0) + vasi(0, kParameter) +
               signal(EIO));
  EXPECT_EQ(migrate(), -EIO);
  EXPECT_TRUE(host_.logged("H_JOIN error -1 on CPU 0"));
  EXPECT_TRUE(host_.logged("VASI state poll error: -22"));
}

struct Poll {
  std::int32_t status, state;
  int error;
};
class PollErrorTest : public MobilityTest, public ::testing::WithParamInterface<Poll> {};
TEST_P(PollErrorTest, EndsItBeforeAnythingStops) {
  start("6.1");
  host_.expect(vasi(GetParam().state, GetParam().status));
  EXPECT_EQ(migrate(), GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(, PollErrorTest,
                         ::testing::Values(Poll{0, 0, -EIO}, Poll{0, 2, -EIO}, Poll{0, 4, -EIO},
                                           Poll{0, 5, -EIO}, Poll{0, 6, -EIO},
                                           Poll{kParameter, 0, -EINVAL}, Poll{-1, 0, -EIO}));

TEST_F(MobilityTest, WithoutTheStateCallItGoesOnAndRetries) {
  start("6.1");
  host_.expect(vasi(0, kFunction) + join(kContinue) + suspend_me(-9005) + vasi(0, kFunction) +
               join(kContinue) + suspend_me(0) + activate(0) + nodes(0) + questions() +
               vasi(0, kFunction));
  EXPECT_EQ(migrate(), kWritten);
  EXPECT_TRUE(host_.logged("H_VASI_STATE return error (-95)"));
}

TEST_F(MobilityTest, BusyActivationIsRepeated) {
  start("6.1");
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + activate(9901) +
               activate(-2) + activate(0) + nodes(0) + questions() + vasi(kCompleted));
  EXPECT_RULE("R1-17.7.7.1-3", migrate() == kWritten && host_.left() == 0);
  EXPECT_FALSE(host_.logged("ibm,activate-firmware failed"));
}

// kernel.md 11, number 27: the switch alone decides what the writer learns.
TEST_F(MobilityTest, FailedTreeUpdateIsReportedOnlyWithoutTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::tree_update_error_lost, defect));
    host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + activate(0) + nodes(-3) +
                 questions() + vasi(kCompleted));
    EXPECT_EQ(migrate(), defect ? kWritten : -EINVAL);
    EXPECT_TRUE(host_.logged("device tree update failed: -3"));
  }
}

// -- the system call of user space that migrates by itself (api_version 0) ------------------------

class SuspendCallTest : public MobilityTest {
 protected:
  int call_rtas(std::int32_t& status) {
    std::array<std::uint8_t, 76> block{};
    store_be32(block.data(), rig_token("ibm,suspend-me"));
    store_be32(block.data() + 4, 2);
    store_be32(block.data() + 8, 1);
    store_be64(block.data() + 12, kStream);
    const int result = kernel_->rtas_syscall(block.data());
    status = static_cast<std::int32_t>(load_be32(block.data() + 20));
    return result;
  }
};

TEST_F(SuspendCallTest, MigratesAndTranslatesErrors) {
  start("6.1");
  std::int32_t status = 7;
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(0) + arrival());
  EXPECT_EQ(call_rtas(status), 0);
  EXPECT_EQ(status, 0);
  host_.expect(vasi(kSuspending) + join(kContinue) + suspend_me(-9005) + vasi(2) + signal(EAGAIN));
  EXPECT_EQ(call_rtas(status), 0);
  EXPECT_EQ(status, -9004);
  host_.expect(vasi(0));
  EXPECT_EQ(call_rtas(status), 0);
  EXPECT_EQ(status, -1);
  host_.expect(vasi(0, kParameter));
  EXPECT_EQ(call_rtas(status), -EINVAL);
}

}  // namespace
}  // namespace lparsim::kernel
