#include "hmc/inventory/records.hpp"

#include <algorithm>
#include <iterator>

namespace lparsim::hmc {
namespace {

// Moves the rows for which `is_its` holds behind the last one that does not come after them.
template <class Row, class IsIts, class IdOf>
void move_rows(std::vector<Row>& from, std::vector<Row>& to, IsIts is_its, IdOf id_of) {
  const auto its = std::stable_partition(from.begin(), from.end(),
                                         [&](const Row& row) { return !is_its(row); });
  for (auto row = its; row != from.end(); ++row) {
    const auto place = std::upper_bound(
        to.begin(), to.end(), id_of(*row),
        [&](PartitionId id, const Row& other) { return id < id_of(other); });
    to.insert(place, std::move(*row));
  }
  from.erase(its, from.end());
}

}  // namespace

void move_records(Inventory& from, PartitionId partition, Inventory& to) {
  move_rows(from.partitions, to.partitions,
            [&](const PartitionRecord& record) { return record.id == partition; },
            [](const PartitionRecord& record) { return record.id; });
  move_rows(from.profiles, to.profiles,
            [&](const Profile& profile) { return profile.partition == partition; },
            [](const Profile& profile) { return profile.partition; });
  move_rows(from.adapters, to.adapters,
            [&](const VirtualAdapter& adapter) { return adapter.partition == partition; },
            [](const VirtualAdapter& adapter) { return adapter.partition; });
}

}  // namespace lparsim::hmc
