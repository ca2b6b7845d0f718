#include "sim/cli/watchdog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "sim/base/processes.hpp"

namespace lparsim::cli {
namespace {

using namespace std::chrono_literals;

// A process that does `work` for ever, as a scenario's job does; gone at the end of the test.
class Job {
 public:
  explicit Job(const std::function<void(scenario::Progress&)>& work)
      : progress(shared_with_children<scenario::Progress>().value()), process_(::fork()) {
    if (process_ == 0) {
      for (;;) work(*progress);
    }
  }
  ~Job() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Whether the watchdog speaks within this real time.
  bool found_stuck(Watchdog& watchdog, std::chrono::milliseconds within) const {
    for (auto waited = 0ms; waited < within; waited += 10ms) {
      if (watchdog.stuck()) return true;
      ::usleep(10'000);
    }
    return false;
  }
  Watchdog watchdog() const { return Watchdog(process_, progress, 100ms); }

  std::shared_ptr<scenario::Progress> progress;

 private:
  pid_t process_;
};

TEST(Watchdog, FindsAProcessThatComputesWithoutProgress) {
  const Job job([](scenario::Progress& progress) { progress.step = 3; });
  auto watchdog = job.watchdog();
  EXPECT_TRUE(job.found_stuck(watchdog, 60s));
  EXPECT_EQ(watchdog.line("s.json"),
            "s.json: /steps/3: it does not end: simulated time stood still for more than 0.1 s of "
            "processor time, which is as long as is allowed");
}

TEST(Watchdog, SaysThatTheBootDoesNotEnd) {
  const Job job([](scenario::Progress&) {});
  auto watchdog = job.watchdog();
  EXPECT_TRUE(job.found_stuck(watchdog, 60s));
  EXPECT_THAT(watchdog.line("s.json"),
              testing::StartsWith("s.json: /machine: the boot of the machine: it does not end"));
}

TEST(Watchdog, LeavesAProcessAloneThatMakesProgress) {
  const Job job([](scenario::Progress& progress) { ++progress.beats; });
  auto watchdog = job.watchdog();
  EXPECT_FALSE(job.found_stuck(watchdog, 500ms));
}

TEST(Watchdog, WaitingCostsNoPatience) {
  const Job job([](scenario::Progress&) { ::pause(); });
  auto watchdog = job.watchdog();
  EXPECT_FALSE(job.found_stuck(watchdog, 500ms));
}

}  // namespace
}  // namespace lparsim::cli
