// The generic OS against a small firmware: real argument blocks, a DRC state each, and threads.
#include "models/generic_os/generic_os.hpp"

#include <gtest/gtest.h>
#include <libfdt.h>

#include <deque>
#include <map>
#include <set>

#include "sim/base/actors.hpp"

namespace lparsim::generic_os {
namespace {

enum Token : std::uint32_t { kSense = 1, kIndicator, kConnector, kStart, kStop, kQuery };
struct ServiceName {
  const char* name;
  Token token;
};
constexpr ServiceName kServices[] = {{"get-sensor-state", kSense},
                                     {"set-indicator", kIndicator},
                                     {"ibm,configure-connector", kConnector},
                                     {"start-cpu", kStart},
                                     {"stop-self", kStop},
                                     {"query-cpu-stopped-state", kQuery}};
constexpr std::uint64_t kTreeAt = 0x100000;

// Two threads a processor, connectors 0x10000000 + n with threads 2n and 2n + 1; LMB connectors
// 0x80000000 + n at n * 256 MiB.
class FakeMachine final : public kernel::KernelHost {
 public:
  struct Drc {
    bool assigned = false;   // the HMC gave it to this partition
    bool usable = false, unisolated = false;
    int step = 0;            // of configure-connector
  };

  FakeMachine() : memory(0x200000) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      drcs[0x10000000 + i] = {i < 2, i < 2, i < 2, 0};
      drcs[0x80000000 + i] = {i < 2, i < 2, i < 2, 0};
    }
    running.insert(0);
  }

  // -- KernelHost --------------------------------------------------------------------------------
  void rtas(std::uint32_t server, std::uint64_t block) override {
    std::uint8_t* cells = memory.data() + block;
    const std::uint32_t inputs = load_be32(cells + 4);
    const auto in = [&](std::uint32_t i) { return load_be32(cells + 12 + 4 * i); };
    std::uint8_t* out = cells + 12 + 4 * inputs;
    const auto token = static_cast<Token>(load_be32(cells));
    calls.push_back(token);
    if (token == kStop) {
      running.erase(server);
      throw ActorEnded{};
    }
    if (busy > 0) {
      --busy;
      return store_be32(out, 9901);
    }
    std::uint32_t second = 0;
    store_be32(out, static_cast<std::uint32_t>(answer(token, in(0), in(1), in(2), second)));
    if (load_be32(cells + 8) > 1) store_be32(out + 4, second);
  }
  std::int64_t hcall(std::uint32_t, std::uint64_t opcode, std::uint64_t registers[9]) override {
    if (opcode == 0xf0) {
      capacity = std::min<std::uint64_t>(registers[0], 200);
      weight = registers[1];
      return capacity == registers[0] ? 0 : 4;
    }
    registers[0] = capacity;
    registers[3] = weight << 40;
    return 0;
  }
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t size) override {
    return address + size <= memory.size() ? memory.data() + address : nullptr;
  }
  bool memory_usable(std::uint64_t, std::uint64_t) override { return true; }
  std::uint64_t now_ns() override { return time; }
  void sleep_ns(std::uint64_t ns) override {
    time += ns;
    run_spawned();
  }
  bool block(std::uint64_t, std::uint64_t) override {
    run_started();
    return true;
  }
  void wake(std::uint64_t) override {}
  void lock(std::uint32_t id) override { EXPECT_TRUE(held.insert(id).second); }
  void unlock(std::uint32_t id) override { held.erase(id); }
  void spawn(const char*, void (*entry)(void*), void* argument) override {
    spawned.push_back({entry, argument});
  }
  bool allocation_fails(const char*) override { return false; }
  std::uint32_t fault_point(const char*, std::uint64_t, const char* const*,
                            std::uint32_t) override {
    return 0;
  }
  void log(int, const char*, std::size_t) override {}
  [[noreturn]] void bug(const char*) override { throw ActorEnded{}; }
  void cpu_online(std::uint32_t, std::uint32_t, bool) override {}
  void memory_online(std::uint64_t address, std::uint64_t, bool online) override {
    online ? void(online_memory.insert(address)) : void(online_memory.erase(address));
  }
  void tree_changed(const char* path, const char*, int) override { changed.emplace_back(path); }

  std::int32_t answer(Token token, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                      std::uint32_t& second);
  std::int32_t set_indicator(std::uint32_t kind, std::uint32_t index, std::uint32_t value);
  std::int32_t connector_step(std::uint32_t work_area);
  void run_spawned();
  void run_started();

  kernel::GuestKernel* guest = nullptr;
  Bytes memory;
  std::map<std::uint32_t, Drc> drcs;
  std::set<std::uint32_t> running;             // hardware threads
  std::map<std::uint32_t, std::uint32_t> started;
  std::deque<std::pair<void (*)(void*), void*>> spawned;
  std::set<std::uint32_t> held;
  std::set<std::uint64_t> online_memory;
  std::vector<std::string> changed;
  std::vector<Token> calls;
  std::uint64_t time = 0, capacity = 100, weight = 128;
  std::uint32_t refuse_isolate = 0;            // DRC index
  bool refuse_start = false;
  int busy = 0;
};

