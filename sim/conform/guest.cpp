#include "sim/conform/guest.hpp"

#include <fmt/format.h>

#include <cstring>

#include "firmware/profiles/profile.hpp"
#include "firmware/rtas/call_table.hpp"
#include "models/userland/shell.hpp"
#include "sim/base/actors.hpp"
#include "sim/base/assert.hpp"
#include "sim/base/hex.hpp"
#include "sim/conform/boot.hpp"

namespace lparsim::conform {
namespace {

constexpr std::size_t kMemory = 16U << 20;
constexpr std::uint64_t kTreeAddress = 8U << 20;

std::string error_name(std::int64_t negative) {
  const char* name = ::strerrorname_np(static_cast<int>(-negative));
  return name != nullptr ? name : std::to_string(negative);
}

std::string cell(std::uint32_t value) {
  const auto number = static_cast<std::int32_t>(value);
  return number < 0 ? std::to_string(number) : fmt::format("{:#x}", value);
}

// What configure-connector left in its work area (LoPAR table 13-9), where there is anything.
void note_work_area(const std::uint8_t* area, std::uint32_t status, Call& call) {
  constexpr std::size_t kArea = 4096;
  enum : std::uint32_t { kSibling = 1, kChild = 2, kProperty = 3 };
  if (area == nullptr || status < kSibling || status > kProperty) return;
  const std::size_t name = load_be32(area + 8);
  if (name >= kArea) return;
  const auto* text = reinterpret_cast<const char*>(area + name);
  const std::string word(text, ::strnlen(text, kArea - name));
  if (status != kProperty) {
    call.node = word;
    return;
  }
  call.property = word;
  const std::size_t length = load_be32(area + 12), value = load_be32(area + 16);
  if (value > kArea || length > kArea - value) return;
  call.value = hex({area + value, length});
  call.has_value = true;
}

// The log with its date and time zeroed, as the recorder keeps it.
std::string event_text(const std::uint8_t* buffer, std::size_t size) {
  constexpr std::size_t kHeader = 8, kTimes = 32, kTimesEnd = 48;
  const std::size_t length = kHeader + load_be32(buffer + 4);
  if (length > size) return {};
  Bytes event(buffer, buffer + length);
  for (std::size_t i = kTimes; i < std::min(kTimesEnd, length); ++i) event[i] = 0;
  return hex(event);
}

}  // namespace

// A program of the guest: everything that it prints is kept.
class Guest::Program final : public userland::Process {
 public:
  Program(Guest& guest, std::string name, std::uint32_t pid)
      : guest_(guest), name_(std::move(name)), pid_(pid) {}
  ~Program() override { guest_.files_.unlock_all(pid_); }

  std::uint32_t pid() const override { return pid_; }
  userland::PartitionFiles& files() override { return guest_.files_; }
  int rtas(std::uint8_t block[76]) override {
    guest_.by_ = name_;
    const int error = guest_.kernel_->rtas_syscall(block);
    guest_.by_ = "kernel";
    return error;
  }
  int shut_down(bool restart) override { return guest_.kernel_->shut_down(restart); }
  int load_module(std::string_view name) override { return guest_.kernel_->load_module(name); }
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t size) override {
    return guest_.rmo(address, size);
  }
  TimePoint now() const override { return guest_.clock_.now(); }
  void sleep(Duration how_long) override {
    guest_.clock_.advance(how_long);
    guest_.take_interrupts();
  }
  void out(std::string_view text) override { out_ += text; }
  void err(std::string_view text) override { err_ += text; }

  std::string out_, err_;

 private:
  Guest& guest_;
  std::string name_;
  std::uint32_t pid_;
};

Guest::Guest(firmware::PlatformConfig platform, const firmware::FirmwareProfile& profile,
             const kernel::KernelLevel& level)
    : memory_([this](std::uint64_t address, std::uint64_t size) {
        return memory_usable(address, size);
      }),
      hypervisor_(std::move(platform), profile, {clock_, choices_, events_}, *this),
      level_(level),
      kernel_(kernel::make_linux(*this, level_)) {
  files_.set_kernel(kernel_.get());
}

Result<void> Guest::boot(const std::function<Result<Bytes>(ByteView)>& tree) {
  memory_.power_on(kMemory);
  if (hypervisor_.power_on(kGuest, memory_).status != firmware::AssignStatus::done) {
    return failure(ErrorCode::unsupported, "machine", "the guest cannot be powered on");
  }
  const Bytes offered =
      hypervisor_.client_architecture_support(kGuest, kernel_->architecture_vector());
  const auto flat = tree(offered);
  if (!flat) return tl::make_unexpected(flat.error());
  LPARSIM_ASSERT(memory_.write(GuestAddress{kTreeAddress}, *flat));
  try {
    const int status = kernel_->boot(kTreeAddress, flat->size());
    if (status == 0) return {};
  } catch (const GuestStopped&) {
  }
  return failure(ErrorCode::unsupported, "boot_tree", "the kernel does not boot with it");
}

