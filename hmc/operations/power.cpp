#include "hmc/operations/power.hpp"

#include <algorithm>

#include "hmc/inventory/text.hpp"
#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

using Output = tl::expected<std::string, std::string>;

Output refuse(MessageId id, MessageFields fields = {}) {
  return tl::make_unexpected(message(id, fields));
}

PartitionRecord* record_of(Inventory& inventory, PartitionId id) {
  auto& all = inventory.partitions;
  const auto it = std::find_if(all.begin(), all.end(),
                               [&](const PartitionRecord& p) { return p.id == id; });
  return it == all.end() ? nullptr : &*it;
}

const Profile* find_profile(const Inventory& inventory, PartitionId id, const std::string& name) {
  const auto& all = inventory.profiles;
  const auto it = std::find_if(all.begin(), all.end(), [&](const Profile& profile) {
    return profile.partition == id && profile.name == name;
  });
  return it == all.end() ? nullptr : &*it;
}

Output power_refusal(const NamedPartition& partition, const Answer& answer, PartitionState state) {
  switch (answer.refusal) {
    case Refusal::not_enough_processors:
    case Refusal::not_enough_memory:
      return refuse(MessageId::no_resources_to_activate, {{"partition", partition.shown}});
    case Refusal::wrong_state:
      return refuse(MessageId::wrong_state, {{"partition", partition.shown},
                                             {"state", word_of(kPartitionStates, state)}});
    default:
      return refuse(MessageId::refused,
                    {{"partition", partition.shown}, {"resource", "power state"}});
  }
}

}  // namespace

Output activate(Console& console, const NamedPartition& partition,
                const std::optional<std::string>& profile) {
  const PartitionState state = console.hypervisor.partition(partition.id).state;
  const Profile* found =
      profile ? find_profile(console.inventory, partition.id, *profile) : nullptr;
  if (profile && found == nullptr) {
    return refuse(MessageId::no_such_profile, {{"profile", *profile}});
  }
  if (state != PartitionState::not_activated) return refuse(MessageId::not_not_activated);
  const PartitionRecord* before = record_of(console.inventory, partition.id);
  if (!profile && !before->resource_config) {
    return refuse(MessageId::no_resources_to_activate, {{"partition", partition.shown}});
  }
  const ResourceSetting setting = found != nullptr ? found->setting : ResourceSetting{};
  const Answer answer =
      console.hypervisor.power_on(partition.id, found != nullptr ? &setting : nullptr);
  if (!answer) return power_refusal(partition, answer, state);
  PartitionRecord* after = record_of(console.inventory, partition.id);
  if (profile) after->curr_profile = *profile;
  after->resource_config = true;
  return std::string();
}

Output shut_down(Console& console, const NamedPartition& partition, Shutdown how, bool restart) {
  const PartitionState state = console.hypervisor.partition(partition.id).state;
  if (state == PartitionState::not_activated) {
    return refuse(MessageId::already_off, {{"partition", partition.shown}});
  }
  const bool answers = state == PartitionState::running &&
                       console.rmc.state(partition.id) == RmcState::active;
  if (how == Shutdown::by_rmc && !answers) {
    return refuse(MessageId::no_os_shutdown, {{"partition", partition.shown}});
  }
  const Answer answer =
      console.hypervisor.power_off(partition.id, how == Shutdown::immediate, restart);
  if (!answer) return power_refusal(partition, answer, state);
  return std::string();
}

}  // namespace lparsim::hmc
