// The benchmark suite, run from inside an SC_THREAD, so that floors and product share one
// simulation and one run. Only ratios mean something (design: "Speed").
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "bench/kernel_rigs.hpp"
#include "bench/platform_rigs.hpp"
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

// Runs a program to its end, with its standard output thrown away.
void spawn(std::vector<const char*> arguments) {
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  LPARSIM_ASSERT(posix_spawn(&child, arguments[0], &actions, nullptr,
                             const_cast<char**>(arguments.data()), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
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
    if (trace) {
      benchmark::RegisterBenchmark("connector_trace", [&suite](benchmark::State& s) {
        suite.rtas.log.enable(true);
        for (auto _ : s) suite.rtas.connector_call();
      });
    }
    benchmark::RegisterBenchmark(trace ? "rtas_trace" : "rtas", untimed);
  }
}

// Names end in the size: what is linear has the same cost per node, or per partition.
void platform_benchmarks() {
  for (const std::size_t nodes : {std::size_t{500}, std::size_t{5000}, std::size_t{50'000}}) {
    const auto rig = std::make_shared<TreeRig>(nodes);
    benchmark::RegisterBenchmark(fmt::format("tree_build_{}", nodes).c_str(),
                                 [rig](benchmark::State& s) {
                                   for (auto _ : s) benchmark::DoNotOptimize(rig->build());
                                 });
    benchmark::RegisterBenchmark(fmt::format("tree_write_{}", nodes).c_str(),
                                 [rig](benchmark::State& s) {
                                   for (auto _ : s) rig->write();
                                 });
  }
  for (const std::size_t partitions : {std::size_t{10}, std::size_t{1000}}) {
    const auto rig = std::make_shared<CrowdRig>(partitions, 256, 4096);
    benchmark::RegisterBenchmark(
        fmt::format("ledger_check_{}", partitions).c_str(), [rig](benchmark::State& s) {
          for (auto _ : s) LPARSIM_ASSERT(rig->hypervisor().inconsistencies().empty());
        });
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
    for (auto _ : s) spawn({"/proc/self/exe", "--empty"});
  })->UseRealTime();
  const char* program = std::getenv("LPARSIM_PROGRAM");
  const char* flow = std::getenv("LPARSIM_FLOW");
  if (program == nullptr || flow == nullptr) return;   // `lparsim bench` names both
  benchmark::RegisterBenchmark("run_process", [=](benchmark::State& s) {
    for (auto _ : s) spawn({program, "run", "-q", flow});
  })->UseRealTime();
}

// Without SystemC: a core that goes and comes again, and partitions that boot.
void kernel_benchmarks() {
  const auto one = std::make_shared<KernelCrowd>(1);
  one->boot();
  one->record_calls();
  benchmark::RegisterBenchmark("kernel_cpu_pair", [one](benchmark::State& s) {
    for (auto _ : s) one->cpu_pair();
  });
  benchmark::RegisterBenchmark("kernel_cpu_pair_calls", [one](benchmark::State& s) {
    for (auto _ : s) one->calls_alone();
  });
  for (const std::size_t partitions : {std::size_t{20}, std::size_t{200}}) {
    benchmark::RegisterBenchmark(
        fmt::format("kernel_boot_{}", partitions).c_str(), [partitions](benchmark::State& s) {
          for (auto _ : s) {
            s.PauseTiming();
            auto crowd = std::make_unique<KernelCrowd>(partitions);
            s.ResumeTiming();
            crowd->boot();
            s.PauseTiming();
            crowd.reset();
            s.ResumeTiming();
          }
        })->Unit(benchmark::kMillisecond);
  }
}

double kernel_kibibytes() {
  KernelCrowd crowd(20);
  crowd.boot();
  return crowd.kernel_bytes() / 1024;
}

// Keeps every time, by benchmark, beside printing the usual table.
class Collector final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.iterations == 0) continue;
      auto& times = times_[run.run_name.function_name];
      const auto iterations = static_cast<double>(run.iterations);
      times.cpu.push_back(run.cpu_accumulated_time / iterations);
      times.real.push_back(run.real_accumulated_time / iterations);
    }
  }
  // In seconds; 0 when that benchmark did not run. A process's own time is not this one's CPU time,
  // so ratios with it are taken of real times.
  double median(const std::string& name, bool real) {
    auto& times = real ? times_[name].real : times_[name].cpu;
    if (times.empty()) return 0;
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }

 private:
  struct Times {
    std::vector<double> cpu, real;
  };
  std::map<std::string, Times> times_;
};