void Guest::take_interrupts() {
  while (!sources_.empty()) {
    const std::uint32_t source = sources_.front();
    sources_.erase(sources_.begin());
    kernel_->interrupt(source);
  }
}

Outcome Guest::run(const std::string& command_line) {
  Program program(*this, command_line.substr(0, command_line.find(' ')), next_pid_++);
  Outcome outcome;
  outcome.exit = userland::run_shell(program, command_line);
  outcome.ok = *outcome.exit == 0;
  outcome.out = std::move(program.out_);
  outcome.err = std::move(program.err_);
  return outcome;
}

Outcome Guest::write(const std::string& path, const std::string& text) {
  const std::int64_t written =
      files_.write(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  Outcome outcome;
  outcome.ok = written >= 0;
  if (written < 0) outcome.error = error_name(written);
  if (written >= 0) outcome.written = written;
  return outcome;
}

Outcome Guest::read(const std::string& path) {
  Bytes bytes;
  const int status = files_.read(path, bytes);
  Outcome outcome;
  outcome.ok = status == 0;
  if (status < 0) outcome.error = error_name(status);
  outcome.out.assign(bytes.begin(), bytes.end());
  return outcome;
}

void Guest::rtas(std::uint32_t server, std::uint64_t address) {
  const auto entry =
      hypervisor_.rtas_enter(kGuest, ServerNumber{server}, GuestAddress{address});
  clock_.advance(entry.latency);
  const auto reply = hypervisor_.rtas_commit(entry);
  if (const std::uint8_t* block = rmo(address, 76)) note(entry, block);
  clock_.advance(reply.latency);
  for (const Started& thread : std::exchange(started_, {})) {
    kernel_->cpu_enter(thread.server, thread.entry, thread.r3);
  }
  if (reply.parks) throw ActorEnded{};
}

void Guest::note(const firmware::RtasEntry& entry, const std::uint8_t* block) {
  const auto rows = firmware::call_table();
  Call call;
  call.name = entry.call < rows.size() ? std::string(rows[entry.call].name) : "unknown";
  if (call.name == "stop-self") return;   // no recorder sees it
  call.by = by_;
  const std::size_t in = load_be32(block + 4), out = load_be32(block + 8);
  for (std::size_t i = 0; i < in + out && i < 16; ++i) {
    const std::uint32_t value = load_be32(block + 12 + 4 * i);
    i < in ? call.in.push_back(fmt::format("{:#x}", value)) : call.out.push_back(cell(value));
  }
  const std::uint32_t status = load_be32(block + 12 + 4 * in);
  if (call.name == "ibm,configure-connector") {
    note_work_area(rmo(load_be32(block + 12), 4096), status, call);
  }
  if (call.name == "check-exception" && status == 0 && in >= 6) {
    const std::size_t size = load_be32(block + 12 + 4 * 5);
    if (const std::uint8_t* buffer = rmo(load_be32(block + 12 + 4 * 4), size)) {
      call.event = event_text(buffer, size);
    }
  }
  calls_.push_back(std::move(call));
}

std::int64_t Guest::hcall(std::uint32_t server, std::uint64_t opcode, std::uint64_t r[9]) {
  std::array<std::uint64_t, 9> registers{};
  std::copy_n(r, registers.size(), registers.begin());
  const auto reply = hypervisor_.hcall(kGuest, ServerNumber{server}, opcode, registers);
  std::copy(registers.begin(), registers.end(), r);
  clock_.advance(reply.latency);
  return reply.status;
}

std::uint8_t* Guest::rmo(std::uint64_t address, std::uint64_t size) {
  return memory_.pointer(address, size);
}

bool Guest::memory_usable(std::uint64_t address, std::uint64_t size) {
  return hypervisor_.lmb_usable(kGuest, address, size);
}

std::uint64_t Guest::now_ns() {
  return static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
}

void Guest::sleep_ns(std::uint64_t nanoseconds) {
  clock_.advance(Duration(static_cast<std::int64_t>(nanoseconds)));
}

// Everybody who could wake the caller has run to his end already.
bool Guest::block(std::uint64_t, std::uint64_t timeout_ns) {
  if (timeout_ns == 0) bug("it waits for ever");
  sleep_ns(timeout_ns);
  return false;
}

void Guest::spawn(const char*, void (*entry)(void*), void* argument) {
  try {
    entry(argument);
  } catch (const ActorEnded&) {
  }
}

std::uint32_t Guest::fault_point(const char* site, std::uint64_t argument, const char* const*,
                                 std::uint32_t) {
  return std::string_view(site) == "kernel.lmb_offline" && pinned.contains(argument) ? 1 : 0;
}

void Guest::log(int, const char* text, std::size_t length) { log_.emplace_back(text, length); }

void Guest::bug(const char* text) {
  log_.emplace_back(text);
  stopped_ = true;
  throw GuestStopped{};
}

void Guest::cpu_started(PartitionId, ServerNumber server, std::uint64_t entry, std::uint64_t r3) {
  started_.push_back({server.value, entry, r3});
}

}  // namespace lparsim::conform
