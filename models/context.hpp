// What every part of the simulated world stands on.
#pragma once

#include "sim/base/actors.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/time.hpp"

namespace lparsim::models {

struct Context {
  Clock& clock;
  Choices& choices;
  EventLog& log;
  ActorScheduler& actors;
};

}  // namespace lparsim::models
