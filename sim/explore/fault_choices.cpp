#include "sim/explore/fault_choices.hpp"

#include <utility>

#include "sim/explore/equal_effect.hpp"

namespace lparsim::explore {

void FaultChoices::begin(std::vector<Fault> faults) {
  started_ = true;
  faults_ = std::move(faults);
  next_ = 0;
  asked_.clear();
  points_.clear();
  left_out_ = 0;
}

std::size_t FaultChoices::pick(const ChoicePoint& point, std::span<const Outcome> outcomes) {
  if (!started_ || point.cls != ChoiceClass::fault) return 0;
  const std::uint32_t nth = ++asked_[{point.site, point.partition, point.argument}];
  if (next_ < faults_.size()) {
    const Fault& fault = faults_[next_];
    const bool meant = fault.site == point.site && fault.partition == point.partition &&
                       fault.argument == point.argument && fault.nth == nth;
    if (!meant) return 0;
    ++next_;
    for (std::size_t i = 1; i < outcomes.size(); ++i) {
      if (outcomes[i].name == fault.outcome) return i;
    }
    return 0;
  }
  if (!collect_) return 0;
  Point& open = points_.emplace_back();
  open.asked = {std::string(point.site), point.partition, point.argument, nth, {}};
  for (const Outcome& outcome : outcomes.subspan(1)) {
    if (!keep_equals_ && has_equal(outcome.name, nth)) {
      ++left_out_;
    } else {
      open.outcomes.emplace_back(outcome.name);
    }
  }
  return 0;
}

}  // namespace lparsim::explore
