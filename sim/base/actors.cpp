// The scheduler behind actors.hpp. Actors live in slots (the carrier's stacks), which are reused;
// an actor's number is its own. All queues are ordered by arrival, so that a run depends on nothing
// but the answers of Choices.
#include "sim/base/actors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>
#include <utility>

#include "sim/base/assert.hpp"

namespace lparsim {
namespace {

constexpr std::uint32_t kNoSlot = 0xffffffffU;
constexpr std::size_t kMostOutcomes = 64;  // a tie of more actors is decided among the first ones

// "0", "1", ... as the names of the outcomes of a tie.
struct Positions {
  std::array<std::array<char, 3>, kMostOutcomes> texts{};
  constexpr Positions() {
    for (std::size_t i = 0; i < kMostOutcomes; ++i) {
      if (i < 10) {
        texts[i] = {static_cast<char>('0' + i), 0, 0};
      } else {
        texts[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10), 0};
      }
    }
  }
};
constexpr Positions kPositions;

enum class State : std::uint8_t { fresh, ready, sleeping, blocked, running };

struct Actor {
  ActorId id{};  // 0: the slot is free
  PartitionId partition = kNoPartition;
  State state = State::fresh;
  bool ending = false;
  bool completed = false;         // the body came to its own end
  Woken woken = Woken::by_key;
  std::uint64_t wait_number = 0;  // changes with each wait: tells stale timers
  bool timed = false;             // the present wait has a timer
  WaitKey key;
  std::string name;
  std::function<void()> body;
  std::function<void()> run;  // what the carrier calls: body, then the note that it completed
};

// A timer of an actor's wait (slot) or an action (slot == kNoSlot).
struct Timer {
  TimePoint when;
  std::uint64_t number;
  std::uint32_t slot;
  std::uint64_t wait_number;
};
struct Later {
  bool operator()(const Timer& a, const Timer& b) const {
    return a.when != b.when ? a.when > b.when : a.number > b.number;
  }
};

}  // namespace

struct ActorScheduler::Impl {
  Clock& clock;
  Choices& choices;
  EventLog& log;
  Carrier& carrier;
  ActorId& current;

  std::deque<Actor> actors;  // by slot; a deque, for bodies must not move while they run
  std::vector<std::uint32_t> free_slots;
  std::vector<std::uint32_t> slot_of;  // by actor number; kNoSlot: gone
  std::vector<std::uint32_t> ready;    // in the order they came
  std::vector<std::uint32_t> ending;   // leave first, and their order is no choice
  std::vector<std::uint32_t> blocked;
  std::vector<Timer> timers;  // binary heap
  std::unordered_map<std::uint64_t, std::function<void()>> actions;  // looked up by number only
  std::uint64_t next_timer = 1;
  std::size_t live = 0;
  TimePoint horizon = TimePoint::max();
  bool passing = false;
  Counts counts;
  Bounds bounds;
  TimePoint instant;               // since when `at_instant` counts
  std::uint64_t at_instant = 0, in_run = 0;
  std::optional<std::string> overrun;

  // Notes one more step by `who`; false when the run has to be given up before it.
  bool step(std::string_view who) { return step(who, clock.now()); }
  bool step(std::string_view who, TimePoint now) {
    if (overrun) return false;
    if (now != instant) {
      instant = now;
      at_instant = 0;
    }
    ++in_run;
    if (++at_instant > bounds.at_one_instant) {
      give_up(fmt::format("{} steps of actors while simulated time stood still at {} ns",
                          at_instant, instant.time_since_epoch().count()),
              bounds.at_one_instant, who);
    } else if (in_run > bounds.in_one_run) {
      give_up(fmt::format("{} steps of actors in one go", in_run), bounds.in_one_run, who);
    }
    return !overrun;
  }

