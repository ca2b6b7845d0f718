#include "models/kernel/linux.hpp"

#include <fmt/format.h>
#include <libfdt.h>

#include <cerrno>

#include "models/kernel/architecture_vector.hpp"
#include "models/kernel/cpu.hpp"
#include "models/kernel/cpu_dlpar.hpp"
#include "models/kernel/dlpar.hpp"
#include "models/kernel/epow.hpp"
#include "models/kernel/error_log.hpp"
#include "models/kernel/files.hpp"
#include "models/kernel/kernel.hpp"
#include "models/kernel/lmb_table.hpp"
#include "models/kernel/memory.hpp"
#include "models/kernel/pci.hpp"
#include "models/kernel/rpadlpar.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/rtasd.hpp"
#include "models/kernel/shutdown.hpp"
#include "models/kernel/vio.hpp"

namespace lparsim::kernel {
namespace {

class Linux final : public GuestKernel {
 public:
  Linux(KernelHost& host, const KernelLevel& level) : kernel_{host, level, {}, {}} {}

  Bytes architecture_vector() const override { return linux_architecture_vector(kernel_.level); }

  int boot(std::uint64_t address, std::uint64_t size) override {
    const std::uint8_t* flat = kernel_.host.rmo(address, size);
    if (flat == nullptr) return -EFAULT;
    kernel_.state = {};
    if (!kernel_.state.tree.unflatten({flat, size})) return -EINVAL;
    kernel_.state.rtas_node = kernel_.state.tree.find("/rtas");
    kernel_.log(kLogInfo, fmt::format("Linux pseries kernel, level {}", kernel_.level.name));
    read_lmb_table(kernel_);
    setup_memory(kernel_);
    setup_cpus(kernel_, fdt_boot_cpuid_phys(flat));
    setup_pci(kernel_);
    setup_vio(kernel_);
    setup_hotplug(kernel_);
    setup_epow(kernel_);
    setup_error_log(kernel_);
    boot_secondaries(kernel_);
    return 0;
  }

  void cpu_enter(std::uint32_t server, std::uint64_t, std::uint64_t) override {
    cpu_called_in(kernel_, server);
  }
  int shut_down(bool restart) override { return kernel::shut_down(kernel_, restart); }
  void interrupt(std::uint32_t source) override {
    if (!epow_interrupt(kernel_, source)) hotplug_interrupt(kernel_, source);
  }
  void events_wait() override { scan_later(kernel_); }

  int stat(std::string_view path, FileStat& out) override {
    return file_stat(kernel_, path, out);
  }
  int list(std::string_view path, std::vector<DirectoryEntry>& out) override {
    return file_list(kernel_, path, out);
  }
  int read(std::string_view path, Bytes& out) override { return file_read(kernel_, path, out); }
  int read_link(std::string_view path, std::string& out) override {
    return file_read_link(kernel_, path, out);
  }
  std::int64_t write(std::string_view path, ByteView data) override {
    return file_write(kernel_, path, {reinterpret_cast<const char*>(data.data()), data.size()});
  }
  int rtas_syscall(std::uint8_t block[76]) override {
    return kernel::rtas_syscall(kernel_, block);
  }

  int load_module(std::string_view name) override { return kernel::load_module(kernel_, name); }

  KernelView view() const override;

  struct State final : Snapshot {
    explicit State(Kernel::State s) : state(std::move(s)) {}
    Kernel::State state;
  };
  std::unique_ptr<Snapshot> snapshot() const override {
    return std::make_unique<State>(kernel_.state);
  }
  void restore(const Snapshot& snapshot) override {
    kernel_.state = static_cast<const State&>(snapshot).state;
  }

 private:
  Kernel kernel_;
};

KernelView Linux::view() const {
  const Kernel::State& state = kernel_.state;
  KernelView out;
  for (std::uint32_t i = 0; i < state.cpus.size(); ++i) {
    const LogicalCpu& cpu = state.cpus[i];
    if (cpu.present) out.cpus.push_back({i, cpu.server, true, cpu.online});
  }
  for (const Lmb& lmb : state.lmbs) {
    const bool online = memory_is_online(kernel_, lmb.address, state.lmb_size);
    out.lmbs.push_back({lmb.address, lmb.drc_index, lmb.associativity_index, lmb.flags, online});
  }
  out.lmb_size = state.lmb_size;
  out.boot_memory_bytes = state.boot_memory;
  out.cpu_drcs = cpu_drcs(state.tree);
  out.allocations = state.tree.objects() + state.leaked;
  out.queued_work =
      state.work.size() + state.pending_interrupts.size() + state.pending_warnings.size();
  out.unread_events = state.io.error_log.unread.size();
  out.crashed = state.crashed;
  return out;
}

}  // namespace

std::unique_ptr<GuestKernel> make_linux(KernelHost& host, const KernelLevel& level) {
  return std::make_unique<Linux>(host, level);
}

}  // namespace lparsim::kernel
