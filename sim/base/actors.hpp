// Actors: the sequential parts of the world (an HMC session, the RMC daemon, a drmgr process, a
// kernel worker, a user, a CPU entering or leaving). The scheduler releases one at a time; which of
// several that are ready at the same time goes first is a choice. It knows nothing of SystemC: the
// stacks come from a Carrier (models/actor_pool for SC_THREADs, tests/support for plain contexts).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/ids.hpp"
#include "sim/base/time.hpp"

namespace lparsim {

// Thrown by a blocking call of an actor that was ended (kill, BUG, reset, power-off, end of a run)
// and caught only by the carrier's loop. RAII cleans up; nothing may swallow it: no catch (...)
// without rethrow, no noexcept on a path that can block, no blocking in a destructor.
class ActorEnded {};

// What an actor waits for. Whoever calls wake() with an equal key releases it.
struct WaitKey {
  const void* owner = nullptr;
  std::uint64_t id = 0;
  bool operator==(const WaitKey&) const = default;
};

enum class Woken { by_key, by_timeout };

// Lends stacks. All calls come from the scheduler.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // Runs `body` on stack `slot` until it calls leave() or returns; called by the shell only.
  // The first call for a slot starts `body`, later ones continue it.
  virtual void enter(std::size_t slot, const std::function<void()>& body) = 0;
  // Goes back to the shell; returns when the shell enters this slot again.
  virtual void leave(std::size_t slot) = 0;
  // Lets simulated time pass while `slot` stays the one that runs (nobody else is due before).
  virtual void pass_time(Duration by) = 0;
};

class ActorScheduler {
 public:
  ActorScheduler(Clock& clock, Choices& choices, EventLog& log, Carrier& carrier);
  ~ActorScheduler();

  // -- from anywhere -------------------------------------------------------------------------
  // A new actor, ready at once. `partition` only labels it (log, choices, end_partition).
  ActorId spawn(std::string name, PartitionId partition, std::function<void()> body);
  void wake(WaitKey key);            // releases all that wait for the key, in the order they came
  // Calls `action` from the shell at that time: for messages in flight and timers.
  std::uint64_t at(TimePoint when, std::function<void()> action);
  void cancel(std::uint64_t timer);
  // The actor's next (or present) blocking call throws ActorEnded; one that never ran just goes.
  void end(ActorId actor);
  void end_partition(PartitionId partition);
  void end_all();
  // A new episode begins: forgets all timers and counts ids from 1 again. No actor may be alive.
  void restart();

  bool alive(ActorId actor) const;
  ActorId current() const { return current_; }   // ActorId{0}: the shell
  std::string_view name(ActorId actor) const;

  // -- from inside an actor ------------------------------------------------------------------
  void sleep(Duration how_long);
  Woken block(WaitKey key, std::optional<Duration> timeout = std::nullopt);
  void yield() { sleep(Duration::zero()); }      // others that are ready go first

  // -- from the shell ------------------------------------------------------------------------
  // Runs everything that is due at the present time. Afterwards nothing is due before next_time().
  void run_due();
  std::optional<TimePoint> next_time() const;    // nullopt: nothing will ever happen by itself
  // A run begins: the bounds count anew, and no actor lets time pass in place beyond `latest`,
  // for the shell wants to look then.
  void begin_run(TimePoint latest);
  // What one run may do. A step is an actor that is entered or lets time pass in place, or an
  // action of at(); a world that works takes some thousands of them for an HMC command.
  struct Bounds {
    std::uint64_t at_one_instant = 1'000'000;   // while simulated time stands still
    std::uint64_t in_one_run = 20'000'000;
  };
  void set_bounds(Bounds bounds);
  // Why run_due() gave up, in one line with what was found, what is allowed and who took part;
  // nullopt: it did not. Actors that are ended still leave then, nobody else goes on.
  const std::optional<std::string>& overrun() const;
  // How often an actor was entered and how often time passed in place; for tests and benchmarks.
  struct Counts {
    std::uint64_t switches = 0, passes = 0;
  };
  Counts counts() const;
  std::size_t live_actors() const;
  std::size_t pending_timers() const;            // actions of at() that are still to come
  // Actors that wait without a timeout for something that is not there, for "never ends" reports.
  std::vector<std::string> blocked_actors() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  ActorId current_{};
};

}  // namespace lparsim
