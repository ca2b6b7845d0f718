// Seeded nonsense from both sides: user space writes anything to the files of CPUs, memory,
// requests and migration, and firmware answers anything. `fixed` says an errno or a count and stays
// consistent; the other levels do that too or end in a bad access of theirs, never in one of ours.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "sim/base/actors.hpp"
#include "tests/kernel/rig_tree.hpp"
#include "tests/kernel/seeded_host.hpp"

namespace lparsim::kernel {
namespace {

class FuzzHost final : public SeededHost {
 public:
  using SeededHost::SeededHost;

  std::uint32_t cell() {
    constexpr std::array<std::uint32_t, 12> kCells{0, 1, 2, 3, 4, 0x20, 0x30, 0x100, 0x10000001,
                                                   0x80000004, 0x80000005, 0xffffffff};
    return pick(4) == 0 ? pick(0xffffffff) : kCells[pick(kCells.size())];
  }
  Bytes garbage(std::uint32_t most) {
    Bytes out(pick(most + 1));
    for (auto& byte : out) byte = static_cast<std::uint8_t>(pick(3) == 0 ? pick(256) : pick(4));
    return out;
  }

  void rtas(std::uint32_t, std::uint64_t address) override {
    std::uint8_t* block = rmo(address, 76);
    const std::string call = rig_service(load_be32(block));
    if (call == "stop-self") throw ActorEnded{};
    const std::size_t in = load_be32(block + 4), out = load_be32(block + 8);
    constexpr std::array<std::int32_t, 16> kStatuses{0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, -1, -2, -3,
                                                     -9003, 9901};
    for (std::size_t i = 0; i < out; ++i) {
      const auto status = static_cast<std::uint32_t>(kStatuses[pick(kStatuses.size())]);
      store_be32(block + 12 + 4 * (in + i), i == 0 ? status : pick(4));
    }
    fill(kConnectorWorkArea, call.starts_with("ibm,update-"));
    if (call == "check-exception" || call == "event-scan") event();
    if (call == "start-cpu" && pick(2) == 0) {
      kernel->cpu_enter(load_be32(block + 12), kSecondaryEntry, 0);
    }
  }
  std::int64_t hcall(std::uint32_t, std::uint64_t, std::uint64_t registers[9]) override {
    registers[0] = pick(8);
    constexpr std::array<std::int64_t, 6> kAnswers{0, 0, 1, -4, -11, 9900};
    return kAnswers[pick(kAnswers.size())];
  }
  bool block(std::uint64_t, std::uint64_t timeout_ns) override {
    if (timeout_ns == 0) throw ActorEnded{};       // nobody would ever wake us
    sleep_ns(timeout_ns);
    return pick(2) == 0;
  }
  bool allocation_fails(const char*) override { return pick(40) == 0; }
  std::uint32_t fault_point(const char*, std::uint64_t, const char* const*,
                            std::uint32_t) override {
    return pick(10) == 0 ? 1 : 0;
  }
  bool memory_usable(std::uint64_t, std::uint64_t) override { return pick(10) != 0; }

