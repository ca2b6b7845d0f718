// The conventions of LoPAR 7.2 that hold for every RTAS call: argument blocks, tokens, statuses,
// what a call may write and how long it may take. Every call that /rtas names is tried.
#include "firmware/rtas/call_table.hpp"
#include "guest.hpp"
#include "rtas_reference.hpp"
#include "sim/base/random.hpp"

namespace lparsim::firmware {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const reference::Call* reference_of(std::string_view name) {
  const auto* const found = std::find_if(std::begin(reference::kCalls), std::end(reference::kCalls),
                                         [&](const auto& call) { return call.name == name; });
  return found == std::end(reference::kCalls) ? nullptr : found;
}

// Not even a status comes back, or the caller is not the only one who does not come back.
bool ends_its_caller(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"stop-self", "power-off", "system-reboot",
                                                   "ibm,os-term", "ibm,power-off-ups",
                                                   "ibm,suspend-me"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool documented(const reference::Call& call, std::int32_t status) {
  if (status == 0) return call.success;
  if (status == -3) return true;                       // table 7-6: any parameter error
  if (status >= 9900 && status <= 9905) return call.extended_delay;
  const auto& list = call.statuses;
  return std::find(list.begin(), list.end(), status) != list.end();
}

class Convention : public GuestTest {
 protected:
  using GuestTest::GuestTest;
  // The calls that /rtas names and that come back.
  std::vector<const reference::Call*> calls() const {
    std::vector<const reference::Call*> out;
    for (const reference::Call& call : reference::kCalls) {
      if (tokens.count(call.name) != 0 && !ends_its_caller(call.name)) out.push_back(&call);
    }
    return out;
  }
  void put(std::uint64_t address, const std::vector<std::uint32_t>& cells) {
    CellWriter block;
    for (const std::uint32_t cell : cells) block.u32(cell);
    memory.write(GuestAddress{address}, block.take());
  }
  RtasReply call_at(std::uint64_t address, std::uint32_t server = 0) {
    const auto entry = hypervisor.rtas_enter(id, ServerNumber{server}, GuestAddress{address});
    last_latency = entry.latency;
    clock.advance(entry.latency);
    return hypervisor.rtas_commit(entry);
  }
  std::string name_logged(std::uint64_t record) const {
    const std::string text = log.json(log.at(record));
    const auto from = text.find("\"call\":\"") + 8;
    return text.substr(from, text.find('"', from) - from);
  }
};

struct Tried {
  const reference::Call* call;
  std::int32_t status;
  Duration latency;
};

// Everything that argument noise may do to a partition, call after call.
class Noise : public Convention {
 protected:
  std::vector<std::uint32_t> block_of(const reference::Call& call) {
    const std::uint32_t likely[] = {9001, 9003, 0, 1, 2, cpu(2).value, cpu(1).value, lmb(5).value,
                                    kSlot.value, kWork, kBuffer, 2048, 9, 100, 0xffffffff};
    std::vector<std::uint32_t> cells{tokens.at(std::string(call.name)), call.min_inputs,
                                     call.min_outputs};
    for (std::uint32_t i = 0; i < call.min_inputs; ++i) {
      const bool outside = random.below(4) == 0;       // beyond the memory that the guest has
      cells.push_back(outside ? static_cast<std::uint32_t>(random.next()) | 0x8000'0000U
                              : likely[random.below(std::size(likely))]);
    }
    cells.resize(cells.size() + call.min_outputs, 0xdeadbeef);
    return cells;
  }
  // The memory that no argument named: every value that may be an address lies below.
  Bytes elsewhere() const { return {memory.bytes.begin() + 0x8000, memory.bytes.end()}; }
  void try_all(int rounds, const std::function<void(const Tried&)>& look) {
    for (int round = 0; round < rounds; ++round) {
      for (const reference::Call* call : calls()) {
        put(kBlock, block_of(*call));
        const RtasReply reply = call_at(kBlock);
        look({call, reply.status, last_latency + reply.latency});
      }
    }
  }
  void fill_memory() {
    for (std::size_t i = 0; i < memory.bytes.size(); ++i) {
      memory.bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
    }
  }

  Random random{72};
};

TEST_F(Noise, EveryStatusIsOneOfTheTablesOfItsCall) {
  try_all(300, [](const Tried& t) {
    EXPECT_RULE("R1-7.2.8-1", documented(*t.call, t.status)) << t.call->name << " " << t.status;
  });
}

TEST_F(Noise, BadParametersAreAStatusAndNeverAnInterruptOrAnEnd) {
  try_all(300, [](const Tried&) {});
  EXPECT_RULE("R1-7.2.3-6", events.interrupts.empty() && events.ended.empty());
  EXPECT_RULE("R1-14.6-4", hypervisor.inconsistencies().empty());
  EXPECT_EQ(hypervisor.partition(id).power, PowerState::on);
}

TEST_F(Noise, OnlyTheBlockAndTheMemoryThatItNamesAreWritten) {
  fill_memory();
  const Bytes before = elsewhere();
  try_all(100, [&](const Tried& t) {
    if (elsewhere() == before) return;
    EXPECT_RULE("R1-7.2.4-3", elsewhere() == before) << t.call->name;
  });
  EXPECT_RULE("R1-7.2.4-3", elsewhere() == before);
}

TEST_F(Noise, NoCallTakesLongAndOneWithoutABusyStatusAtMost250Microseconds) {
  try_all(300, [](const Tried& t) {
    const auto& list = t.call->statuses;
    const bool busy = t.call->extended_delay ||
                      std::find(list.begin(), list.end(), -2) != list.end();
    EXPECT_RULE("R1-7.2.4-4", t.latency < milliseconds{1}) << t.call->name;
    if (!busy) {
      EXPECT_RULE("R1-7.2.4-5", t.latency <= microseconds{250}) << t.call->name;
    }
  });
  for (const std::string_view profile : profile_names()) {
    for (const CallRow& row : call_table()) {
      if (row.busy_allowed) continue;
      EXPECT_RULE("R1-7.2.4-5",
                  find_profile(profile)->latency_of(row.name) <= microseconds{250})
          << profile << " " << row.name;
    }
  }
}

TEST_F(Convention, EachTokenPropertyIsItsFunctionAndEveryOtherTokenIsUnknown) {
  std::map<std::uint32_t, std::string> by_token;
  for (const CallRow& row : call_table()) {
    ASSERT_EQ(tokens.count(row.name), 1U) << row.name << " is implemented but not below /rtas";
    by_token[tokens.at(std::string(row.name))] = row.name;
  }
  EXPECT_EQ(by_token.size(), call_table().size()) << "a token twice";
  for (const CallRow& row : call_table()) {
    put(kBlock, {tokens.at(std::string(row.name)), row.min_inputs, row.min_outputs});
    const auto record = log.total();
    hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock});
    EXPECT_RULE("R1-7.2.6-2", name_logged(record) == row.name) << row.name;
  }
  for (std::uint32_t token = 0; token < 300; ++token) {
    if (by_token.count(token) != 0) continue;
    put(kBlock, {token, 0, 1, 7});
    const auto record = log.total();
    EXPECT_RULE("R1-7.2.6-2", call_at(kBlock).status == -3 && name_logged(record) == "unknown");
    EXPECT_EQ(memory.cell(kBlock + 12), 0xfffffffdU);
  }
}

