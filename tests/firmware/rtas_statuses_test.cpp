// Every status that LoPAR's table of a call lists can be scripted at its fault point, arrives in
// the argument block, and changes nothing. What only the handler itself can know is told apart.
#include <set>

#include "firmware/rtas/call_table.hpp"
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kDelay = 990;             // stands for 9900 to 9905

struct Documented {
  const char* call;
  std::vector<std::int32_t> statuses;            // but for 0
  std::vector<std::int32_t> own = {};            // of these, those that only the handler tells
};

// Tables 7-7 to 7-112 and 13-8. 1 to 5 are success with more to say, never a fault; -3 of the
// refusals that need the arguments; -4 and -5 of tokens and sequences that are not the caller's.
const Documented kCalls[] = {
    {"nvram-fetch", {-3, -1}},
    {"nvram-store", {-3, -1}},
    {"get-time-of-day", {-2, -1, kDelay}},
    {"set-time-of-day", {-3, -1, kDelay}},
    {"set-time-for-power-on", {-3, -2, -1, kDelay}},
    {"event-scan", {-1, 1}, {1}},
    {"check-exception", {-1, 1}, {1}},
    {"rtas-last-error", {-1, 1}, {1}},
    {"ibm,platform-dump", {-9002, -2, -1, 1, kDelay}, {1}},
    {"ibm,read-pci-config", {-3, -1}},
    {"ibm,write-pci-config", {-3, -1}},
    {"display-character", {-2, -1}},
    {"set-indicator", {-9001, -9000, -3, -2, -1, kDelay}},
    {"get-sensor-state", {-9001, -9000, -3, -2, -1, 9, 10, 11, 12, 13, kDelay},
     {9, 10, 11, 12, 13}},                       // no environmental sensors
    {"set-power-level", {-9000, -2, -1, kDelay}},
    {"get-power-level", {-3, -2, -1}},
    {"power-off", {-1}},
    {"system-reboot", {-1}},
    {"ibm,activate-firmware", {-9001, -3, -2, -1, kDelay}},
    {"stop-self", {-1}},
    {"start-cpu", {-1, 3}},
    {"query-cpu-stopped-state", {-2, -1}},
    {"ibm,os-term", {-2, -1}},
    {"ibm,get-xive", {-3, -1}},
    {"ibm,set-xive", {-3, -1}},
    {"ibm,int-off", {-3, -1}},
    {"ibm,int-on", {-3, -1}},
    {"ibm,change-msi", {-3, -2, -1, kDelay}},
    {"ibm,query-interrupt-source-number", {-3, -1, 1}, {1}},
    {"ibm,set-eeh-option", {-7, -3, -1}},
    {"ibm,set-slot-reset", {-8, -7, -3, -1}},
    {"ibm,read-slot-reset-state2", {-3}},
    {"ibm,get-config-addr-info2", {-3}},
    {"ibm,slot-error-detail", {-1, 1}, {1}},
    {"ibm,configure-bridge", {-3, 9900, 9901, 9902}},   // a fifth of a second at most (7.3.12)
    {"ibm,configure-pe", {-3, 9900, 9901, 9902}},
    {"ibm,open-errinjct", {-5, -4, -2, -1, kDelay}},
    {"ibm,close-errinjct", {-4, -2, -1, kDelay}},
    {"ibm,errinjct", {-4, -3, -2, -1, kDelay}},
    {"ibm,nmi-register", {-3, -1}},
    {"ibm,nmi-interlock", {-1}},
    {"ibm,get-system-parameter", {-9999, -9002, -3, -2, -1, kDelay}},
    {"ibm,set-system-parameter", {-9999, -9002, -3, -2, -1, kDelay}},
    {"ibm,get-indices", {-4, -3, -1, 1, kDelay}, {1}},
    {"ibm,set-dynamic-indicator", {-3, -2, -1, kDelay}},
    {"ibm,get-dynamic-sensor-state", {-3, -2, -1, kDelay}},
    {"ibm,get-vpd", {-4, -3, -1, 1, kDelay}, {1}},
    {"ibm,lpar-perftools", {-9002, -5, -3, -2, -1, kDelay}},
    {"ibm,suspend-me", {-9006, -9005, -9004, -1, 9000}, {9000}},
    {"ibm,update-nodes", {-3, -2, -1, 1}, {1}},
    {"ibm,update-properties", {-3, -2, -1, 1}, {1}},
    {"ibm,configure-kernel-dump", {-10, -9, -3, -2, -1, kDelay}},
    {"ibm,query-pe-dma-window", {-3, -1}},
    {"ibm,create-pe-dma-window", {-3, -2, -1, kDelay}},
    {"ibm,remove-pe-dma-window", {-3, -1}},
    {"ibm,reset-pe-dma-windows", {-3, -2, -1}},
    {"ibm,configure-connector", {-9003, -9002, -9001, -2, -1, 1, 2, 3, 4, 5, kDelay},
     {1, 2, 3, 4}},
};