  void give_up(std::string found, std::uint64_t allowed, std::string_view who) {
    constexpr std::size_t kMostNames = 4;
    std::string names(who);
    for (std::size_t i = 0; i < std::min(ready.size(), kMostNames); ++i) {
      if (const auto& name = actors[ready[i]].name; name != who) names += ", " + name;
    }
    overrun = fmt::format("{}, allowed are {}; at work: {}", found, allowed, names);
  }

  Actor* find(ActorId id) {
    if (id.value >= slot_of.size() || slot_of[id.value] == kNoSlot) return nullptr;
    return &actors[slot_of[id.value]];
  }

  std::uint32_t take_slot() {
    if (!free_slots.empty()) {
      const auto slot = free_slots.back();
      free_slots.pop_back();
      return slot;
    }
    actors.emplace_back();
    const auto slot = static_cast<std::uint32_t>(actors.size() - 1);
    Actor& actor = actors.back();
    actor.run = [&actor] {
      actor.body();
      actor.completed = true;
    };
    return slot;
  }

  void release(std::uint32_t slot) {
    Actor& actor = actors[slot];
    log.add(EventKind::actor_end, actor.partition, actor.id.value, log.text(actor.name),
            actor.completed ? 0 : 1);
    slot_of[actor.id.value] = kNoSlot;
    actor.id = ActorId{};
    ++actor.wait_number;
    actor.body = nullptr;
    free_slots.push_back(slot);
    --live;
  }

  bool stale(const Timer& timer) const {
    if (timer.slot == kNoSlot) return !actions.contains(timer.number);
    return actors[timer.slot].wait_number != timer.wait_number;
  }

  void pop_timer() {
    std::pop_heap(timers.begin(), timers.end(), Later{});
    timers.pop_back();
  }

  // The first timer that still means something, or nullptr.
  const Timer* first_timer() {
    while (!timers.empty() && stale(timers.front())) pop_timer();
    return timers.empty() ? nullptr : &timers.front();
  }

  std::uint64_t add_timer(TimePoint when, std::uint32_t slot, std::uint64_t wait_number) {
    timers.push_back({when, next_timer, slot, wait_number});
    std::push_heap(timers.begin(), timers.end(), Later{});
    return next_timer++;
  }

  void make_ready(std::uint32_t slot, Woken why) {
    Actor& actor = actors[slot];
    if (actor.state == State::blocked) std::erase(blocked, slot);
    actor.state = State::ready;
    actor.woken = why;
    ++actor.wait_number;  // its timer, if any, is stale now
    ready.push_back(slot);
  }

  void fire_due() {
    for (const Timer* timer = first_timer();
         timer != nullptr && timer->when <= clock.now() && !overrun; timer = first_timer()) {
      const Timer due = *timer;
      pop_timer();
      if (due.slot != kNoSlot) {
        make_ready(due.slot, Woken::by_timeout);
      } else if (step("a timer")) {
        auto node = actions.extract(due.number);
        node.mapped()();
      }
    }
  }

