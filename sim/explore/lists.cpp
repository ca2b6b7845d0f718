#include "sim/explore/lists.hpp"

#include <utility>

namespace lparsim::explore {

Lists::Lists(Episodes& episodes, std::vector<Fault> first, unsigned length,
             std::set<Path> skipped, Watcher watcher)
    : episodes_(episodes), first_(std::move(first)), length_(length),
      skipped_(std::move(skipped)), watcher_(std::move(watcher)) {}

bool Lists::play_all(std::uint32_t number, const std::optional<Path>& after) {
  std::vector<Fault> faults{first_.at(number)};
  return play_below(Path{}.then(number), faults, after ? &*after : nullptr);
}

// `after`, while it is not null, begins with `path`.
bool Lists::play_below(const Path& path, std::vector<Fault>& faults, const Path* after) {
  if (skipped_.contains(path) || (after != nullptr && path == *after)) return true;
  if (watcher_.stopped()) return false;
  const bool whole = path.length == length_;
  episodes_.collect_points(!whole);
  watcher_.begins(path);
  const Played played = episodes_.play(faults);
  if (whole) {
    watcher_.ended(path, played);
    return true;
  }
  const auto offered = episodes_.longer_by();
  const bool resumed = after != nullptr && after->length > path.length;
  for (std::uint32_t i = resumed ? after->at[path.length] : 0; i < offered.size(); ++i) {
    faults.push_back(offered[i]);
    const bool on_its_way = resumed && i == after->at[path.length];
    const bool all = play_below(path.then(i), faults, on_its_way ? after : nullptr);
    faults.pop_back();
    if (!all) return false;
  }
  return true;
}

}  // namespace lparsim::explore
