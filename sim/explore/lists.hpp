// Goes through all lists of one length that begin with one given fault.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "sim/explore/episodes.hpp"

namespace lparsim::explore {

class Lists {
 public:
  struct Watcher {
    std::function<bool()> stopped;                          // asked between two runs
    std::function<void(const Path&)> begins;                // this run comes next
    std::function<void(const Path&, const Played&)> ended;  // only of lists of the whole length
  };

  // first: the outcomes of the run without faults. skipped: lists that nobody survives.
  Lists(Episodes& episodes, std::vector<Fault> first, unsigned length, std::set<Path> skipped,
        Watcher watcher);

  // The lists that begin with first[number]; those behind `after` when there is one. False: it was
  // stopped before all were played.
  bool play_all(std::uint32_t number, const std::optional<Path>& after = std::nullopt);

 private:
  bool play_below(const Path& path, std::vector<Fault>& faults, const Path* after);

  Episodes& episodes_;
  std::vector<Fault> first_;
  unsigned length_;
  std::set<Path> skipped_;
  Watcher watcher_;
};

}  // namespace lparsim::explore