  std::uint32_t take_next() {
    auto& queue = ending.empty() ? ready : ending;
    std::size_t picked = 0;
    if (&queue == &ready && ready.size() > 1) {
      std::array<Outcome, kMostOutcomes> outcomes;
      const auto count = std::min(ready.size(), kMostOutcomes);
      for (std::size_t i = 0; i < count; ++i) {
        outcomes[i] = {kPositions.texts[i].data(), static_cast<std::int64_t>(i)};
      }
      picked = choices.pick({ChoiceClass::order, "actors.next", kNoPartition, 0},
                            std::span(outcomes).first(count));
      LPARSIM_ASSERT(picked < count);
    }
    const auto slot = queue[picked];
    queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(picked));
    return slot;
  }

  void resume(std::uint32_t slot) {
    Actor& actor = actors[slot];
    actor.state = State::running;
    current = actor.id;
    log.set_actor(actor.id);
    ++counts.switches;
    carrier.enter(slot, actor.run);
    current = ActorId{};
    log.set_actor(current);
    if (actor.state == State::running) release(slot);  // it did not leave: it is over
  }

  // Nothing else happens before or at `then`.
  bool nothing_before(TimePoint then) {
    if (!ready.empty() || !ending.empty() || then > horizon) return false;
    const Timer* timer = first_timer();
    return timer == nullptr || timer->when > then;
  }

  void pass(Duration by) {
    ++counts.passes;
    if (by == Duration::zero()) return;
    passing = true;
    carrier.pass_time(by);
    passing = false;
  }

  // Leaves to the shell; the caller has put the actor into the queue that it waits in.
  void leave(std::uint32_t slot) {
    carrier.leave(slot);
    if (actors[slot].ending) throw ActorEnded{};
  }

  std::uint32_t running_slot() {
    LPARSIM_ASSERT(current != ActorId{});  // only an actor may wait
    const auto slot = slot_of[current.value];
    if (actors[slot].ending) throw ActorEnded{};
    return slot;
  }

  void end(std::uint32_t slot) {
    Actor& actor = actors[slot];
    if (actor.ending) return;
    actor.ending = true;
    if (actor.state == State::running) return;  // it is the one that calls: at its next wait
    if (actor.state == State::blocked) std::erase(blocked, slot);
    if (actor.state == State::ready || actor.state == State::fresh) std::erase(ready, slot);
    ++actor.wait_number;
    if (actor.state == State::fresh) {
      release(slot);
    } else {
      actor.state = State::ready;
      ending.push_back(slot);
    }
  }

  // Ends those that match, by ascending actor number.
  template <class Predicate>
  void end_if(Predicate matches) {
    for (std::size_t number = 1; number < slot_of.size(); ++number) {
      const auto slot = slot_of[number];
      if (slot != kNoSlot && matches(actors[slot])) end(slot);
    }
  }
};

ActorScheduler::ActorScheduler(Clock& clock, Choices& choices, EventLog& log, Carrier& carrier)
    : impl_(new Impl{clock, choices, log, carrier, current_, {}, {}, {kNoSlot}, {}, {}, {}, {}, {},
                     1, 0, TimePoint::max(), false, {}, {}, {}, 0, 0, {}}) {}

ActorScheduler::~ActorScheduler() = default;

ActorId ActorScheduler::spawn(std::string name, PartitionId partition, std::function<void()> body) {
  LPARSIM_ASSERT(!impl_->passing);
  const auto slot = impl_->take_slot();
  Actor& actor = impl_->actors[slot];
  actor.id = ActorId{static_cast<std::uint32_t>(impl_->slot_of.size())};
  actor.partition = partition;
  actor.state = State::fresh;
  actor.ending = actor.completed = actor.timed = false;
  actor.name = std::move(name);
  actor.body = std::move(body);
  impl_->slot_of.push_back(slot);
  impl_->ready.push_back(slot);
  ++impl_->live;
  impl_->log.add(EventKind::actor_start, partition, actor.id.value, impl_->log.text(actor.name));
  return actor.id;
}

void ActorScheduler::wake(WaitKey key) {
  LPARSIM_ASSERT(!impl_->passing);
  auto& blocked = impl_->blocked;
  for (std::size_t i = 0; i < blocked.size();) {
    if (impl_->actors[blocked[i]].key == key) {
      impl_->make_ready(blocked[i], Woken::by_key);  // takes it out of `blocked`
    } else {
      ++i;
    }
  }
}

std::uint64_t ActorScheduler::at(TimePoint when, std::function<void()> action) {
  LPARSIM_ASSERT(!impl_->passing);
  const auto number = impl_->add_timer(when, kNoSlot, 0);
  impl_->actions.emplace(number, std::move(action));
  return number;
}

void ActorScheduler::cancel(std::uint64_t timer) { impl_->actions.erase(timer); }

void ActorScheduler::end(ActorId actor) {
  if (impl_->find(actor) != nullptr) impl_->end(impl_->slot_of[actor.value]);
}

void ActorScheduler::end_partition(PartitionId partition) {
  impl_->end_if([&](const Actor& actor) { return actor.partition == partition; });
}