enum class Goal { none, at_most, at_least };

std::string verdict(double value, Goal goal, double bound) {
  if (goal == Goal::none) return {};
  const bool most = goal == Goal::at_most;
  const bool met = most ? value <= bound : value >= bound;
  return fmt::format("  goal {} {:.2f}: {}", most ? "<=" : ">=", bound, met ? "met" : "MISSED");
}

// value = part / whole
struct Ratio {
  const char* part;
  const char* whole;
  Goal goal;
  double bound;
  bool real_time;
  const char* text;
  double times = 1;                  // how much more the part does than the whole
};
constexpr Ratio kRatios[] = {
    {"rtas_wait_trace", "raw_wait", Goal::at_most, 1.25, false,
     "timed RTAS call / b_transport + wait"},
    {"rtas", "raw", Goal::none, 0, false, "untimed RTAS call / b_transport"},
    {"connector_trace", "rtas_trace", Goal::at_most, 2, false,
     "configure-connector / get-sensor-state"},
    {"rtas_wait_trace", "rtas_wait", Goal::at_most, 1.50, false,
     "timed RTAS call, trace on / off"},
    {"rtas_trace", "rtas", Goal::at_most, 1.50, false, "untimed RTAS call, trace on / off"},
    {"cpu_add_trace", "cpu_add", Goal::at_most, 1.10, false, "CPU add, trace on / off"},
    {"run_process", "cpu_add_trace", Goal::at_least, 50, true,
     "run of one flow as a process / CPU-add episode"},
    {"empty_process", "cpu_add_trace", Goal::none, 0, true, "empty process / CPU-add episode"},
    {"run_process", "empty_process", Goal::at_most, 1.6, true,
     "run of one flow as a process / empty process"},
    {"boot_big", "cpu_add_trace", Goal::none, 0, false,
     "boot of 256 processors, 4096 LMBs / CPU add"},
    {"tree_build_50000", "tree_write_50000", Goal::at_most, 1.3, false,
     "building a tree of 50,000 nodes / writing by libfdt"},
    {"tree_build_500", "tree_write_500", Goal::none, 0, false, "the same of 500 nodes"},
    {"tree_build_50000", "tree_build_5000", Goal::at_most, 2, false,   // caches, not the algorithm
     "a node of 50,000 / a node of 5,000", 10},
    {"ledger_check_1000", "ledger_check_10", Goal::at_most, 1.5, false,
     "ledger check, one of 1,000 partitions / of 10", 100},
    {"kernel_cpu_pair", "kernel_cpu_pair_calls", Goal::at_most, 10, false,
     "CPU remove and add in the kernel / its RTAS calls alone"},
    {"kernel_boot_200", "kernel_boot_20", Goal::at_most, 1.5, false,
     "boot of one of 200 partitions / of 20", 10},
};

void print_row(const char* text, bool measured, double value, Goal goal, double bound) {
  if (!measured) {
    fmt::print("{:<52} not measured\n", text);
  } else {
    fmt::print("{:<52}{:>9.2f}{}\n", text, value, verdict(value, goal, bound));
  }
}

void print_ratios(Collector& times) {
  for (const auto& ratio : kRatios) {
    const double part = times.median(ratio.part, ratio.real_time);
    const double whole = times.median(ratio.whole, ratio.real_time);
    const bool measured = part > 0 && whole > 0;
    print_row(ratio.text, measured, measured ? part / whole / ratio.times : 0, ratio.goal,
              ratio.bound);
  }
  const double episode = times.median("cpu_add_trace", false) * 1e6;
  print_row("CPU-add episode, us of CPU time", episode > 0, episode, Goal::at_most, 150);
  print_row("bytes per DRC of 1,000 x (256 CPUs + 4,096 LMBs)", true, bytes_per_drc(),
            Goal::at_most, 2);
  print_row("KiB of kernel per idle partition (8 cores, 256 LMBs)", true, kernel_kibibytes(),
            Goal::at_most, 300);
}

void Suite::run() {
  world.power_on_as_configured();
  LPARSIM_ASSERT(world.run_to_rest(1h));
  const Rest rest = world.snapshot();
  rtas.boot();
  rtas_benchmarks(*this);
  world_benchmarks(*this, rest);
  platform_benchmarks();
  kernel_benchmarks();
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
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);  // for the empty processes
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
