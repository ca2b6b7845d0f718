// The real drmgr as oracle for slots and host bridges, call by call: our kernel and our drmgr on
// the recorded tree, and firmware's answers as recorded. What is compared: who calls what, exit
// status, both streams, and which nodes are there afterwards.
#include <gtest/gtest.h>

#include <cerrno>
#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <regex>

#include "firmware/device_tree/flatten.hpp"
#include "models/kernel/linux.hpp"
#include "models/partition_files.hpp"
#include "models/userland/shell.hpp"
#include "sim/base/time.hpp"
#include "sim/conform/boot.hpp"

namespace lparsim::conform {
namespace {

constexpr std::uint64_t kTreeAddress = 8U << 20;
constexpr std::uint32_t kFirstToken = 0x2000;
constexpr std::array kServices{
    "get-sensor-state",           "set-indicator",
    "get-power-level",            "set-power-level",
    "ibm,configure-connector",    "query-cpu-stopped-state",
    "ibm,query-pe-dma-window",    "ibm,create-pe-dma-window",
    "ibm,remove-pe-dma-window",   "ibm,change-msi",
    "check-exception",            "event-scan",
};

std::uint32_t number(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoll(text, nullptr, 0));
}

Bytes bytes(const std::string& hex) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

std::string without_dates(const std::string& text) {
  static const std::regex kDate("########## .* ##########");
  return std::regex_replace(text, kDate, "########## <date> ##########");
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of('\n'));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// Answers as recorded, in order; calls of drivers by their name, others at boot as not there.
class RecordedFirmware final : public kernel::KernelHost, public userland::Process {
 public:
  explicit RecordedFirmware(const Session& session) : memory_(16U << 20), session_(session) {
    level_ = *kernel::find_level("6.1");
    level_.config.lparcfg = false;
    kernel_ = kernel::make_linux(*this, level_);
    files_.set_kernel(kernel_.get());
  }

  void boot() {
    firmware::Node root, rtas;
    rtas.name = "rtas";
    for (std::uint32_t i = 0; i < kServices.size(); ++i) {
      rtas.add_u32(kServices[i], kFirstToken + i);
    }
    root.children.push_back(rtas);
    const auto flat = boot_tree(session_, firmware::flatten(root));
    ASSERT_TRUE(flat);
    std::copy(flat->begin(), flat->end(), memory_.begin() + kTreeAddress);
    ASSERT_EQ(kernel_->boot(kTreeAddress, flat->size()), 0);
    for (const std::string& module : session_.machine.guest_modules) {
      kernel_->load_module(module);
    }
  }

  void expect(const Op& op) {
    calls_.clear();
    drivers_.clear();
    for (const Call& call : op.recorded.calls) {
      const auto& drivers = session_.driver_calls;
      const bool driver = std::find(drivers.begin(), drivers.end(), call.name) != drivers.end();
      if (driver) drivers_[call.name].push_back(call);
      if (!driver && call.name != "nvram-store") calls_.push_back(call);
    }
    added_ = op.recorded.tree.added;
    playing_ = true;
  }
  std::size_t left() const { return calls_.size(); }
  kernel::GuestKernel& kernel() { return *kernel_; }
  userland::PartitionFiles& files() override { return files_; }

