#include "sim/console/server.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "sim/console/journal.hpp"
#include "sim/console/protocol.hpp"

namespace lparsim::console {
namespace {

using RealClock = std::chrono::steady_clock;
constexpr Duration kForEver = std::chrono::hours(24 * 365 * 10);
constexpr int kLookEvery_ms = 200;             // after the wish to stop
constexpr std::uint32_t kStepsBetweenLooks = 256;

struct Session {
  int socket = -1;
  std::string received, to_send;
  bool waits = false;                          // its command runs
  bool gone = false;
};

class Server {
 public:
  Server(models::World& world, const ServerOptions& options, Journal journal, int socket)
      : world_(world), options_(options), journal_(std::move(journal)), socket_(socket) {}

  ~Server() {
    ::close(socket_);
    ::unlink(options_.socket.c_str());
    for (const Session& session : sessions_) ::close(session.socket);
    world_.end_all_actors();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // What the state file tells has happened, happens again.
  Result<void> take_up() {
    for (const JournalEntry& entry : journal_.entries()) {
      const auto there = [&] { return world_.log().total() >= entry.at.events; };
      const auto left = Duration(entry.at.time_ns) - simulated();
      const bool reached = world_.run_until(
          [&] { return there() && simulated().count() >= entry.at.time_ns; },
          left < Duration(0) ? Duration(0) : left);
      if (!reached || moment_of(world_) != entry.at) {
        return bad_input(options_.state,
                         fmt::format("\"{}\" came when the machine was in another state than it is "
                                     "now: the file was changed", entry.command));
      }
      world_.hmc_command(entry.command, [](const hmc::CommandResult&) {});
    }
    world_.run_until([this] { return world_.at_rest(); }, kForEver);
    return {};
  }

  Result<void> run() {
    real_zero_ = RealClock::now() - simulated();
    while (!options_.stop()) {
      look(idle_ ? kLookEvery_ms : 0);
      for (Session& session : sessions_) {
        if (auto begun = begin_command(session); !begun) return begun;
      }
      sessions_.remove_if([](const Session& session) {
        if (!session.gone || session.waits) return false;
        ::close(session.socket);
        return true;
      });
      advance();
      if (const auto& overrun = world_.actors().overrun()) {
        return failure(ErrorCode::unsupported, options_.socket, "it does not end: " + *overrun);
      }
    }
    return {};
  }

 private:
  std::chrono::nanoseconds simulated() const { return world_.clock().now().time_since_epoch(); }

  // Lets time pass until somebody has an answer or something to say.
  void advance() {
    idle_ = world_.at_rest();
    if (idle_) {
      real_zero_ = RealClock::now() - simulated();   // nothing moved meanwhile
      return;
    }
    Duration limit = kForEver;
    if (options_.real_time) {
      limit = RealClock::now() - real_zero_ - simulated();
      if (limit <= Duration(0)) {
        constexpr int kTick_ms = 5;
        look(kTick_ms);
        return;
      }
    }
    answered_ = false;
    std::uint32_t steps = 0;
    const bool reached = world_.run_until(
        [&] {
          return answered_ || world_.at_rest() || (++steps % kStepsBetweenLooks == 0 && heard());
        },
        limit);
    // Who waits without a limit for what never comes (an answer that RMC lost) moves nothing.
    idle_ = !reached && !options_.real_time;
  }

  std::vector<pollfd> polled() const {
    std::vector<pollfd> all{{socket_, POLLIN, 0}};
    for (const Session& session : sessions_) {
      const int events = (session.gone ? 0 : POLLIN) | (session.to_send.empty() ? 0 : POLLOUT);
      all.push_back({events == 0 ? -1 : session.socket, static_cast<short>(events), 0});
    }
    return all;
  }

  bool heard() const {
    auto all = polled();
    return ::poll(all.data(), all.size(), 0) > 0;
  }

  void look(int patience_ms) {
    auto all = polled();
    if (::poll(all.data(), all.size(), patience_ms) <= 0) return;
    std::size_t number = 0;
    for (Session& session : sessions_) {
      const auto events = all[++number].revents;
      if ((events & POLLOUT) != 0) send(session);
      if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) receive(session);
    }
    if (all.front().revents != 0) {
      const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket >= 0) sessions_.emplace_back().socket = socket;
    }
  }

  static void receive(Session& session) {
    char buffer[65536];
    const auto got = ::read(session.socket, buffer, sizeof buffer);
    if (got > 0) {
      session.received.append(buffer, static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      session.gone = true;                     // what it began goes on
    }
  }

  static void send(Session& session) {
    const auto sent =
        ::send(session.socket, session.to_send.data(), session.to_send.size(), MSG_NOSIGNAL);
    if (sent > 0) session.to_send.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) session.gone = true;
  }

  Result<void> begin_command(Session& session) {
    if (session.waits || session.gone) return {};
    auto text = take_text(session.received);
    if (!text) session.gone = true;
    if (!text || !*text) return {};
    const JournalEntry entry{moment_of(world_), std::move(**text)};
    if (auto kept = journal_.add(entry); !kept) return kept;
    session.waits = true;
    world_.hmc_command(entry.command, [this, &session](const hmc::CommandResult& result) {
      session.to_send += framed(Answer{result.exit_status, result.out, result.err});
      session.waits = false;
      answered_ = true;
    });
    return {};
  }

  models::World& world_;
  const ServerOptions& options_;
  Journal journal_;
  int socket_;
  std::list<Session> sessions_;                // addresses stay: commands know theirs
  bool answered_ = false;
  bool idle_ = false;                          // nothing happens before somebody says something
  RealClock::time_point real_zero_;            // when simulated time was 0, as far as pace goes
};

}  // namespace

Result<void> serve(models::World& world, const ServerOptions& options) {
  auto journal = Journal::open(options.state, options.boot_hash);
  if (!journal) return tl::make_unexpected(journal.error());
  const auto socket = listen_on(options.socket);
  if (!socket) return tl::make_unexpected(socket.error());
  Server server(world, options, std::move(*journal), *socket);
  if (auto taken = server.take_up(); !taken) return taken;
  if (options.ready) options.ready();
  return server.run();
}

}  // namespace lparsim::console