void ActorScheduler::end_all() {
  impl_->end_if([](const Actor&) { return true; });
}

void ActorScheduler::restart() {
  LPARSIM_ASSERT(impl_->live == 0 && current_ == ActorId{});
  impl_->timers.clear();
  impl_->actions.clear();
  impl_->slot_of.assign(1, kNoSlot);
  impl_->next_timer = 1;
  // Slots are handed out from the lowest again, as in a scheduler that has just begun.
  std::sort(impl_->free_slots.begin(), impl_->free_slots.end(), std::greater<>{});
}

bool ActorScheduler::alive(ActorId actor) const { return impl_->find(actor) != nullptr; }

std::string_view ActorScheduler::name(ActorId actor) const {
  const Actor* found = impl_->find(actor);
  return found == nullptr ? std::string_view{} : std::string_view{found->name};
}

void ActorScheduler::sleep(Duration how_long) {
  LPARSIM_ASSERT(how_long >= Duration::zero());
  const auto slot = impl_->running_slot();
  const TimePoint now = impl_->clock.now();
  const bool in_place = impl_->nothing_before(now + how_long);
  if (in_place && impl_->step(impl_->actors[slot].name, now)) return impl_->pass(how_long);
  Actor& actor = impl_->actors[slot];
  ++actor.wait_number;
  if (how_long == Duration::zero()) {
    actor.state = State::ready;
    impl_->ready.push_back(slot);
  } else {
    actor.state = State::sleeping;
    impl_->add_timer(now + how_long, slot, actor.wait_number);
  }
  impl_->leave(slot);
}

Woken ActorScheduler::block(WaitKey key, std::optional<Duration> timeout) {
  const auto slot = impl_->running_slot();
  const bool in_place = timeout && impl_->nothing_before(impl_->clock.now() + *timeout);
  if (in_place && impl_->step(impl_->actors[slot].name)) {
    impl_->pass(*timeout);
    return Woken::by_timeout;
  }
  Actor& actor = impl_->actors[slot];
  ++actor.wait_number;
  actor.state = State::blocked;
  actor.key = key;
  actor.timed = timeout.has_value();
  impl_->blocked.push_back(slot);
  if (timeout) impl_->add_timer(impl_->clock.now() + *timeout, slot, actor.wait_number);
  impl_->leave(slot);
  return actor.woken;
}

void ActorScheduler::run_due() {
  LPARSIM_ASSERT(current_ == ActorId{});
  for (;;) {
    impl_->fire_due();
    if (impl_->ending.empty()) {
      if (impl_->ready.empty() || impl_->overrun) return;
      if (!impl_->step(impl_->actors[impl_->ready.front()].name)) return;
    }
    impl_->resume(impl_->take_next());
  }
}

std::optional<TimePoint> ActorScheduler::next_time() const {
  if (!impl_->ready.empty() || !impl_->ending.empty()) return impl_->clock.now();
  const Timer* timer = impl_->first_timer();
  return timer == nullptr ? std::nullopt : std::optional(timer->when);
}

void ActorScheduler::begin_run(TimePoint latest) {
  impl_->horizon = latest;
  impl_->at_instant = impl_->in_run = 0;
  impl_->overrun.reset();
}

void ActorScheduler::set_bounds(Bounds bounds) { impl_->bounds = bounds; }

const std::optional<std::string>& ActorScheduler::overrun() const { return impl_->overrun; }

ActorScheduler::Counts ActorScheduler::counts() const { return impl_->counts; }

std::size_t ActorScheduler::live_actors() const { return impl_->live; }

std::size_t ActorScheduler::pending_timers() const { return impl_->actions.size(); }

std::vector<std::string> ActorScheduler::blocked_actors() const {
  std::vector<std::string> names;
  for (const auto slot : impl_->blocked) {
    if (!impl_->actors[slot].timed) names.push_back(impl_->actors[slot].name);
  }
  return names;
}

}  // namespace lparsim