  // -- KernelHost
  void rtas(std::uint32_t, std::uint64_t address) override {
    std::uint8_t* block = memory_.data() + address;
    const std::uint32_t token = load_be32(block), nargs = load_be32(block + 4);
    ASSERT_LT(token - kFirstToken, kServices.size());
    const std::string name = kServices[token - kFirstToken];
    const auto driver = drivers_.find(name);
    if (driver != drivers_.end() && !driver->second.empty()) {
      answer(driver->second.front(), block, nargs);
      driver->second.pop_front();
      return;
    }
    if (!playing_ || calls_.empty()) {
      // Modules that are loaded at boot ask each slot: it is empty and has power.
      const bool power = name == "get-power-level", sense = name == "get-sensor-state";
      store_be32(block + 12 + 4 * nargs, power || sense ? 0 : static_cast<std::uint32_t>(-3));
      if (power) store_be32(block + 16 + 4 * nargs, 100);
      EXPECT_FALSE(playing_) << name << " was not recorded";
      return;
    }
    const Call call = calls_.front();
    calls_.pop_front();
    EXPECT_EQ(call.name, name);
    EXPECT_EQ(call.by, by_);
    for (std::size_t i = 0; i < call.in.size() && i < nargs; ++i) {
      if (call.in[i] != "buffer") {
        EXPECT_EQ(number(call.in[i]), load_be32(block + 12 + 4 * i)) << name;
      }
    }
    answer(call, block, nargs);
  }
  std::int64_t hcall(std::uint32_t, std::uint64_t, std::uint64_t*) override { return -2; }
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t size) override {
    return address + size <= memory_.size() ? memory_.data() + address : nullptr;
  }
  bool memory_usable(std::uint64_t, std::uint64_t) override { return true; }
  std::uint64_t now_ns() override {
    return static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
  }
  void sleep_ns(std::uint64_t nanoseconds) override {
    clock_.advance(Duration(static_cast<std::int64_t>(nanoseconds)));
  }
  bool block(std::uint64_t, std::uint64_t timeout_ns) override {
    sleep_ns(timeout_ns);
    return false;
  }
  void wake(std::uint64_t) override {}
  void lock(std::uint32_t) override {}
  void unlock(std::uint32_t) override {}
  void spawn(const char*, void (*entry)(void*), void* argument) override { entry(argument); }
  bool allocation_fails(const char*) override { return false; }
  std::uint32_t fault_point(const char*, std::uint64_t, const char* const*,
                            std::uint32_t) override { return 0; }
  void log(int, const char*, std::size_t) override {}
  [[noreturn]] void bug(const char* text) override { throw std::runtime_error(text); }
  void cpu_online(std::uint32_t, std::uint32_t, bool) override {}
  void memory_online(std::uint64_t, std::uint64_t, bool) override {}
  void tree_changed(const char*, const char*, int) override {}

  // -- Process
  std::uint32_t pid() const override { return 100; }
  int rtas(std::uint8_t block[76]) override {
    by_ = "drmgr";
    const int status = kernel_->rtas_syscall(block);
    by_ = "kernel";
    return status;
  }
  int shut_down(bool) override { return -EPERM; }
  int load_module(std::string_view name) override { return kernel_->load_module(name); }
  TimePoint now() const override { return clock_.now(); }
  void sleep(Duration how_long) override { clock_.advance(how_long); }
  void out(std::string_view text) override { output += text; }
  void err(std::string_view text) override { error += text; }

  std::string output, error;

 private:
  // The recorder keeps 1024 bytes of a value; the tree has all of it.
  Bytes whole_value(const Call& call) const {
    constexpr std::size_t kKept = 1024;
    const Bytes kept = bytes(call.value);
    if (kept.size() != kKept) return kept;
    for (const auto& [path, value] : added_) {
      if (path.ends_with("/" + call.property)) return bytes(value);
    }
    return kept;
  }

  void answer(const Call& call, std::uint8_t* block, std::size_t nargs) {
    for (std::size_t i = 0; i < call.out.size(); ++i) {
      store_be32(block + 12 + 4 * (nargs + i), number(call.out[i]));
    }
    if (!call.event.empty()) {
      const Bytes event = bytes(call.event);
      std::copy(event.begin(), event.end(), memory_.data() + load_be32(block + 12 + 4 * 4));
    }
    if (call.name != "ibm,configure-connector") return;
    constexpr std::uint32_t kName = 32, kValue = 256;
    std::uint8_t* area = memory_.data() + load_be32(block + 12);
    const std::string& name = call.node.empty() ? call.property : call.node;
    const Bytes value = whole_value(call);
    store_be32(area + 8, kName);
    store_be32(area + 12, static_cast<std::uint32_t>(value.size()));
    store_be32(area + 16, kValue);
    std::copy(name.c_str(), name.c_str() + name.size() + 1, area + kName);
    std::copy(value.begin(), value.end(), area + kValue);
  }

