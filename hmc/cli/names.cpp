#include "hmc/cli/names.hpp"

#include <algorithm>

#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

template <class Predicate>
const PartitionRecord* find_if_partition(const Inventory& inventory, Predicate predicate) {
  const auto& all = inventory.partitions;
  const auto it = std::find_if(all.begin(), all.end(), predicate);
  return it == all.end() ? nullptr : &*it;
}

}  // namespace

const PartitionRecord* find_partition(const Inventory& inventory, std::string_view name) {
  return find_if_partition(inventory, [&](const PartitionRecord& p) { return p.name == name; });
}

const PartitionRecord* find_partition_id(const Inventory& inventory, std::string_view id) {
  const auto number = whole_number(id);
  return find_if_partition(
      inventory, [&](const PartitionRecord& p) { return number && p.id.value == *number; });
}

OrMessage<bool> check_system(const Options& options, const Inventory& inventory) {
  if (!options.has("-m")) return missing("-m");
  const std::string& system = options.value("-m");
  if (system != inventory.system_name && system != inventory.type_model + '*' + inventory.serial) {
    return tl::make_unexpected(message(MessageId::no_such_system, {{"system", system}}));
  }
  return true;
}

OrMessage<NamedPartition> named_partition(const Options& options, const Inventory& inventory,
                                          std::string_view by_name, std::string_view by_id) {
  if (options.has(by_name) && options.has(by_id)) return invalid(by_id);
  if (options.has(by_id)) {
    const std::string& id = options.value(by_id);
    if (!whole_number(id)) return missing(by_id);
    const PartitionRecord* found = find_partition_id(inventory, id);
    if (found != nullptr) return NamedPartition{found->id, id};
    return tl::make_unexpected(message(MessageId::no_such_partition_id, {{"id", id}}));
  }
  if (!options.has(by_name)) return missing(std::string(by_name) + ',' + std::string(by_id));
  const std::string& name = options.value(by_name);
  const PartitionRecord* found = find_partition(inventory, name);
  if (found != nullptr) return NamedPartition{found->id, name};
  return tl::make_unexpected(message(MessageId::no_such_partition, {{"partition", name}}));
}

}  // namespace lparsim::hmc
