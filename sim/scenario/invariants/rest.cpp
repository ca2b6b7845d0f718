#include "sim/scenario/invariants/rest.hpp"

#include <algorithm>

namespace lparsim::scenario {
namespace {

constexpr std::uint32_t kAssigned = 0x8;         // ibm,dynamic-memory flags, LoPAR table 200

PartitionPicture picture_of(models::World& world, std::size_t system, PartitionId id) {
  PartitionPicture picture;
  const auto& hypervisor = world.hypervisor(system);
  picture.id = id;
  picture.system = world.hmc(system).inventory().system_name;
  picture.lmb_bytes = hypervisor.platform().lmb_bytes;
  picture.firmware = hypervisor.partition(id);
  picture.name = picture.firmware.config.name;
  picture.hmc = world.hypervisor_port(system).partition(id);
  if (world.has_linux(id)) picture.kernel = world.kernel_view(id);
  picture.drcs = hypervisor.drcs(id, firmware::DrcType::cpu);
  const auto memory = hypervisor.drcs(id, firmware::DrcType::mem);
  picture.drcs.insert(picture.drcs.end(), memory.begin(), memory.end());
  picture.difference_reported = world.hmc(system).difference_was_reported(id);
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
  for (std::size_t system = 0; system < world.systems(); ++system) {
    const auto& hypervisor = world.hypervisor(system);
    picture.systems.push_back({world.hmc(system).inventory().system_name, hypervisor.ledger(),
                               hypervisor.inconsistencies()});
    for (const auto id : hypervisor.partitions()) {
      // The places of partitions that are elsewhere are empty.
      if (world.system_of(id) != system) continue;
      picture.partitions.push_back(picture_of(world, system, id));
    }
  }
  return picture;
}

}  // namespace lparsim::scenario
