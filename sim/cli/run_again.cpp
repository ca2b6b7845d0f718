#include "sim/cli/run_again.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/base/assert.hpp"
#include "sim/cli/watchdog.hpp"

namespace lparsim::cli {
namespace {

constexpr const char* kIsolate = "LPARSIM_ISOLATE";
char kIsolateSetting[] = "LPARSIM_ISOLATE=1";
constexpr int kCrashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// All that a signal handler needs, made before: it may not ask for memory.
struct Prepared {
  std::string words;                          // the command line, each word ended by a NUL
  std::vector<char*> arguments, environment;
  std::array<char, 1U << 16> stack;           // a crash may be one of the stack's
  const scenario::Progress* progress = nullptr;
  std::uint64_t beats = 0;
};

Prepared& prepared() {
  static Prepared it;
  return it;
}

void start_anew() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);   // the handled signal would stay blocked
  const itimerval off{};
  ::setitimer(ITIMER_PROF, &off, nullptr);
  ::execve("/proc/self/exe", prepared().arguments.data(), prepared().environment.data());
  ::_exit(EXIT_FAILURE);
}

void on_crash(int) { start_anew(); }

void on_patience_used(int) {
  auto& state = prepared();
  const auto beats = state.progress->beats.load();
  if (beats == state.beats) start_anew();
  state.beats = beats;
}

void read_command_line(Prepared& state) {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  state.words.assign(std::istreambuf_iterator<char>(file), {});
  state.arguments.clear();
  for (std::size_t at = 0; at < state.words.size(); at = state.words.find('\0', at) + 1) {
    state.arguments.push_back(&state.words[at]);
  }
  state.arguments.push_back(nullptr);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK;
  ::sigaction(signal, &action, nullptr);
}

void set_patience(std::chrono::seconds patience) {
  const timeval time{patience.count(), 0};
  const itimerval timer{time, time};
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

bool isolation_wanted() {
  const char* set = std::getenv(kIsolate);
  return set != nullptr && std::strcmp(set, "1") == 0;
}

RunAgainIsolated::RunAgainIsolated(const scenario::Progress& progress) {
  auto& state = prepared();
  state.progress = &progress;
  read_command_line(state);
  state.environment = {kIsolateSetting};   // first: it wins over one that says otherwise
  for (char** setting = environ; *setting != nullptr; ++setting) {
    state.environment.push_back(*setting);
  }
  state.environment.push_back(nullptr);
  const stack_t stack{state.stack.data(), 0, state.stack.size()};
  ::sigaltstack(&stack, nullptr);
  for (const int signal : kCrashes) handle(signal, on_crash);
  handle(SIGPROF, on_patience_used);
  set_assertion_hook(start_anew);
  set_patience(Watchdog::kPatience);
}

RunAgainIsolated::~RunAgainIsolated() {
  set_patience(std::chrono::seconds(0));
  set_assertion_hook(nullptr);
  for (const int signal : kCrashes) handle(signal, SIG_DFL);
  handle(SIGPROF, SIG_DFL);
}

}  // namespace lparsim::cli