  std::vector<std::uint8_t> memory_;
  const Session& session_;
  ManualClock clock_;
  kernel::KernelLevel level_{};
  std::unique_ptr<kernel::GuestKernel> kernel_;
  models::PartitionFiles files_;
  std::deque<Call> calls_;
  std::map<std::string, std::deque<Call>> drivers_;
  Properties added_;
  bool playing_ = false;
  std::string by_ = "kernel";
};

TEST(RecordedDrmgr, SlotsAndHostBridgesCallByCall) {
  const auto session = read_session(std::string(LPARSIM_SOURCE_DIR) +
                                    "/tests/data/conform/sessions/pci_phb.json");
  ASSERT_TRUE(session);
  RecordedFirmware guest(*session);
  guest.boot();
  std::size_t commands = 0;
  for (const Op& op : session->ops) {
    SCOPED_TRACE(op.name);
    const Step& step = op.steps.front();
    if (step.verb != Verb::run && step.verb != Verb::load_modules) continue;
    guest.expect(op);
    guest.output.clear();
    guest.error.clear();
    if (step.verb == Verb::load_modules) {
      for (const std::string& module : step.modules) guest.kernel().load_module(module);
    } else {
      ++commands;
      EXPECT_EQ(userland::run_shell(guest, step.target), op.recorded.result.exit.value_or(-1));
      EXPECT_EQ(guest.output, op.recorded.result.out);
      EXPECT_EQ(trimmed(without_dates(guest.error)), trimmed(op.recorded.result.err));
    }
    EXPECT_EQ(guest.left(), 0U);
    kernel::FileStat stat;
    for (const std::string& node : op.recorded.tree.nodes_added) {
      EXPECT_EQ(guest.kernel().stat("/proc/device-tree" + node, stat), 0) << node;
    }
    for (const std::string& node : op.recorded.tree.nodes_removed) {
      EXPECT_EQ(guest.kernel().stat("/proc/device-tree" + node, stat), -ENOENT) << node;
    }
  }
  EXPECT_EQ(commands, 11U);
}

// The recorder left out the lines in which drmgr looks for an index among all slots.
std::string without_search(const std::string& text) {
  static const std::regex kSearch("0x[0-9a-f]+ =\\? 0x[0-9a-f]+\n");
  return std::regex_replace(text, kSearch, "");
}

std::string log_of(RecordedFirmware& guest) {
  Bytes log;
  guest.files().read("/var/log/drmgr", log);
  return {log.begin(), log.end()};
}

TEST(RecordedRtasErrd, StartsDrmgrForEachEvent) {
  constexpr std::uint32_t kHotPlugSource = 0x1001;
  const auto session = read_session(std::string(LPARSIM_SOURCE_DIR) +
                                    "/tests/data/conform/sessions/pci_phb_rtas_errd.json");
  ASSERT_TRUE(session);
  RecordedFirmware guest(*session);
  guest.boot();
  for (const Op& op : session->ops) {
    SCOPED_TRACE(op.name);
    guest.expect(op);
    const std::size_t before = log_of(guest).size();
    guest.kernel().interrupt(kHotPlugSource);
    EXPECT_EQ(userland::run_shell(guest, "rtas_errd"), 0);
    const std::string log = without_search(without_dates(log_of(guest).substr(before)));
    EXPECT_EQ(trimmed(log), trimmed(op.recorded.result.drmgr_log));
    EXPECT_EQ(guest.left(), 0U);
    kernel::FileStat stat;
    for (const std::string& node : op.recorded.tree.nodes_added) {
      EXPECT_EQ(guest.kernel().stat("/proc/device-tree" + node, stat), 0) << node;
    }
    for (const std::string& node : op.recorded.tree.nodes_removed) {
      EXPECT_EQ(guest.kernel().stat("/proc/device-tree" + node, stat), -ENOENT) << node;
    }
  }
}

}  // namespace
}  // namespace lparsim::conform