 private:
  void fill(std::uint64_t area, bool cells) {
    std::uint8_t* bytes = rmo(area, 4096);
    if (cells) {
      for (std::size_t i = 0; i < 64; ++i) store_be32(bytes + 4 * i, cell());
      return;
    }
    for (const std::size_t word : {8U, 12U, 16U}) {
      store_be32(bytes + word, pick(6) == 0 ? cell() : 20 + pick(60));
    }
    constexpr std::array<const char*, 6> kNames{
        "ibm,my-drc-index", "ibm,ppc-interrupt-server#s", "device_type", "PowerPC,POWER9@1",
        "ibm,associativity", "phandle"};
    const std::string name = kNames[pick(kNames.size())];
    std::copy_n(name.c_str(), name.size() + 1, bytes + 20);
  }
  void event() {
    CellWriter out;
    out.u32(pick(4) == 0 ? cell() : 0x063460e5).u32(pick(4) == 0 ? cell() : 36);
    out.u32(0x86008e00).u64(0).u32(0x49424d00);
    out.u16(0x4850).u16(pick(4) == 0 ? static_cast<std::uint16_t>(pick(65536)) : 20);
    out.u8(1).u8(0).u16(0);
    for (int i = 0; i < 3; ++i) out.u8(static_cast<std::uint8_t>(pick(7)));
    out.u8(0).u32(cell()).u32(cell());
    const Bytes log = out.take();
    std::copy_n(log.begin(), log.size() - pick(static_cast<std::uint32_t>(log.size())),
                rmo(kEventBuffer, log.size()));
  }
};

struct FuzzCase {
  std::string level;
  std::uint32_t seed;
};

class FuzzTest : public ::testing::TestWithParam<FuzzCase> {
 protected:
  void boot() {
    kernel_ = make_linux(host_, level_);
    host_.kernel = kernel_.get();
    TreeOptions options{.threads = 2, .v1 = GetParam().seed % 2 == 0, .phandles = true};
    options.error_log = options.epow = true;
    const Bytes flat = flat_tree(options);
    std::copy(flat.begin(), flat.end(), host_.rmo(0x100000, flat.size()));
    EXPECT_EQ(kernel_->boot(0x100000, flat.size()), 0);
  }
  std::string one_of(std::initializer_list<const char*> words) {
    return *(words.begin() + host_.pick(static_cast<std::uint32_t>(words.size())));
  }
  std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }
  std::string request() {
    return one_of({"cpu", "memory", "dt", "cpu", "memory", ""}) + " " +
           one_of({"add", "remove", "add", "x"}) + " " +
           one_of({"index", "count", "indexed-count", "index", "name"}) + " " +
           one_of({"0x10000002", "0x10000000", "2", "0x80000004", "1", "0x80000005", "-1", "0",
                   "4294967295", "2 0x80000004", "x"}) + one_of({"", "\n", " more"});
  }
  void write(const std::string& path, const std::string& text) {
    const Bytes data(text.begin(), text.end());
    const std::int64_t result = kernel_->write(path, data);
    if (level_.name != "fixed") return;            // others let numbers of theirs through
    EXPECT_TRUE((result < 0 && result >= -4095) || result == static_cast<std::int64_t>(data.size()))
        << path << " " << text << ": " << result;
  }
  void step() {
    switch (host_.pick(10)) {
      case 0: write("/sys/devices/system/cpu/probe", one_of({"0x10000002", "x", "0\n"})); break;
      case 1: write("/sys/devices/system/cpu/release",
                    one_of({"/cpus/PowerPC,POWER9@0", "/cpus/PowerPC,POWER9@2", "/", ""})); break;
      case 2: write("/sys/devices/system/cpu/cpu" + std::to_string(host_.pick(9)) + "/online",
                    one_of({"0", "1", "", "x"})); break;
      case 3: write("/sys/devices/system/memory/memory" + std::to_string(host_.pick(12)) + "/state",
                    one_of({"online", "offline", "x", ""})); break;
      case 4: write("/sys/devices/system/memory/probe", one_of({"0x40000000", "0x50000000", "1"}));
              break;
      case 5: write("/sys/kernel/mobility/migration", one_of({"1", "0x10", "x", ""})); break;
      case 6: kernel_->interrupt(host_.pick(4) == 0 ? host_.cell() : 0x1000 + host_.pick(3)); break;
      case 7: kernel_->events_wait(); break;
      case 8: {
        std::array<std::uint8_t, 76> block{};
        for (std::size_t i = 0; i < 19; ++i) store_be32(block.data() + 4 * i, host_.cell());
        kernel_->rtas_syscall(block.data());
        break;
      }
      default: write("/sys/kernel/dlpar", host_.pick(20) == 0 ? text_of(host_.garbage(65536))
                                                               : request());
    }
  }
  // What is seen from outside hangs together.
  void check() {
    const KernelView view = kernel_->view();
    for (const CpuView& cpu : view.cpus) EXPECT_TRUE(cpu.present);
    for (const LmbView& lmb : view.lmbs) {
      if (level_.name != "fixed" || (lmb.flags & 8) == 0) continue;
      EXPECT_TRUE(lmb.address < (16ULL << 28)) << lmb.drc_index;
    }
    EXPECT_LT(view.allocations, 100'000U);
    for (const char* file : {"/proc/cpuinfo", "/sys/devices/system/cpu/online", "/proc/meminfo",
                             "/sys/devices/system/memory/block_size_bytes"}) {
      Bytes out;
      EXPECT_EQ(kernel_->read(file, out), 0) << file;
    }
  }

  FuzzHost host_{GetParam().seed};
  KernelLevel level_ = *find_level(GetParam().level);
  std::unique_ptr<GuestKernel> kernel_;
};

TEST_P(FuzzTest, EndsInAnErrnoOrInABugOfThatLevel) {
  boot();
  for (int i = 0; i < 300; ++i) {
    try {
      step();
    } catch (const ActorEnded&) {                  // waits for what never comes
      host_.held.clear();
    } catch (const BugHit&) {
      EXPECT_NE(level_.name, "fixed") << host_.messages.back();
      EXPECT_TRUE(kernel_->view().crashed);
      return;
    }
    ASSERT_TRUE(host_.held.empty()) << "step " << i;
  }
  check();
}

std::vector<FuzzCase> all_cases() {
  std::vector<FuzzCase> cases;
  for (const KernelLevel& level : levels()) {
    const char* wanted = std::getenv("LPARSIM_FUZZ_SEEDS");        // more of them, by hand
    const std::uint32_t few = level.name == "fixed" ? 40 : 15;
    const auto seeds = wanted ? static_cast<std::uint32_t>(std::atoi(wanted)) : few;
    for (std::uint32_t seed = 1; seed <= seeds; ++seed) cases.push_back({level.name, seed});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Seeds, FuzzTest, ::testing::ValuesIn(all_cases()), [](const auto& each) {
  std::string name = "level_" + each.param.level + "_" + std::to_string(each.param.seed);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

}  // namespace
}  // namespace lparsim::kernel