TEST_F(Convention, TheCountsOfACallAreThoseOfItsTable) {
  for (const CallRow& row : call_table()) {
    const reference::Call* call = reference_of(row.name);
    if (call == nullptr) continue;
    EXPECT_EQ(row.min_inputs, call->min_inputs) << row.name;
    EXPECT_EQ(row.max_inputs, call->max_inputs) << row.name;
    EXPECT_EQ(row.min_outputs, call->min_outputs) << row.name;
    EXPECT_EQ(row.max_outputs, call->max_outputs) << row.name;
  }
}

TEST_F(Convention, TheTreeHasAnRtasNodeOfVersionOneWithItsSizes) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  ASSERT_TRUE(tree.has_value());
  const Node* rtas = tree->find("/rtas");
  EXPECT_RULE("R1-7.2.6-1", rtas != nullptr);
  ASSERT_NE(rtas, nullptr);
  EXPECT_EQ(tokens.at("rtas-version"), 1U);
  EXPECT_GT(tokens.at("rtas-size"), 0U);
  EXPECT_GE(tokens.at("rtas-error-log-max"), 1024U);
  EXPECT_GT(tokens.at("rtas-event-scan-rate"), 0U);
}

TEST_F(Convention, RequiredFunctionsAreThere) {
  for (const char* name :
       {"nvram-fetch", "nvram-store", "get-time-of-day", "set-time-of-day", "event-scan",
        "check-exception", "rtas-last-error", "ibm,read-pci-config", "ibm,write-pci-config",
        "display-character", "set-indicator", "get-sensor-state", "system-reboot", "ibm,get-xive",
        "ibm,set-xive", "ibm,int-off", "ibm,int-on", "ibm,set-eeh-option", "ibm,set-slot-reset",
        "ibm,read-slot-reset-state2", "ibm,get-config-addr-info2", "ibm,nmi-register",
        "ibm,nmi-interlock", "ibm,get-system-parameter", "ibm,configure-connector"}) {
    EXPECT_RULE("R1-7.2.6-4", tokens.count(name) == 1) << name;
  }
}

TEST_F(Convention, SmpFunctionsAreThere) {
  for (const reference::Call& call : reference::kCalls) {
    if (call.needed != reference::Needed::smp) continue;
    EXPECT_RULE("R1-7.2.6-5", tokens.count(call.name) == 1) << call.name;
    EXPECT_RULE("R1-11.1-3", tokens.count(call.name) == 1) << call.name;
  }
}

