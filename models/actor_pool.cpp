#include "models/actor_pool.hpp"

#include "sim/base/assert.hpp"

namespace lparsim::models {
namespace {

constexpr int kStackBytes = 1 << 20;  // virtual; a few KiB of it become resident

sc_core::sc_time to_sc(Duration by) {
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(by.count()));
}

}  // namespace

ActorPool::ActorPool(sc_core::sc_module_name name, SimulationClock& clock, std::size_t stacks)
    : sc_module(name), clock_(clock) {
  SC_HAS_PROCESS(ActorPool);
  SC_THREAD(dispatch);
  for (std::size_t i = 0; i < stacks; ++i) add_worker(true);
}

ActorPool::Worker& ActorPool::add_worker(bool at_elaboration) {
  Worker& worker = workers_.emplace_back();
  sc_core::sc_spawn_options options;
  options.set_stack_size(kStackBytes);
  if (at_elaboration) {  // it starts when it is first needed
    options.dont_initialize();
    options.set_sensitivity(&worker.go);
  }
  sc_core::sc_spawn([this, &worker] { work(worker); }, sc_core::sc_gen_unique_name("stack"),
                    &options);
  return worker;
}

void ActorPool::work(Worker& worker) {
  for (;;) {
    try {
      (*worker.body)();
    } catch (const ActorEnded&) {
      // the actor was ended and its stack is unwound; the stack serves the next one
    }
    catch_up();
    worker.body = nullptr;
    back_.notify();
    wait(worker.go);
  }
}

void ActorPool::enter(std::size_t slot, const std::function<void()>& body) {
  if (slot < workers_.size()) {
    Worker& worker = workers_[slot];
    if (worker.body == nullptr) worker.body = &body;
    worker.go.notify();
  } else {
    LPARSIM_ASSERT(slot == workers_.size());  // slots are handed out one after the other
    add_worker(false).body = &body;           // runs at once, without go
  }
  wait(back_);
}

void ActorPool::leave(std::size_t slot) {
  catch_up();
  back_.notify();
  wait(workers_[slot].go);
}

void ActorPool::pass_time(Duration by) { clock_.run_ahead(by); }

// Nothing is due on the way (ActorScheduler::sleep saw to it), so nobody can tell the difference.
void ActorPool::catch_up() {
  if (clock_.ahead() == Duration::zero()) return;
  const auto by = to_sc(clock_.ahead());
  wait(by);
  clock_.caught_up();
}

ActorPool::Stop ActorPool::run(const std::function<bool()>& until, TimePoint limit) {
  LPARSIM_ASSERT(scheduler_ != nullptr && request_ == nullptr);
  const Request request{&until, limit, sc_core::sc_get_current_process_handle().valid()};
  request_ = &request;
  if (request.from_process) {
    kick_.notify();
    wait(done_);
  } else {
    kick_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
  }
  LPARSIM_ASSERT(request_ == nullptr);
  return result_;
}

void ActorPool::dispatch() {
  for (;;) {
    while (request_ == nullptr) wait(kick_);
    const Request request = *request_;
    result_ = work_on(request);
    request_ = nullptr;
    if (request.from_process) {
      done_.notify();
    } else {
      sc_core::sc_pause();
    }
    wait(kick_);
  }
}

ActorPool::Stop ActorPool::work_on(const Request& request) {
  scheduler_->begin_run(request.limit);
  for (;;) {
    scheduler_->run_due();
    if ((*request.until)()) return Stop::reached;
    if (scheduler_->overrun()) return Stop::overrun;
    const auto next = scheduler_->next_time();
    if (!next) return Stop::idle;
    if (*next > request.limit) {
      if (request.limit > clock_.now()) wait(to_sc(request.limit - clock_.now()));
      return Stop::limit;
    }
    if (*next > clock_.now()) wait(to_sc(*next - clock_.now()));
  }
}

}  // namespace lparsim::models
