#include "sim/scenario/invariants/rest.hpp"

#include <algorithm>

namespace lparsim::scenario {
namespace {

constexpr std::uint32_t kAssigned = 0x8;         // ibm,dynamic-memory flags, LoPAR table 200

PartitionPicture picture_of(models::World& world, PartitionId id) {
  PartitionPicture picture;
  const auto& hypervisor = world.hypervisor();
  picture.id = id;
  picture.firmware = hypervisor.partition(id);
  picture.name = picture.firmware.config.name;
  picture.hmc = world.hypervisor_port().partition(id);
  if (world.has_linux(id)) picture.kernel = world.kernel_view(id);
  picture.drcs = hypervisor.drcs(id, firmware::DrcType::cpu);
  const auto memory = hypervisor.drcs(id, firmware::DrcType::mem);
  picture.drcs.insert(picture.drcs.end(), memory.begin(), memory.end());
  picture.difference_reported = world.hmc().difference_was_reported(id);
  return picture;
}

}  // namespace

std::int64_t PartitionPicture::kernel_processors() const {
  return kernel ? static_cast<std::int64_t>(kernel->cpu_drcs.size()) : 0;
}

std::int64_t PartitionPicture::kernel_memory_bytes() const {
  if (!kernel) return 0;
  std::uint64_t bytes = kernel->boot_memory_bytes;
  for (const auto& lmb : kernel->lmbs) {
    const bool counted = lmb.address < kernel->boot_memory_bytes;
    if (!counted && (lmb.flags & kAssigned) != 0) bytes += kernel->lmb_size;
  }
  return static_cast<std::int64_t>(bytes);
}

const PartitionPicture* Picture::find(std::string_view name) const {
  const auto found = std::find_if(partitions.begin(), partitions.end(),
                                  [&](const auto& partition) { return partition.name == name; });
  return found == partitions.end() ? nullptr : &*found;
}

Picture take_picture(models::World& world) {
  Picture picture;
  for (const auto id : world.hypervisor().partitions()) {
    picture.partitions.push_back(picture_of(world, id));
  }
  picture.ledger = world.hypervisor().ledger();
  picture.lmb_bytes = world.hypervisor().platform().lmb_bytes;
  picture.inconsistencies = world.hypervisor().inconsistencies();
  return picture;
}

}  // namespace lparsim::scenario
