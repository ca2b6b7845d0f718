#include "sim/cli/stop.hpp"

#include <csignal>

namespace lparsim::cli {
namespace {

volatile std::sig_atomic_t told = 0;

}  // namespace

void stop_politely_on(std::initializer_list<int> signals) {
  struct sigaction action {};
  action.sa_handler = [](int) { told = 1; };   // and a call that waits comes back at once
  for (const int signal : signals) ::sigaction(signal, &action, nullptr);
}

bool told_to_stop() { return told != 0; }

}  // namespace lparsim::cli
