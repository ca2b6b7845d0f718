// Mobility of partitions between machines (LPM.md): what the HMC and the movers do with one
// machine's firmware. Two Hypervisors are two machines; a partition travels between them as a
// PartitionImage, which can be in one place only.
//
// Left out: how movers talk to each other and to VASI adapters (CRQ messages of 17.7.3), which
// pages are copied when - memory goes along by reference - and the choice of movers.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "firmware/guest_memory.hpp"
#include "firmware/mobility/vasi.hpp"
#include "firmware/platform/platform_config.hpp"
#include "sim/base/cells.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

struct Core;
struct FirmwareProfile;

enum class MoveStatus : std::uint8_t {
  done, no_such_partition, wrong_state, not_migratable, incompatible, not_enough_processors,
  not_enough_memory, bad_argument,
};
struct MoveAnswer {
  MoveStatus status = MoveStatus::done;
  std::string why;                   // for the operator; empty when done
};

// What a target must offer: the configuration as it is now, and what may not change on the way.
struct MoveRequirement {
  PartitionConfig config;
  std::uint64_t lmb_bytes = 0;
  std::uint8_t threads = 0;          // hardware threads per core: part of every CPU's DRC index
  std::uint32_t pvr = 0;             // logical PVR: a newer machine runs it in this mode
  std::uint32_t timebase_hz = 0;
};

// Everything of a partition but its memory: in transit, or stored (hibernation).
class PartitionImage {
 public:
  struct Content;
  explicit PartitionImage(std::unique_ptr<Content> content);
  PartitionImage(const PartitionImage&) = delete;
  PartitionImage& operator=(const PartitionImage&) = delete;
  ~PartitionImage();
  const Content& content() const { return *content_; }

 private:
  std::unique_ptr<Content> content_;
};
using MovingPartition = std::unique_ptr<PartitionImage>;

class Mobility {
 public:
  explicit Mobility(Core& core) : core_(core) {}

  // -- HMC ---------------------------------------------------------------------------------------
  // Whether the partition may leave this machine (R1-14.12.1-5: processors and memory only).
  MoveAnswer validate(PartitionId partition) const;
  MoveRequirement requirement(PartitionId partition) const;
  // Whether a partition of this kind can come here; holds nothing.
  MoveAnswer validate_target(PartitionId shell, const MoveRequirement& wanted) const;
  // Opens the stream (Invalid -> Enabled). On the target `shell` is a partition without a
  // configuration; it holds the resources from now on.
  MoveAnswer enable_source(PartitionId partition, std::uint64_t stream);
  MoveAnswer enable_target(PartitionId shell, std::uint64_t stream, const MoveRequirement& wanted);
  // A user gives up: refused from Suspended on.
  VasiStatus cancel(PartitionId partition, std::uint32_t reason);
  // After Completed or Aborted. Source of a completed stream: its copy is removed and gives
  // everything back. The stream is kept until a partition here has seen its end.
  VasiStatus close(PartitionId partition);

  // -- movers ------------------------------------------------------------------------------------
  VasiState state(PartitionId partition) const;      // as movers see it; invalid: no stream
  VasiStatus suspend(PartitionId partition);         // Suspend signal: Enabled -> Suspending
  VasiStatus abort(PartitionId partition, std::uint32_t reason);
  VasiStatus failover(PartitionId partition);
  VasiStatus reconnect(PartitionId partition);
  // The target says that the partition runs there (source only).
  VasiStatus resumed_elsewhere(PartitionId partition);
  VasiStatus complete(PartitionId partition);
  // Takes the partition out of the source: Suspended, or off and Enabled. nullptr: not so. From now
  // on the source neither aborts nor runs it, until the image is taken back.
  MovingPartition export_partition(PartitionId partition);
  // Puts it into the target and lets it run (Enabled -> Resumed); consumes the image when done.
  // `memory` holds the contents and must outlive the partition here.
  MoveAnswer import_partition(PartitionId shell, MovingPartition& image, GuestMemory& memory);
  // The other way out: the source has the partition again, still Suspended; it may then abort.
  MoveAnswer take_back(PartitionId partition, MovingPartition& image);

  // -- platform ----------------------------------------------------------------------------------
  // Coprocessor operations that the partition has outstanding (they are not modelled themselves).
  void set_coprocessor_operations(PartitionId partition, std::uint32_t count);
  // System reset or machine check of one hardware thread: a joined one is active again.
  void unmaskable_interrupt(PartitionId partition, ServerNumber server);
  // New firmware, offered to running partitions by ibm,activate-firmware; must outlive the machine.
  void stage_firmware(const FirmwareProfile& level);
  // Moves resources of a running partition to another NUMA node (reassignment.hpp).
  bool reassign(PartitionId partition, std::span<const DrcIndex> drcs, std::uint32_t domain);

 private:
  VasiStatus act(PartitionId partition, VasiEvent event, std::uint32_t reason = 0);
  MoveAnswer compatible(const MoveRequirement& wanted) const;

  Core& core_;
};

}  // namespace lparsim::firmware
