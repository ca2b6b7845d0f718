// RMC between the HMC and the partitions: a command goes out as a message, the partition's RMC
// daemon starts it as a process, the answer comes back as a message. Messages take time and may be
// lost or late: choices at "rmc.request" and "rmc.reply", outcomes normal, lost, late.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "hmc/ports.hpp"
#include "models/context.hpp"
#include "models/world.hpp"

namespace lparsim::models {

class PartitionModel;

class RmcNetwork final : public hmc::RmcPort {
 public:
  using Find = std::function<PartitionModel*(PartitionId)>;  // nullptr: no such partition
  RmcNetwork(Context context, RmcConfig config, Find find)
      : context_(context), config_(config), find_(std::move(find)) {}

  hmc::RmcState state(PartitionId partition) const override;
  // When the deadline runs out the HMC stops waiting; the process goes on until it ends by itself.
  hmc::RmcReply run(PartitionId partition, const std::string& command,
                    std::optional<Duration> deadline) override;

  // The connection is gone. Whoever waits for an answer over it hears of that.
  void connection_lost(PartitionId partition, bool seen_at_once);

  std::uint64_t last_request() const { return last_request_; }
  void restart_at(std::uint64_t last_request) { last_request_ = last_request; }

 private:
  struct Open {
    PartitionId partition;
    std::optional<hmc::RmcReply> reply;
  };

  // Delay of a message, or nullopt when it is lost (said in the log).
  std::optional<Duration> fate(std::string_view site, PartitionId partition, std::uint64_t id);
  void deliver(PartitionId partition, std::uint64_t id, const std::string& command);
  void send_reply(PartitionId partition, std::uint64_t id, ProcessResult result);
  void arrive(PartitionId partition, std::uint64_t id, const ProcessResult& result);
  void answer(std::uint64_t id, hmc::RmcReply reply);
  void lost(PartitionId partition, std::uint64_t id, std::string_view what);
  bool active(PartitionId partition) const;

  Context context_;
  RmcConfig config_;
  Find find_;
  std::uint64_t last_request_ = 0;
  std::map<std::uint64_t, Open> open_;  // requests that an HMC session waits for
};

}  // namespace lparsim::models
