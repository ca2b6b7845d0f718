#include "bench/kernel_rigs.hpp"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "bench/platform_rigs.hpp"
#include "firmware/profiles/profile.hpp"
#include "models/kernel/linux.hpp"
#include "models/rmo_memory.hpp"
#include "sim/base/actors.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::bench {
namespace {

constexpr std::size_t kMemory = 4U << 20;
constexpr std::uint64_t kTreeAddress = 2U << 20;
constexpr std::int32_t kCores = 8;
constexpr std::uint32_t kLmbs = 256;
constexpr std::size_t kWorkAreaHead = 8;         // connector, sequence

// One call as the kernel made it.
struct Recorded {
  std::uint32_t server;
  std::uint64_t address;
  std::array<std::uint8_t, 76> block;
  std::array<std::uint8_t, kWorkAreaHead> area;
};

}  // namespace

// Threads run to their end where they start: nobody waits for another.
class KernelCrowd::Guest final : public kernel::KernelHost {
 public:
  Guest(KernelCrowd& crowd, PartitionId id)
      : crowd_(crowd), id_(id),
        memory_([this](std::uint64_t address, std::uint64_t size) {
          return memory_usable(address, size);
        }) {}

  void power_on() {
    memory_.power_on(kMemory);
    auto& hypervisor = crowd_.hypervisor_;
    LPARSIM_ASSERT(hypervisor.power_on(id_, memory_).status == firmware::AssignStatus::done);
  }
  void boot() {
    kernel_ = kernel::make_linux(*this, *kernel::find_level("6.1"));
    const Bytes tree =
        crowd_.hypervisor_.client_architecture_support(id_, kernel_->architecture_vector());
    LPARSIM_ASSERT(memory_.write(GuestAddress{kTreeAddress}, tree));
    LPARSIM_ASSERT(kernel_->boot(kTreeAddress, tree.size()) == 0);
  }
  void request(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    LPARSIM_ASSERT(kernel_->write("/sys/kernel/dlpar", {bytes, text.size()}) ==
                   static_cast<std::int64_t>(text.size()));
  }
  void started(std::uint32_t server, std::uint64_t entry, std::uint64_t r3) {
    if (kernel_ != nullptr && !replaying_) kernel_->cpu_enter(server, entry, r3);
  }

  void record(bool on) { recording_ = on; }
  void replay() {
    replaying_ = true;
    for (const Recorded& call : calls_) {
      std::memcpy(rmo(call.address, call.block.size()), call.block.data(), call.block.size());
      if (load_be32(call.area.data() + 4) == 0) {          // a sequence begins
        std::memcpy(rmo(kernel::kConnectorWorkArea, kWorkAreaHead), call.area.data(),
                    kWorkAreaHead);
      }
      auto& hypervisor = crowd_.hypervisor_;
      hypervisor.rtas_commit(hypervisor.rtas_enter(id_, ServerNumber{call.server},
                                                   GuestAddress{call.address}));
    }
    crowd_pending_.clear();                      // the kernel knows nothing of these threads
    replaying_ = false;
  }

  void rtas(std::uint32_t server, std::uint64_t address) override {
    if (recording_) {
      Recorded call{server, address, {}, {}};
      std::memcpy(call.block.data(), rmo(address, call.block.size()), call.block.size());
      std::memcpy(call.area.data(), rmo(kernel::kConnectorWorkArea, kWorkAreaHead), kWorkAreaHead);
      calls_.push_back(call);
    }
    auto& hypervisor = crowd_.hypervisor_;
    const auto entry = hypervisor.rtas_enter(id_, ServerNumber{server}, GuestAddress{address});
    const auto reply = hypervisor.rtas_commit(entry);
    for (const auto& [to, at, r3] : std::exchange(crowd_pending_, {})) started(to, at, r3);
    if (reply.parks) throw ActorEnded{};
  }
  std::int64_t hcall(std::uint32_t server, std::uint64_t opcode,
                     std::uint64_t registers[9]) override {
    std::array<std::uint64_t, 9> values{};
    std::copy_n(registers, values.size(), values.begin());
    const auto reply = crowd_.hypervisor_.hcall(id_, ServerNumber{server}, opcode, values);
    std::copy(values.begin(), values.end(), registers);
    return reply.status;
  }
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t size) override {
    return memory_.pointer(address, size);
  }
  bool memory_usable(std::uint64_t address, std::uint64_t size) override {
    return crowd_.hypervisor_.lmb_usable(id_, address, size);
  }
  std::uint64_t now_ns() override {
    return static_cast<std::uint64_t>(crowd_.clock_.now().time_since_epoch().count());
  }
  void sleep_ns(std::uint64_t ns) override {
    crowd_.clock_.advance(Duration(static_cast<std::int64_t>(ns)));
  }
  bool block(std::uint64_t, std::uint64_t) override { return false; }
  void wake(std::uint64_t) override {}
  void lock(std::uint32_t) override {}
  void unlock(std::uint32_t) override {}
  void spawn(const char*, void (*entry)(void*), void* argument) override {
    try {
      entry(argument);
    } catch (const ActorEnded&) {
    }
  }
  bool allocation_fails(const char*) override { return false; }
  std::uint32_t fault_point(const char*, std::uint64_t, const char* const*,
                            std::uint32_t) override {
    return 0;
  }
  void log(int, const char*, std::size_t) override {}
  [[noreturn]] void bug(const char*) override { std::abort(); }
  void cpu_online(std::uint32_t, std::uint32_t, bool) override {}
  void memory_online(std::uint64_t, std::uint64_t, bool) override {}
  void tree_changed(const char*, const char*, int) override {}

  struct Started {
    std::uint32_t server;
    std::uint64_t entry, r3;
  };
  std::vector<Started> crowd_pending_;           // started during a commit, arrive after it

 private:
  KernelCrowd& crowd_;
  PartitionId id_;
  models::RmoMemory memory_;
  std::unique_ptr<kernel::GuestKernel> kernel_;
  std::vector<Recorded> calls_;
  bool recording_ = false, replaying_ = false;
};

KernelCrowd::KernelCrowd(std::size_t partitions)
    : hypervisor_(machine(partitions, kCores, kLmbs), *firmware::find_profile("phyp"),
                  firmware::Services{clock_, choices_, log_}, *this) {
  for (const auto& config : hypervisor_.platform().partitions) {
    guests_.push_back(std::make_unique<Guest>(*this, config.id));
  }
}

KernelCrowd::~KernelCrowd() = default;

void KernelCrowd::boot() {
  for (const auto& guest : guests_) guest->power_on();
  const std::size_t before = allocated();
  for (const auto& guest : guests_) guest->boot();
  kernel_bytes_ = static_cast<double>(allocated() - before) / static_cast<double>(guests_.size());
}

void KernelCrowd::cpu_pair() {
  guests_.front()->request("cpu remove index 0x10000008");
  guests_.front()->request("cpu add index 0x10000008");
}

void KernelCrowd::record_calls() {
  guests_.front()->record(true);
  cpu_pair();
  guests_.front()->record(false);
}

void KernelCrowd::calls_alone() { guests_.front()->replay(); }

void KernelCrowd::cpu_started(PartitionId partition, ServerNumber server, std::uint64_t entry,
                              std::uint64_t r3) {
  guests_.at(partition.value - 1U)->crowd_pending_.push_back({server.value, entry, r3});
}

}  // namespace lparsim::bench