std::int32_t FakeMachine::answer(Token token, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                 std::uint32_t& second) {
  switch (token) {
    case kSense:
      if (!drcs.contains(b)) return -3;
      second = drcs[b].usable ? 1 : 2;
      return 0;
    case kIndicator: return set_indicator(a, b, c);
    case kConnector: return connector_step(a);
    case kStart:
      if (refuse_start) return 3;
      running.insert(a);
      started[a] = c;
      return 0;
    case kQuery:
      second = running.contains(a) ? 2 : 0;
      return 0;
    case kStop: break;
  }
  return -1;
}

std::int32_t FakeMachine::set_indicator(std::uint32_t kind, std::uint32_t index,
                                        std::uint32_t value) {
  if (!drcs.contains(index)) return -3;
  Drc& drc = drcs[index];
  if (kind == 9003) {
    if (value == 1 && !drc.assigned) return -3;
    if (value == 0 && drc.unisolated) return -3;
    drc.usable = value == 1;
    if (!drc.usable) drc.assigned = false;
    return 0;
  }
  if (kind != 9001 || !drc.usable) return -3;
  const std::uint32_t core = index - 0x10000000;
  const bool cpu = index < 0x80000000;
  const bool in_use = cpu && (running.contains(2 * core) || running.contains(2 * core + 1));
  if (value == 0 && (in_use || index == refuse_isolate)) return -9001;
  drc.unisolated = value == 1;
  return 0;
}

// child, one property, done.
std::int32_t FakeMachine::connector_step(std::uint32_t work_area) {
  std::uint8_t* area = memory.data() + work_area;
  const std::uint32_t index = load_be32(area);
  Drc& drc = drcs[index];
  if (!drc.unisolated) return -9003;
  const bool cpu = index < 0x80000000;
  const std::uint32_t core = index - 0x10000000;
  const std::string name = cpu ? "PowerPC,POWER9@" + std::to_string(2 * core) : "memory@0";
  const std::string text =
      drc.step == 0 ? name : cpu ? "ibm,ppc-interrupt-server#s" : "ibm,associativity";
  store_be32(area + 8, 64);
  std::copy(text.begin(), text.end(), area + 64);
  area[64 + text.size()] = 0;
  store_be32(area + 12, 8);
  store_be32(area + 16, 256);
  store_be32(area + 256, 2 * core);
  store_be32(area + 260, 2 * core + 1);
  drc.step = (drc.step + 1) % 3;
  constexpr std::int32_t kAnswers[] = {2, 3, 0};
  return kAnswers[(drc.step + 2) % 3];
}

