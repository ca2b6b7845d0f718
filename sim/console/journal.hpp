// The state of a console as what brought it about: each command with the moment at which it came.
// Played again from the boot it leads to the same state, event for event, and is checked against
// the hash of the event log at each step. One JSON object a line; a line is on the disk before its
// command begins, and a last line that is cut off (power was lost) counts as not written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "models/world.hpp"
#include "sim/base/result.hpp"

namespace lparsim::console {

// A moment of a run: simulated time, events since the boot, and their hash.
struct Moment {
  std::int64_t time_ns = 0;
  std::uint64_t events = 0, hash = 0;
  bool operator==(const Moment&) const = default;
};
Moment moment_of(models::World& world);

struct JournalEntry {
  Moment at;
  std::string command;
};

class Journal {
 public:
  // Opens or begins the file. `boot`: the hash of the boot's events, which another machine, profile
  // or program has not in common; then it is an error. "": nothing is kept.
  static Result<Journal> open(const std::string& path, std::uint64_t boot);

  const std::vector<JournalEntry>& entries() const { return entries_; }   // those of the file
  Result<void> add(const JournalEntry& entry);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Result<void> write(const std::string& line);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<JournalEntry> entries_;
};

}  // namespace lparsim::console