const CallRow* row_of(std::string_view name) {
  for (const CallRow& row : call_table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::set<std::int32_t> scriptable(const CallRow& row) {
  std::set<std::int32_t> values;
  for (const Outcome& outcome : row.outcomes) {
    values.insert(static_cast<std::int32_t>(outcome.value));
  }
  return values;
}

TEST(RtasStatuses, EveryDocumentedOneCanBeScripted) {
  for (const Documented& call : kCalls) {
    const CallRow* row = row_of(call.call);
    ASSERT_NE(row, nullptr) << call.call;
    const auto values = scriptable(*row);
    for (const std::int32_t status : call.statuses) {
      if (std::find(call.own.begin(), call.own.end(), status) != call.own.end()) continue;
      const std::int32_t first = status == kDelay ? 9900 : status;
      const std::int32_t last = status == kDelay ? 9905 : status;
      for (std::int32_t value = first; value <= last; ++value) {
        EXPECT_TRUE(values.contains(value)) << call.call << " " << value;
      }
    }
  }
}

TEST(RtasStatuses, NoCallTellsABusyStatusThatItsTableLacks) {
  for (const Documented& call : kCalls) {
    const std::set<std::int32_t> documented(call.statuses.begin(), call.statuses.end());
    for (const std::int32_t value : scriptable(*row_of(call.call))) {
      if (value == -2) {
        EXPECT_TRUE(documented.contains(-2)) << call.call;
      } else if (value >= 9900) {
        const bool told = documented.contains(kDelay) || documented.contains(value);
        EXPECT_TRUE(told) << call.call << " " << value;
      }
    }
  }
}

class Scripted : public GuestTest {
 protected:
  void answer(std::string_view site, std::string_view outcome) {
    ScriptedAnswer scripted;
    scripted.site = site;
    scripted.outcome = outcome;
    choices = ScriptedChoices({scripted});
  }
  // Inputs are 0 but for calls that look at them when they answer busy.
  static std::array<std::uint32_t, 10> inputs_of(const CallRow& row) {
    if (row.name == "ibm,change-msi") return {0, 0x0800'0000, kPhb.value, 1, 1, 1};
    return {};
  }
  // The status that arrives.
  std::int32_t status_of(const CallRow& row) {
    const auto inputs = inputs_of(row);
    CellWriter block;
    block.u32(tokens.at(std::string(row.name))).u32(row.min_inputs).u32(row.min_outputs);
    for (std::uint32_t i = 0; i < row.min_inputs; ++i) block.u32(inputs[i]);
    for (std::uint32_t i = 0; i < row.min_outputs; ++i) block.u32(0xdeadbeef);
    memory.write(GuestAddress{kBlock}, block.take());
    const auto entry = hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock});
    clock.advance(entry.latency);
    const auto reply = hypervisor.rtas_commit(entry);
    EXPECT_FALSE(reply.parks) << row.name;
    const std::size_t at = kBlock + 12 + 4U * (row.min_inputs + row.status_output);
    return static_cast<std::int32_t>(memory.cell(at));
  }
};

TEST_F(Scripted, StatusesArriveAndChangeNothing) {
  std::size_t driven = 0;
  for (const CallRow& row : call_table()) {
    for (const Outcome& outcome : row.outcomes.subspan(1)) {
      SCOPED_TRACE(std::string(row.name) + " " + std::string(outcome.name));
      const auto before = hypervisor.snapshot();
      answer(row.site, outcome.name);
      EXPECT_EQ(status_of(row), outcome.value);
      EXPECT_TRUE(choices.problems().empty()) << choices.problems().front().line();
      // A hardware error leaves its log (R1-7.3.3.3-3), some calls end what they had begun.
      const bool leaves_something = outcome.value == -1 || row.refused != nullptr;
      EXPECT_TRUE(leaves_something || hypervisor.is_in(*before));
      hypervisor.restore(before);
      ++driven;
    }
  }
  EXPECT_GT(driven, 250U);
}

}  // namespace
}  // namespace lparsim::firmware
