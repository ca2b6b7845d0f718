// One pass of a search, all lists of one length, by processes that are forked from the booted
// machine. What they find does not depend on their number, nor on who is faster. A worker that
// crashes or hangs costs the run it was at; another one goes on behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/base/result.hpp"
#include "sim/explore/episodes.hpp"
#include "sim/explore/findings.hpp"

namespace lparsim::explore {

// Where a pass stands. A unit is the lists that begin with one outcome of the run without faults.
struct Pass {
  unsigned length = 1;
  std::set<std::uint32_t> done;                  // units
  std::uint64_t runs = 0;                        // of done units
  std::set<Path> found;                          // runs that broke something new to their worker
};

struct Crew {
  unsigned jobs = 1;
  unsigned shard = 0, shards = 1;                // this search has the units with number % shards
  std::chrono::nanoseconds patience{std::chrono::seconds(120)};  // processor time of one run
  std::function<bool()> stopped;                 // asked now and then: the end of the budget, ^C
  std::function<void(std::uint64_t runs, const Pass&)> progress;   // now and then
};

// Lists that nobody survived, with the way it ended ("signal 11", "no end"): those known before, to
// be skipped, and those found now.
using Crashes = std::map<Path, std::string>;

// Completes the pass as far as nothing stops it. findings: what is known already. An error: the
// system has no process or pipe to give.
Result<void> work(Episodes& episodes, const std::vector<Fault>& first, const Findings& findings,
                  const Crew& crew, Pass& pass, Crashes& crashes);

}  // namespace lparsim::explore