void FakeMachine::run_spawned() {
  while (!spawned.empty()) {
    const auto [entry, argument] = spawned.front();
    spawned.pop_front();
    try {
      entry(argument);
    } catch (const ActorEnded&) {
    }
  }
}

void FakeMachine::run_started() {
  for (const auto& [server, r3] : started) guest->cpu_enter(server, 0x100, r3);
  started.clear();
}

void put(void* fdt, const char* name, const CellWriter& cells) {
  CellWriter copy = cells;
  const Bytes value = copy.take();
  ASSERT_EQ(fdt_property(fdt, name, value.data(), int(value.size())), 0);
}

enum class Form { v1_lists, v2_info };

void write_cpus(void* fdt, Form form) {
  fdt_begin_node(fdt, "cpus");
  if (form == Form::v2_info) {
    put(fdt, "ibm,drc-info", CellWriter().u32(1).str("CPU").str("CPU ").u32(0x10000000).u32(0)
                                 .u32(4).u32(1).u32(~0U));
  } else {
    CellWriter indexes, types;
    indexes.u32(4);
    types.u32(4);
    for (std::uint32_t i = 0; i < 4; ++i) {
      indexes.u32(0x10000000 + i);
      types.str("CPU");
    }
    put(fdt, "ibm,drc-indexes", indexes);
    put(fdt, "ibm,drc-types", types);
  }
  for (std::uint32_t core = 0; core < 2; ++core) {
    fdt_begin_node(fdt, core == 0 ? "PowerPC,POWER9@0" : "PowerPC,POWER9@2");
    fdt_property_string(fdt, "device_type", "cpu");
    fdt_property_u32(fdt, "ibm,my-drc-index", 0x10000000 + core);
    put(fdt, "ibm,ppc-interrupt-server#s", CellWriter().u32(2 * core).u32(2 * core + 1));
    fdt_end_node(fdt);
  }
  fdt_end_node(fdt);
}

void write_memory(void* fdt, Form form) {
  fdt_begin_node(fdt, "ibm,dynamic-reconfiguration-memory");
  fdt_property_u64(fdt, "ibm,lmb-size", 0x10000000);
  if (form == Form::v2_info) {
    put(fdt, "ibm,dynamic-memory-v2",
        CellWriter().u32(2).u32(2).u64(0).u32(0x80000000).u32(0).u32(8)
            .u32(2).u64(0x20000000).u32(0x80000002).u32(0).u32(0));
  } else {
    CellWriter v1;
    v1.u32(4);
    for (std::uint32_t i = 0; i < 4; ++i) {
      v1.u64(std::uint64_t{i} << 28).u32(0x80000000 + i).u32(0).u32(0).u32(i < 2 ? 8 : 0);
    }
    put(fdt, "ibm,dynamic-memory", v1);
  }
  fdt_end_node(fdt);
}

Bytes flat_tree(Form form) {
  Bytes tree(16384);
  void* fdt = tree.data();
  EXPECT_EQ(fdt_create(fdt, int(tree.size())), 0);
  fdt_finish_reservemap(fdt);
  fdt_begin_node(fdt, "");
  fdt_begin_node(fdt, "rtas");
  for (const ServiceName& service : kServices) {
    fdt_property_u32(fdt, service.name, service.token);
  }
  fdt_end_node(fdt);
  write_cpus(fdt, form);
  write_memory(fdt, form);
  fdt_end_node(fdt);
  EXPECT_EQ(fdt_finish(fdt), 0);
  tree.resize(fdt_totalsize(fdt));
  return tree;
}

struct Answer {
  int status = 0;
  std::string out, err;
};