// Buffer: token, number of inputs, number of outputs, inputs, outputs; on 8 bytes, big-endian.
TEST_F(Convention, OutputsFollowTheInputsInBigEndianCells) {
  put(kBlock, {tokens.at("get-sensor-state"), 2, 2, 9003, cpu(1).value, 7, 7, 0x55aa55aa});
  EXPECT_EQ(call_at(kBlock).status, 0);
  EXPECT_RULE("R1-7.2.7-1", memory.cell(kBlock + 20) == 0 && memory.cell(kBlock + 24) == 1);
  EXPECT_EQ(memory.cell(kBlock + 28), 0x55aa55aaU) << "beyond the outputs";
  EXPECT_EQ(memory.cell(kBlock + 12), 9003U) << "inputs stay";
}

TEST_F(Convention, ABlockOffEightBytesIsRefusedUntouched) {
  for (const std::uint32_t off : {1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    put(kBlock + off, {tokens.at("set-indicator"), 3, 1, 9001, cpu(1).value, 0, 7});
    const Bytes before = memory.bytes;
    EXPECT_RULE("R1-7.2.7-1", call_at(kBlock + off).status == -3 && memory.bytes == before &&
                                  state(cpu(1)) == DrcState::configured);
  }
}

TEST_F(Convention, ALittleEndianBlockIsNobodysCallAndChangesNothing) {
  const auto swapped = [](std::uint32_t v) { return __builtin_bswap32(v); };
  for (const CallRow& row : call_table()) {
    std::vector<std::uint32_t> cells{swapped(tokens.at(std::string(row.name))),
                                     swapped(row.min_inputs), swapped(row.min_outputs)};
    for (std::uint32_t i = 0; i < row.min_inputs; ++i) cells.push_back(swapped(1));
    cells.resize(cells.size() + row.min_outputs, 0x77777777);
    put(kBlock, cells);
    const Bytes before = memory.bytes;
    const RtasReply reply = call_at(kBlock);
    EXPECT_RULE("R1-7.2.1-6", reply.status == -3 && !reply.parks && memory.bytes == before)
        << row.name;
  }
  EXPECT_EQ(hypervisor.partition(id).power, PowerState::on);
}

TEST_F(Convention, ANegativeStatusIsSignExtendedToItsCell) {
  choices = ScriptedChoices({{"rtas.query-cpu-stopped-state", kDedicated, true, 0, 1, 1, "busy",
                              ""}});
  put(kBlock, {tokens.at("query-cpu-stopped-state"), 1, 2, 0, 7, 7});
  EXPECT_EQ(call_at(kBlock).status, -2);
  EXPECT_RULE("R1-7.2.7-2", memory.cell(kBlock + 16) == 0xfffffffeU);
}

TEST_F(Convention, ArgumentsLieInTheRealModeArea) {
  const auto limit = static_cast<std::uint32_t>(memory.rmo_limit());
  const std::uint32_t token = tokens.at("get-sensor-state");
  put(limit - 32, {token, 2, 2, 9003, cpu(1).value, 7, 7});
  EXPECT_EQ(call_at(limit - 32).status, 0) << "the last place";
  put(limit - 24, {token, 2, 2, 9003, cpu(1).value, 7});
  const Bytes before = memory.bytes;
  for (const std::uint64_t address : {std::uint64_t{limit} - 24, std::uint64_t{limit} - 8,
                                      std::uint64_t{limit}, std::uint64_t{1} << 32,
                                      ~std::uint64_t{7}}) {
    EXPECT_RULE("R1-14.6-6", call_at(address).status == -3 && memory.bytes == before) << address;
  }
}

// stop-self excludes only stop-self, start-cpu and set-power-level.
TEST_F(Convention, OthersCallRtasWhileAThreadIsStopping) {
  ASSERT_EQ(rtas("start-cpu", {8, 0x100, 0}).status, 0);
  const std::uint64_t other = kWork;
  put(other, {tokens.at("stop-self"), 0, 1, 7});
  const auto stopping = hypervisor.rtas_enter(id, ServerNumber{8}, GuestAddress{other});
  const Reply during = rtas("get-sensor-state", {9003, cpu(1).value}, 2, 0);
  const RtasReply stopped = hypervisor.rtas_commit(stopping);
  const Reply after = rtas("get-sensor-state", {9003, cpu(1).value}, 2, 0);
  EXPECT_RULE("R1-7.2.3-8", during.status == 0 && stopped.parks && after.status == 0);
}

TEST_F(Convention, APartitionDoesNotWaitForAnothersCall) {
  TestMemory other(1U << 20);
  ASSERT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  put(kBlock, {tokens.at("get-sensor-state"), 2, 2, 9003, cpu(1).value, 7, 7});
  CellWriter block;
  block.u32(tokens.at("get-sensor-state")).u32(2).u32(2).u32(9003).u32(cpu(0).value).u32(7).u32(7);
  other.write(GuestAddress{kBlock}, block.take());
  const auto first = hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock});
  const auto second = hypervisor.rtas_enter(kShared, ServerNumber{0}, GuestAddress{kBlock});
  const std::int32_t shared = hypervisor.rtas_commit(second).status;
  const std::int32_t dedicated = hypervisor.rtas_commit(first).status;
  EXPECT_RULE("R1-14.6-3", shared == 0 && dedicated == 0 && other.cell(kBlock + 20) == 0);
}

}  // namespace
}  // namespace lparsim::firmware
