#include "models/rmc_network.hpp"

#include <array>
#include <utility>

#include "models/partition_model.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;

enum Fate : std::size_t { kNormal, kLost, kLate };
constexpr std::array<Outcome, 3> kFates{{{"normal", 0}, {"lost", 0}, {"late", 0}}};

// Assumptions: nothing that we have read gives these times.
constexpr Duration kLateBy = 30s;
constexpr Duration kLossSeenAfter = 20s;  // missed heartbeats

}  // namespace

bool RmcNetwork::active(PartitionId partition) const {
  const auto* model = find_(partition);
  return model != nullptr && model->rmc_active();
}

hmc::RmcState RmcNetwork::state(PartitionId partition) const {
  const auto* model = find_(partition);
  if (model == nullptr) return hmc::RmcState::none;
  return model->rmc_active() ? hmc::RmcState::active : hmc::RmcState::inactive;
}

void RmcNetwork::lost(PartitionId partition, std::uint64_t id, std::string_view what) {
  context_.log.add(EventKind::rmc_lost, partition, id, context_.log.text(what));
}

std::optional<Duration> RmcNetwork::fate(std::string_view site, PartitionId partition,
                                         std::uint64_t id) {
  switch (context_.choices.pick({ChoiceClass::fault, site, partition, 0}, kFates)) {
    case kLost:
      lost(partition, id, site);
      return std::nullopt;
    case kLate:
      return config_.latency + kLateBy;
    default:
      return config_.latency;
  }
}

hmc::RmcReply RmcNetwork::run(PartitionId partition, const std::string& command,
                              std::optional<Duration> deadline) {
  if (!active(partition)) return {};
  const auto id = ++last_request_;
  context_.log.add(EventKind::rmc_request, partition, id, context_.log.text(command));
  struct Entry {  // leaves the table also when the session is ended
    std::map<std::uint64_t, Open>& open;
    std::map<std::uint64_t, Open>::iterator at;
    ~Entry() { open.erase(at); }
  };
  const Entry entry{open_, open_.emplace(id, Open{partition, std::nullopt}).first};
  if (const auto delay = fate("rmc.request", partition, id)) {
    context_.actors.at(context_.clock.now() + *delay,
                       [=, this] { deliver(partition, id, command); });
  }
  if (context_.actors.block({this, id}, deadline) == Woken::by_timeout) {
    return {hmc::RmcReply::timed_out, 0, {}, {}};
  }
  return *entry.at->second.reply;
}

void RmcNetwork::deliver(PartitionId partition, std::uint64_t id, const std::string& command) {
  if (!active(partition)) return lost(partition, id, "rmc.request");
  find_(partition)->start_process(command, [=, this](ProcessResult result) {
    send_reply(partition, id, std::move(result));
  });
}

void RmcNetwork::send_reply(PartitionId partition, std::uint64_t id, ProcessResult result) {
  if (!active(partition)) return lost(partition, id, "rmc.reply");
  const auto delay = fate("rmc.reply", partition, id);
  if (!delay) return;
  context_.actors.at(context_.clock.now() + *delay,
                     [=, this, result = std::move(result)] { arrive(partition, id, result); });
}

void RmcNetwork::arrive(PartitionId partition, std::uint64_t id, const ProcessResult& result) {
  if (!active(partition)) return lost(partition, id, "rmc.reply");
  context_.log.add(EventKind::rmc_reply, partition, id,
                   static_cast<std::uint64_t>(result.exit_status));
  answer(id, {hmc::RmcReply::done, result.exit_status, result.out, result.err});
}

void RmcNetwork::answer(std::uint64_t id, hmc::RmcReply reply) {
  const auto found = open_.find(id);
  if (found == open_.end() || found->second.reply) return;  // nobody waits for it any more
  found->second.reply = std::move(reply);
  context_.actors.wake({this, id});
}

void RmcNetwork::connection_lost(PartitionId partition, bool seen_at_once) {
  for (const auto& [id, open] : open_) {
    if (open.partition != partition) continue;
    context_.actors.at(context_.clock.now() + (seen_at_once ? 0s : kLossSeenAfter),
                       [this, id = id] { answer(id, {}); });
  }
}

}  // namespace lparsim::models