class GenericOsTest : public ::testing::TestWithParam<Form> {
 protected:
  GenericOsTest() : os(make_generic_os(machine)) {
    machine.guest = os.get();
    const Bytes tree = flat_tree(GetParam());
    std::copy(tree.begin(), tree.end(), machine.memory.begin() + kTreeAt);
    EXPECT_EQ(os->boot(kTreeAt, tree.size()), 0);
    machine.calls.clear();
  }
  Answer run(std::vector<std::string> argv) {
    argv.insert(argv.begin(), "drmgr");
    Answer answer;
    answer.status = dlpar(*os, argv, answer.out, answer.err);
    EXPECT_TRUE(machine.held.empty());
    return answer;
  }
  std::size_t online() const { return os->view().cpus.size(); }

  FakeMachine machine;
  std::unique_ptr<kernel::GuestKernel> os;
};

TEST_P(GenericOsTest, BootStartsTheFirstThreadOfEveryProcessor) {
  EXPECT_EQ(machine.running, (std::set<std::uint32_t>{0, 2}));
  EXPECT_EQ(online(), 2U);
  EXPECT_EQ(os->view().cpu_drcs, (std::vector<std::uint32_t>{0x10000000, 0x10000001}));
  EXPECT_EQ(os->view().lmbs.size(), 4U);
  EXPECT_EQ(os->view().lmb_size, 0x10000000U);
  kernel::FileStat stat;
  EXPECT_EQ(os->stat("/sys/kernel/dlpar", stat), -ENOENT);
}

TEST_P(GenericOsTest, AddsAProcessorInTheArchitectedOrder) {
  machine.drcs[0x10000003].assigned = true;
  const Answer answer = run({"-c", "cpu", "-a", "-q", "1", "-w", "5", "-d", "0"});
  EXPECT_EQ(answer.status, 0) << answer.err;
  EXPECT_EQ(answer.out, "DR_TOTAL_RESOURCES=1\n");
  EXPECT_EQ(answer.err, "");
  // The connector 2 is not ours: sense, then a refused "usable". Then the real one.
  EXPECT_EQ(machine.calls,
            (std::vector<Token>{kSense, kIndicator, kSense, kIndicator, kIndicator, kConnector,
                                kConnector, kConnector, kStart}));
  EXPECT_TRUE(machine.running.contains(6));
  EXPECT_EQ(os->view().cpus.back().server, 6U);
  EXPECT_EQ(os->view().cpus.back().logical, 2U);
  EXPECT_EQ(machine.changed, std::vector<std::string>{"/cpus/PowerPC,POWER9@6"});
}

TEST_P(GenericOsTest, RemovesAProcessorInReverseOrder) {
  const Answer answer = run({"-c", "cpu", "-r", "-q", "1"});
  EXPECT_EQ(answer.status, 0) << answer.err;
  EXPECT_EQ(machine.calls, (std::vector<Token>{kStop, kQuery, kIndicator, kIndicator}));
  EXPECT_FALSE(machine.drcs[0x10000001].usable);
  EXPECT_FALSE(machine.drcs[0x10000001].unisolated);
  EXPECT_EQ(machine.running, std::set<std::uint32_t>{0});
}

