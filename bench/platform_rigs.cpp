#include "bench/platform_rigs.hpp"

#include <fmt/format.h>
#include <libfdt.h>
#include <malloc.h>

#include "firmware/profiles/profile.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::bench {
namespace {

constexpr std::size_t kNodesPerCpu = 3;          // with its L2 and L3 caches

std::size_t count(const firmware::Node& node) {
  std::size_t nodes = 1;
  for (const firmware::Node& child : node.children) nodes += count(child);
  return nodes;
}

std::size_t space(const firmware::Node& node) {
  std::size_t bytes = 16 + node.name.size();
  for (const auto& p : node.properties) bytes += 20 + p.name.size() + p.value.size();
  for (const firmware::Node& child : node.children) bytes += space(child);
  return bytes;
}

firmware::PartitionConfig partition(std::uint16_t id, std::int32_t cpus, std::uint32_t lmbs) {
  firmware::PartitionConfig config;
  config.id = PartitionId{id};
  config.name = fmt::format("p{}", id);
  config.configured = true;
  config.min_procs = 1;
  config.procs = config.max_procs = cpus;
  config.min_lmbs = 1;
  config.lmbs = config.max_lmbs = lmbs;
  return config;
}

}  // namespace

firmware::PlatformConfig machine(std::size_t partitions, std::int32_t cpus, std::uint32_t lmbs) {
  firmware::PlatformConfig config;
  config.type_model = "9105-22A";
  config.serial = "7800003";
  config.name = "crowd";
  config.installed_lmbs = config.configurable_lmbs =
      static_cast<std::uint32_t>(partitions * lmbs) + 16;
  config.firmware_lmbs = 16;
  config.installed_units = config.configurable_units =
      whole_processors(static_cast<std::int32_t>(partitions) * cpus);
  for (std::size_t i = 0; i < partitions; ++i) {
    config.partitions.push_back(partition(static_cast<std::uint16_t>(i + 1), cpus, lmbs));
  }
  return config;
}

std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

namespace {

std::size_t allocated_by_power_on(std::int32_t cpus, std::uint32_t lmbs) {
  CrowdRig crowd(1000, cpus, lmbs);
  const std::size_t before = allocated();
  crowd.power_on();
  return allocated() - before;
}

}  // namespace

TreeRig::TreeRig(std::size_t nodes)
    : platform_(machine(1, static_cast<std::int32_t>(nodes / kNodesPerCpu), 16)) {
  shape_ = firmware::boot_shape(platform_, platform_.partitions.front(),
                                *firmware::find_profile("phyp"), {});
  tree_ = build();
  nodes_ = count(tree_);
  buffer_.resize(space(tree_) + 4096);
}

void TreeRig::write_node(const firmware::Node& node) {
  fdt_begin_node(buffer_.data(), node.name.c_str());
  for (const auto& p : node.properties) {
    fdt_property(buffer_.data(), p.name.data(), p.value.data(), static_cast<int>(p.value.size()));
  }
  for (const firmware::Node& child : node.children) write_node(child);
  fdt_end_node(buffer_.data());
}

void TreeRig::write() {
  fdt_create_with_flags(buffer_.data(), static_cast<int>(buffer_.size()),
                        FDT_CREATE_FLAG_NO_NAME_DEDUP);
  fdt_finish_reservemap(buffer_.data());
  write_node(tree_);
  LPARSIM_ASSERT(fdt_finish(buffer_.data()) == 0);
}

class CrowdRig::Memory final : public firmware::GuestMemory {
 public:
  Memory() { set_rmo(bytes_); }
  bool read(GuestAddress, std::span<std::uint8_t>) const override { return false; }
  bool write(GuestAddress, ByteView) override { return false; }
  void written(std::uint64_t, std::uint64_t) override {}

 private:
  Bytes bytes_ = Bytes(4096);
};

CrowdRig::CrowdRig(std::size_t partitions, std::int32_t cpus, std::uint32_t lmbs)
    : memory_(std::make_unique<Memory>()),
      hypervisor_(std::make_unique<firmware::Hypervisor>(
          machine(partitions, cpus, lmbs), *firmware::find_profile("phyp"),
          firmware::Services{clock_, choices_, log_}, *this)) {}

CrowdRig::~CrowdRig() = default;

void CrowdRig::power_on() {
  for (const auto& config : hypervisor_->platform().partitions) {
    LPARSIM_ASSERT(hypervisor_->power_on(config.id, *memory_).status ==
                   firmware::AssignStatus::done);
  }
}

double bytes_per_drc() {
  constexpr std::int32_t kCpus = 256;
  constexpr std::uint32_t kLmbs = 4096;
  const std::size_t small = allocated_by_power_on(1, 1), big = allocated_by_power_on(kCpus, kLmbs);
  return static_cast<double>(big - small) / (1000.0 * (kCpus + kLmbs - 2));
}

}  // namespace lparsim::bench
