// The choices of one run of an exploration: the faults that the run is about, everything else
// normal; and which faults there could have been.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sim/base/choices.hpp"

namespace lparsim::explore {

// One answer that is not the normal one, found again by its key.
struct Fault {
  std::string site;
  PartitionId partition = kNoPartition;
  std::uint64_t argument = 0;
  std::uint32_t nth = 1;               // the n-th time that this site asks about this argument
  std::string outcome;
};

// A place where something else could have been answered.
struct Point {
  Fault asked;                         // without an outcome
  std::vector<std::string> outcomes;   // those that are not normal
};

class FaultChoices final : public Choices {
 public:
  // A run begins: `faults` in the order in which they are met.
  void begin(std::vector<Fault> faults);

  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override;

  // Points that came after the last of the run's faults: what a longer list could add.
  const std::vector<Point>& points() const { return points_; }
  // Outcomes that were left out of these because others have the same effect.
  std::size_t left_out() const { return left_out_; }
  // Offers them all.
  void keep_equals(bool on) { keep_equals_ = on; }
  // Off: they are not wanted, and a run is faster without them.
  void collect_points(bool on) { collect_ = on; }
  bool all_met() const { return next_ == faults_.size(); }

 private:
  using Key = std::tuple<std::string_view, PartitionId, std::uint64_t>;

  bool started_ = false;               // while the machine boots everything is normal
  bool collect_ = true, keep_equals_ = false;
  std::size_t left_out_ = 0;
  std::vector<Fault> faults_;
  std::size_t next_ = 0;
  std::map<Key, std::uint32_t> asked_; // sites are literals of the code
  std::vector<Point> points_;
};

}  // namespace lparsim::explore