TEST_P(GenericOsTest, KeepsTheBootProcessorAndReportsThePart) {
  const Answer answer = run({"-c", "cpu", "-r", "-q", "2"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_EQ(answer.out, "DR_TOTAL_RESOURCES=1\n");
  EXPECT_EQ(answer.err,
            "dynamic reconfiguration: 1 of 2 processors removed: no processor can be given up\n");
  EXPECT_TRUE(machine.drcs[0x10000000].usable);
}

TEST_P(GenericOsTest, RefusedIsolateStartsTheThreadsAgain) {
  machine.refuse_isolate = 0x10000001;
  const Answer answer = run({"-c", "cpu", "-r", "-q", "1"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_NE(answer.err.find("connector 10000001: isolate ended with status -9001"),
            std::string::npos);
  EXPECT_EQ(online(), 2U);
  EXPECT_TRUE(machine.running.contains(2));
}

TEST_P(GenericOsTest, ThreadThatDoesNotStartGivesItsProcessorBack) {
  machine.drcs[0x10000002].assigned = true;
  machine.refuse_start = true;
  const Answer answer = run({"-c", "cpu", "-a", "-q", "1"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_EQ(answer.out, "DR_TOTAL_RESOURCES=0\n");
  EXPECT_FALSE(machine.drcs[0x10000002].usable);
  EXPECT_EQ(os->view().cpu_drcs.size(), 2U);
}

TEST_P(GenericOsTest, AddsAndRemovesMemory) {
  machine.drcs[0x80000002].assigned = machine.drcs[0x80000003].assigned = true;
  EXPECT_EQ(run({"-c", "mem", "-a", "-q", "2"}).out, "DR_TOTAL_RESOURCES=2\n");
  EXPECT_EQ(machine.online_memory, (std::set<std::uint64_t>{0x20000000, 0x30000000}));
  EXPECT_TRUE(os->view().lmbs.back().online);
  EXPECT_EQ(run({"-c", "mem", "-r", "-q", "1"}).status, 0);
  EXPECT_EQ(machine.online_memory, std::set<std::uint64_t>{0x20000000});
  EXPECT_FALSE(machine.drcs[0x80000003].usable);
  EXPECT_FALSE(os->view().lmbs.back().online);
}

TEST_P(GenericOsTest, MemoryThatIsNotGivenIsNotTaken) {
  const Answer answer = run({"-c", "mem", "-a", "-q", "1"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_NE(answer.err.find("connector 80000003: set usable ended with status -3"),
            std::string::npos);
  EXPECT_TRUE(machine.online_memory.empty());
}

TEST_P(GenericOsTest, WaitsAsLongAsABusyStatusAsks) {
  machine.drcs[0x10000002].assigned = true;
  machine.busy = 3;
  EXPECT_EQ(run({"-c", "cpu", "-a", "-q", "1"}).status, 0);
  EXPECT_GE(machine.time, 3U * 10'000'000U);
}

TEST_P(GenericOsTest, EntitlementGoesThroughTheHypervisor) {
  EXPECT_EQ(run({"-c", "cpu", "-a", "-p", "ent_capacity", "-q", "30"}).out,
            "DR_TOTAL_RESOURCES=30\n");
  EXPECT_EQ(machine.capacity, 130U);
  EXPECT_EQ(run({"-c", "cpu", "-r", "-p", "variable_weight", "-q", "28"}).status, 0);
  EXPECT_EQ(machine.weight, 100U);
  const Answer clamped = run({"-c", "cpu", "-a", "-p", "ent_capacity", "-q", "90"});
  EXPECT_EQ(clamped.status, 1);
  EXPECT_EQ(clamped.out, "DR_TOTAL_RESOURCES=70\n");
}

TEST_P(GenericOsTest, SnapshotBringsEverythingBack) {
  machine.drcs[0x80000002].assigned = true;
  const auto before = os->snapshot();
  run({"-c", "mem", "-a", "-q", "1"});
  EXPECT_TRUE(os->view().lmbs[2].online);
  os->restore(*before);
  EXPECT_FALSE(os->view().lmbs[2].online);
}

TEST_P(GenericOsTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run({"-c", "slot", "-a", "-s", "x"}).status, 2);
  EXPECT_EQ(run({"-c", "cpu", "-q", "1"}).status, 2);
  EXPECT_EQ(run({"-c", "cpu", "-a", "-q", "many"}).status, 2);
  std::string out, err;
  EXPECT_EQ(dlpar(*os, {"lsslot"}, out, err), 127);
  EXPECT_TRUE(machine.calls.empty());
}

INSTANTIATE_TEST_SUITE_P(Trees, GenericOsTest, ::testing::Values(Form::v1_lists, Form::v2_info),
                         [](const auto& form) {
                           return form.param == Form::v1_lists ? "v1" : "v2";
                         });

}  // namespace
}  // namespace lparsim::generic_os
