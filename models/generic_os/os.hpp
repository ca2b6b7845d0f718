// The one class behind make_generic_os: boot, threads, processors and memory.
#pragma once

#include <optional>
#include <string>

#include "models/generic_os/rtas.hpp"
#include "models/generic_os/state.hpp"
#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"

namespace lparsim::generic_os {

class GenericOs final : public kernel::GuestKernel {
 public:
  explicit GenericOs(kernel::KernelHost& machine) : host(machine), rtas_(machine, state_) {}

  // -- what the machine asks ---------------------------------------------------------------------
  // Empty: the platform's defaults (four lists, ibm,dynamic-memory, no hot-plug interrupt).
  Bytes architecture_vector() const override { return {}; }
  int boot(std::uint64_t fdt_real_address, std::uint64_t fdt_size) override;
  void cpu_enter(std::uint32_t server, std::uint64_t entry, std::uint64_t r3) override;
  int shut_down(bool restart) override;
  void interrupt(std::uint32_t) override {}   // asks for none; the HMC comes by RMC
  int stat(std::string_view, kernel::FileStat&) override;
  int list(std::string_view, std::vector<kernel::DirectoryEntry>&) override;
  int read(std::string_view, Bytes&) override;
  int read_link(std::string_view, std::string&) override;
  std::int64_t write(std::string_view, ByteView) override;
  int rtas_syscall(std::uint8_t block[76]) override;
  kernel::KernelView view() const override;
  std::unique_ptr<Snapshot> snapshot() const override;
  void restore(const Snapshot& snapshot) override;

  // -- for dlpar(); the caller holds kCommandLock. [blocks]; false with the reason in `why` -------
  bool add_processor(std::string& why);
  bool remove_processor(std::string& why);
  bool add_memory(std::string& why);
  bool remove_memory(std::string& why);

  kernel::KernelHost& host;

 private:
  std::optional<Connected> acquire(std::uint32_t drc, std::string& why);
  bool release(std::uint32_t drc, std::string& why);
  bool start_thread(std::uint32_t server, std::string& why);
  bool stop_thread(std::uint32_t server, std::string& why);
  bool take_down(Processor& cpu, std::string& why);
  std::uint32_t free_logical() const;
  static void run_stop(void* self);

  State state_;
  Rtas rtas_;
};

inline constexpr std::uint32_t kCommandLock = 1;

// Released when the command ends or its actor is ended.
class CommandLock {
 public:
  explicit CommandLock(kernel::KernelHost& host) : host_(host) { host_.lock(kCommandLock); }
  ~CommandLock() { host_.unlock(kCommandLock); }
  CommandLock(const CommandLock&) = delete;
  CommandLock& operator=(const CommandLock&) = delete;

 private:
  kernel::KernelHost& host_;
};

}  // namespace lparsim::generic_os
