// Migration of partitions between the managed systems of a world: what the HMC has to do for it,
// and the movers (the mover service partitions of both systems), which copy the memory while the
// partition runs, ask it to suspend, and take its state across.
//
// firmware/mobility is what both machines do with a stream; the partition's own part is its
// kernel's. Memory is handed over, not copied: PartitionModel stays, its machine changes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "firmware/mobility/mobility.hpp"
#include "hmc/ports.hpp"
#include "models/context.hpp"

namespace lparsim::models {

class PartitionModel;

class Migrations {
 public:
  using Find = std::function<PartitionModel*(PartitionId)>;
  // The partition is on system `to` now: what the HMC knows of it follows.
  using Moved = std::function<void(PartitionId, std::size_t from, std::size_t to)>;

  Migrations(Context context, hmc::RmcPort& rmc, Find find, Moved moved)
      : context_(context), rmc_(rmc), find_(std::move(find)), moved_(std::move(moved)) {}
  // In the order of their numbers.
  void add_system(std::string name, firmware::Hypervisor& hypervisor) {
    systems_.push_back({std::move(name), &hypervisor});
  }
  std::vector<std::string> names() const;
  std::optional<std::size_t> system_named(const std::string& name) const;

  hmc::MigrationEnd validate(PartitionId partition, std::size_t from, std::size_t to) const;
  // [blocks] Until the partition runs on `to`, or on `from` as before.
  hmc::MigrationEnd migrate(PartitionId partition, std::size_t from, std::size_t to,
                            std::optional<Duration> deadline);
  // Another session gives up a migration. False: there is none, or the partition has left.
  bool stop(PartitionId partition);
  hmc::MigrationState state(PartitionId partition) const;

  std::uint64_t last_stream() const { return last_stream_; }
  void restart_at(std::uint64_t stream) { last_stream_ = stream; }   // nothing is under way

 private:
  struct System {
    std::string name;
    firmware::Hypervisor* hypervisor = nullptr;
  };
  struct Move {
    PartitionId partition;
    std::size_t from = 0, to = 0;
    std::uint64_t stream = 0;
    hmc::MigrationState state = hmc::MigrationState::starting;
    bool stopped = false;                // by the operator
    bool movers_done = true;
    std::string why{};                   // what the target said, or which patience ended
  };
  class Entry;                           // in moves_ as long as its session lives

  firmware::Mobility& source(const Move& move) const;
  firmware::Mobility& target(const Move& move) const;
  void log(const Move& move, std::string_view what);
  std::optional<hmc::MigrationEnd> enable(Move& move);
  void give_up(Move& move, std::uint32_t reason);
  hmc::MigrationEnd move_running(Move& move, std::optional<Duration> patience);
  hmc::MigrationEnd move_inactive(Move& move);
  void start_movers(Move& move);
  Duration move_time(const Move& move) const;       // that the movers need for its memory
  void carry(Move& move);
  bool wait_until_suspended(Move& move);
  bool hand_over(Move& move);
  hmc::MigrationEnd close(Move& move, hmc::RmcReply os);

  Context context_;
  hmc::RmcPort& rmc_;
  Find find_;
  Moved moved_;
  std::vector<System> systems_;
  std::map<PartitionId, Move*> moves_;
  std::uint64_t last_stream_ = 0;
};

}  // namespace lparsim::models
