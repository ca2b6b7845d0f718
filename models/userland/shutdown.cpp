// shutdown [-h|-P|-r] [now|+MINUTES]: stops what runs, then ends the kernel. Warnings to users and
// services are not modelled, only the time that they take.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "models/userland/files.hpp"
#include "models/userland/tools.hpp"

namespace lparsim::userland {
namespace {

using namespace std::chrono_literals;

constexpr Duration kServicesStop = 10s;   // assumption
constexpr std::chrono::minutes kUsualDelay = 1min;

struct Request {
  bool restart = false;
  std::chrono::minutes delay = kUsualDelay;
};

std::optional<std::chrono::minutes> delay_of(const std::string& word) {
  if (word == "now") return 0min;
  constexpr int kMost = 24 * 60;
  int minutes = 0;
  const char* end = word.data() + word.size();
  if (word.size() < 2 || word[0] != '+') return std::nullopt;
  const auto [at, error] = std::from_chars(word.data() + 1, end, minutes);
  if (error != std::errc() || at != end || minutes < 0 || minutes > kMost) return std::nullopt;
  return std::chrono::minutes(minutes);
}

// nullopt with the word that is not understood.
std::optional<Request> parse(const std::vector<std::string>& argv, std::string& wrong) {
  Request request;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const auto delay = delay_of(argv[i]);
    if (delay) {
      request.delay = *delay;
    } else if (argv[i] == "-h" || argv[i] == "-P" || argv[i] == "-r") {
      request.restart = argv[i] == "-r";
    } else {
      wrong = argv[i];
      return std::nullopt;
    }
  }
  return request;
}

}  // namespace

int shutdown(Process& process, const std::vector<std::string>& argv) {
  std::string wrong;
  const auto request = parse(argv, wrong);
  if (!request) {
    process.err(fmt::format("shutdown: \"{}\" is not understood\n", wrong));
    return 1;
  }
  process.sleep(request->delay);
  process.sleep(kServicesStop);
  const int status = process.shut_down(request->restart);
  process.err(fmt::format("shutdown: {}\n", errno_text(status)));
  return 1;
}

}  // namespace lparsim::userland
