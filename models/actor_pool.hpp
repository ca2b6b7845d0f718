// Stacks and time for actors, from SystemC: a pool of SC_THREADs and one dispatcher that runs what
// is due and then waits for the scheduler's next time. Idle actors' stacks are reused, since a
// thread costs some 15 us to make. This is the only place that catches ActorEnded.
//
// Time is decoupled as TLM-2.0 allows it: while nothing else is due, the running actor's sleeps
// only move the clock ahead of SystemC's time, and SystemC catches up when the actor hands over. A
// sleep in place then costs nanoseconds, and all see the same times as with a wait() for each.
#pragma once

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES
#define SC_INCLUDE_DYNAMIC_PROCESSES  // sc_spawn
#endif

#include <cstddef>
#include <deque>
#include <functional>
#include <systemc>

#include "sim/base/actors.hpp"
#include "sim/base/time.hpp"

namespace lparsim::models {

// SystemC's time, counted from the start of the episode. The resolution must be 1 ns.
class SimulationClock final : public Clock {
 public:
  TimePoint now() const override {
    return TimePoint{Duration{static_cast<Duration::rep>(sc_core::sc_time_stamp().value())} +
                     offset_};
  }
  // From now on this moment is called `now`: an episode begins.
  void call_it(TimePoint now) { offset_ += now - this->now(); }
  // Time passes here now and in SystemC later, when the pool waits for `ahead` and says so.
  void run_ahead(Duration by) {
    offset_ += by;
    ahead_ += by;
  }
  Duration ahead() const { return ahead_; }
  void caught_up() {
    offset_ -= ahead_;
    ahead_ = Duration::zero();
  }

 private:
  Duration offset_{};
  Duration ahead_{};                   // part of offset_ that SystemC has still to live through
};

class ActorPool final : public sc_core::sc_module, public Carrier {
 public:
  // `stacks` are made at elaboration; more are spawned when more actors live at once.
  ActorPool(sc_core::sc_module_name name, SimulationClock& clock, std::size_t stacks = 8);

  // Whose actors run here; before the first run().
  void serve(ActorScheduler& scheduler) { scheduler_ = &scheduler; }

  enum class Stop { reached, idle, limit, overrun };
  // Lets the simulation run until `until` is true (asked whenever all that is due has run), nothing
  // would ever happen by itself, `limit` is reached (time stands at `limit` then), or the scheduler
  // gives up a run that goes on without end (ActorScheduler::overrun says what it found). Called
  // between slices of the simulation (it calls sc_start) or from an SC_THREAD that is no actor.
  Stop run(const std::function<bool()>& until, TimePoint limit);

  void enter(std::size_t slot, const std::function<void()>& body) override;
  void leave(std::size_t slot) override;
  void pass_time(Duration by) override;

 private:
  struct Worker {
    sc_core::sc_event go;
    const std::function<void()>* body = nullptr;  // null: idle
  };
  struct Request {
    const std::function<bool()>* until;
    TimePoint limit;
    bool from_process;
  };

  void dispatch();
  Stop work_on(const Request& request);
  void work(Worker& worker);
  void catch_up();                     // SystemC's time reaches the clock's
  Worker& add_worker(bool at_elaboration);

  SimulationClock& clock_;
  ActorScheduler* scheduler_ = nullptr;
  std::deque<Worker> workers_;
  sc_core::sc_event back_, kick_, done_;
  const Request* request_ = nullptr;
  Stop result_ = Stop::idle;
};

}  // namespace lparsim::models
