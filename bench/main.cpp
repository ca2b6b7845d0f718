// The benchmark suite, run from inside an SC_THREAD, so that floors and product share one
// simulation and one run. Only ratios mean something (design: "Speed").
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <vector>

#include "bench/rigs.hpp"
#include "sim/base/assert.hpp"

extern char** environ;

namespace lparsim::bench {
namespace {

using namespace std::chrono_literals;

struct Suite final : sc_core::sc_module {
  explicit Suite(sc_core::sc_module_name name) : sc_module(name) {
    SC_HAS_PROCESS(Suite);
    SC_THREAD(run);
    set_stack_size(4 << 20);
  }
  void run();

  int* argc = nullptr;
  char** argv = nullptr;
  NormalChoices choices;
  models::World world{world_config(), choices};  // first: it sets the time resolution
  RawTlm raw{"raw"};
  RtasRig rtas;
};

// The time of a process that only starts and ends; `program` is this one with --empty.
void spawn_empty() {
  const char* arguments[] = {"/proc/self/exe", "--empty", nullptr};
  pid_t child = 0;
  LPARSIM_ASSERT(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr,
                             const_cast<char**>(arguments), environ) == 0);
  int status = 0;
  LPARSIM_ASSERT(waitpid(child, &status, 0) == child && status == 0);
}

void hmc(models::World& world, const char* command) {
  bool over = false;
  world.hmc_command(command, [&](const hmc::CommandResult& result) {
    LPARSIM_ASSERT(result.exit_status == 0);
    over = true;
  });
  LPARSIM_ASSERT(world.run_until([&] { return over; }, 1h));
}

void rtas_benchmarks(Suite& suite) {
  for (const bool wait : {false, true}) {
    benchmark::RegisterBenchmark(wait ? "raw_wait" : "raw", [&suite, wait](benchmark::State& s) {
      for (auto _ : s) suite.raw.call(wait);
    });
  }
  for (const bool trace : {false, true}) {
    const auto timed = [&suite, trace](benchmark::State& s) {
      suite.rtas.log.enable(trace);
      suite.rtas.in_actor([&] {
        for (auto _ : s) suite.rtas.timed_call();
      });
    };
    const auto untimed = [&suite, trace](benchmark::State& s) {
      suite.rtas.log.enable(trace);
      for (auto _ : s) suite.rtas.untimed_call();
    };
    benchmark::RegisterBenchmark(trace ? "rtas_wait_trace" : "rtas_wait", timed);
    benchmark::RegisterBenchmark(trace ? "rtas_trace" : "rtas", untimed);
  }
}

using Rest = std::shared_ptr<const models::World::Snapshot>;

void world_benchmarks(Suite& suite, const Rest& rest) {
  for (const bool trace : {false, true}) {
    benchmark::RegisterBenchmark(
        trace ? "cpu_add_trace" : "cpu_add", [&suite, rest, trace](benchmark::State& s) {
          suite.world.log().enable(trace);
          for (auto _ : s) {
            suite.world.restore(rest);
            hmc(suite.world, "chhwres -r proc -m bench -o a -p small --procs 1");
          }
        });
  }
  benchmark::RegisterBenchmark("restore", [&suite, rest](benchmark::State& s) {
    for (auto _ : s) suite.world.restore(rest);
  });
  benchmark::RegisterBenchmark("boot_big", [&suite, rest](benchmark::State& s) {
    for (auto _ : s) {
      suite.world.restore(rest);
      hmc(suite.world, "chsysstate -m bench -r lpar -o on -n big");
      LPARSIM_ASSERT(suite.world.run_to_rest(1h));
    }
  })->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("empty_process", [](benchmark::State& s) {
    for (auto _ : s) spawn_empty();
  })->UseRealTime();
}

// Keeps every time, by benchmark, beside printing the usual table.
class Collector final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.iterations == 0) continue;
      const bool process = run.run_name.function_name == "empty_process";
      const double total = process ? run.real_accumulated_time : run.cpu_accumulated_time;
      times_[run.run_name.function_name].push_back(total / static_cast<double>(run.iterations));
    }
  }
  double median(const std::string& name) {
    auto& times = times_[name];
    if (times.empty()) return 0;
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

// value = part / whole; a goal of 0 means that there is none.
struct Ratio {
  const char* part;
  const char* whole;
  double goal;
  bool at_least;
  const char* text;
};
constexpr Ratio kRatios[] = {
    {"rtas_wait_trace", "raw_wait", 1.25, false, "timed RTAS call / b_transport + wait"},
    {"rtas", "raw", 0, false, "untimed RTAS call / b_transport"},
    {"rtas_wait_trace", "rtas_wait", 1.10, false, "timed RTAS call, trace on / off"},
    {"rtas_trace", "rtas", 0, false, "untimed RTAS call, trace on / off"},
    {"cpu_add_trace", "cpu_add", 1.10, false, "CPU add, trace on / off"},
    {"empty_process", "cpu_add_trace", 50, true, "empty process / CPU-add episode"},
    {"boot_big", "cpu_add_trace", 0, false, "boot of 256 processors, 4096 LMBs / CPU add"},
};

void print_ratios(Collector& times) {
  for (const auto& ratio : kRatios) {
    const double whole = times.median(ratio.whole);
    const double value = whole > 0 ? times.median(ratio.part) / whole : 0;
    std::string verdict;
    if (ratio.goal > 0) {
      const bool met = ratio.at_least ? value >= ratio.goal : value <= ratio.goal;
      verdict = fmt::format("  goal {} {:.2f}: {}", ratio.at_least ? ">=" : "<=", ratio.goal,
                            met ? "met" : "MISSED");
    }
    fmt::print("{:<52}{:>9.2f}{}\n", ratio.text, value, verdict);
  }
  const double episode = times.median("cpu_add_trace") * 1e6;
  fmt::print("{:<52}{:>9.1f}  goal <= 150: {}\n", "CPU-add episode, us", episode,
             episode <= 150 ? "met" : "MISSED");
}

void Suite::run() {
  world.power_on_as_configured();
  LPARSIM_ASSERT(world.run_to_rest(1h));
  const Rest rest = world.snapshot();
  rtas.boot();
  rtas_benchmarks(*this);
  world_benchmarks(*this, rest);
  benchmark::Initialize(argc, argv);
  Collector times;
  benchmark::RunSpecifiedBenchmarks(&times);
  print_ratios(times);
  std::fflush(nullptr);
  _exit(0);  // the stacks of a running simulation are not unwound
}

}  // namespace
}  // namespace lparsim::bench

int sc_main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--empty") == 0) {
    sc_core::sc_start(1, sc_core::SC_NS);
    return 0;
  }
  static lparsim::bench::Suite suite("suite");
  suite.argc = &argc;
  suite.argv = argv;
  sc_core::sc_start();
  return 0;
}
