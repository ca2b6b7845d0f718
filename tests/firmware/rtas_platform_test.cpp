// Interrupt routing, calls of several processors, operator display and NMI registration (LoPAR
// 7.2.3, 7.3.5.3, 7.3.10, 7.3.14, 7.3.22).
#include <set>

#include "service_guest.hpp"

namespace lparsim::firmware {
namespace {

using Platform = ServiceGuest;

// -- interrupts ----------------------------------------------------------------------------------

class Xive : public Platform {
 protected:
  static constexpr std::uint32_t kEpow = 0x1000, kVirtual = 0x2002;
  struct Routing {
    std::int32_t status;
    std::uint32_t server, priority;
    bool operator==(const Routing&) const = default;
  };
  Routing get(std::uint32_t source, std::uint32_t server = 0) {
    const std::int32_t status = rtas("ibm,get-xive", {source}, 3, server).status;
    return {status, output(1, 1), output(1, 2)};
  }
  std::int32_t set(std::uint32_t source, std::uint32_t server, std::uint32_t priority) {
    return rtas("ibm,set-xive", {source, server, priority}).status;
  }
  std::int32_t off(std::uint32_t source) { return rtas("ibm,int-off", {source}).status; }
  std::int32_t on(std::uint32_t source) { return rtas("ibm,int-on", {source}).status; }
};

TEST_F(Xive, IsLeastFavouredAtBootAndThenAsSet) {
  EXPECT_RULE("R1-7.3.10.1-4", get(kEpow).priority == 0xff && get(kEpow).status == 0);
  for (const std::uint32_t source : {kEpow, kVirtual}) {
    EXPECT_RULE("R1-6.2.1-13", get(source).priority == 0xff) << source;
  }
  EXPECT_RULE("R1-7.3.10.2-1", set(kEpow, 9, 5) == 0);
  EXPECT_RULE("R1-7.3.10.1-1", (get(kEpow) == Routing{0, 9, 5}));
  EXPECT_RULE("R1-7.3.10.2-4", (get(kVirtual).priority == 0xff && get(kEpow).server == 9));
  EXPECT_RULE("R1-14.4-2", set(kVirtual, 0xffff, 6) == 0) << "the global queue";
  EXPECT_RULE("R1-7.3.10.1-4", (get(kVirtual) == Routing{0, 0xffff, 6}));
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-7.3.10.1-4", get(kEpow).priority == 0xff);
}

TEST_F(Xive, OffAndOnKeepThePriority) {
  ASSERT_EQ(set(kEpow, 8, 5), 0);
  EXPECT_RULE("R1-7.3.10.3-1", off(kEpow) == 0);
  EXPECT_RULE("R1-7.3.10.3-4", get(kEpow).priority == 0xff && get(kEpow).server == 8);
  EXPECT_EQ(off(kEpow), 0) << "again";
  EXPECT_RULE("R1-7.3.10.4-1", on(kEpow) == 0);
  EXPECT_RULE("R1-7.3.10.4-5", (get(kEpow) == Routing{0, 8, 5}));
  EXPECT_RULE("R1-7.3.10.3-5", get(kEpow).priority == 5);
  EXPECT_RULE("R1-7.3.10.4-4", get(kEpow).priority != 0xff);
}

TEST_F(Xive, SourcesServersAndPrioritiesThatDoNotExistAreRefused) {
  const auto before = hypervisor.snapshot();
  for (const std::uint32_t source : {0U, 0xfffU, 0x1003U, 0x2005U, 0x200aU, 0xffffffffU}) {
    EXPECT_RULE("R1-7.3.10.1-5", get(source).status == -3) << source;
    EXPECT_RULE("R1-7.3.10.2-5", set(source, 0, 5) == -3) << source;
    EXPECT_RULE("R1-7.3.10.3-6", off(source) == -3) << source;
    EXPECT_RULE("R1-7.3.10.4-6", on(source) == -3) << source;
  }
  for (const std::uint32_t priority : {7U, 0x80U, 0xfeU, 0x100U, 0xffffffffU}) {
    EXPECT_RULE("R1-7.3.10.2-6", set(kEpow, 0, priority) == -3) << priority;
  }
  for (const std::uint32_t server : {16U, 47U, 48U, 0xfffeU, 0xffffffffU}) {
    EXPECT_EQ(set(kEpow, server, 5), -3) << server;
  }
  EXPECT_TRUE(hypervisor.is_in(*before));
  EXPECT_EQ(set(kEpow, 15, 0xff), 0) << "masked is not reserved";
}

TEST_F(Xive, RoutesWhatAnAdapterSaysIsItsSource) {
  const Node root = tree();
  const Node* phb = nullptr;
  for (const Node& child : root.children) {
    if (child.name.rfind("pci@", 0) == 0) phb = &child;
  }
  ASSERT_NE(phb, nullptr);
  const std::uint64_t unit = load_be64(phb->property("reg")->value.data());
  const auto hi = static_cast<std::uint32_t>(unit >> 32), lo = static_cast<std::uint32_t>(unit);
  const Reply reply = rtas("ibm,query-interrupt-source-number",
                           {load_be32(phb->children.at(0).property("reg")->value.data()), hi, lo,
                            0}, 3);
  ASSERT_EQ(reply.status, 0);
  EXPECT_RULE("R1-7.3.10.5.2-2", set(reply.value, 8, 5) == 0);
  EXPECT_RULE("R1-7.3.10.5.2-2", (get(reply.value) == Routing{0, 8, 5}));
}

class EventSources : public GuestTest, public ::testing::WithParamInterface<const char*> {
 protected:
  EventSources() : GuestTest(GetParam()) {}
};

TEST_P(EventSources, OfTheTreeAndNoOthersCanBeRouted) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  std::set<std::uint32_t> told;
  for (const Node& node : tree->find("/event-sources")->children) {
    told.insert(load_be32(node.property("interrupts")->value.data()));
  }
  ASSERT_FALSE(told.empty());
  for (std::uint32_t source = 0x1000; source < 0x1008; ++source) {
    EXPECT_EQ(rtas("ibm,set-xive", {source, 0, 5}).status, told.contains(source) ? 0 : -3)
        << source;
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, EventSources, ::testing::Values("phyp", "qemu"));

// The number in the tree is the one of the calls and of what is raised, whoever made the firmware.
class VirtualSources : public GuestTest, public ::testing::WithParamInterface<const char*> {
 protected:
  VirtualSources() : GuestTest(GetParam()) {}
};

TEST_P(VirtualSources, AreTheOnesOfTheTree) {
  constexpr std::uint64_t kVioSignal = 0x104;
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  std::size_t found = 0;
  for (const Node& node : tree->find("/vdevice")->children) {
    const Property* interrupts = node.property("interrupts");
    if (interrupts == nullptr || node.name.starts_with("nvram")) continue;   // of no slot
    const std::uint32_t source = load_be32(interrupts->value.data());
    EXPECT_EQ(rtas("ibm,set-xive", {source, 0, 5}).status, 0) << node.name;
    EXPECT_EQ(rtas("ibm,get-xive", {source}, 3).status, 0) << node.name;
    ++found;
    if (!node.name.starts_with("vty@")) continue;
    std::array<std::uint64_t, 9> r{load_be32(node.property("reg")->value.data()), 1};
    EXPECT_EQ(hypervisor.hcall(id, ServerNumber{0}, kVioSignal, r).status, 0);
    hypervisor.open_console(id, 0);
    EXPECT_TRUE(hypervisor.type_console(id, 0, "x"));
    EXPECT_EQ(events.interrupts, std::vector<std::uint32_t>{source});
  }
  EXPECT_EQ(found, 3U) << "vty, l-lan, v-scsi";
}

INSTANTIATE_TEST_SUITE_P(Profiles, VirtualSources, ::testing::Values("phyp", "qemu"));

TEST_F(Xive, AllProcessorsMayBeInsideAtOnce) {
  ASSERT_EQ(set(kEpow, 3, 4), 0);
  struct Call {
    const char *name, *rule;
    std::vector<std::uint32_t> in;
    std::uint32_t outputs;
  };
  const Call calls[] = {{"ibm,get-xive", "R1-7.3.10.1-2", {kEpow}, 3},
                        {"ibm,set-xive", "R1-7.3.10.2-2", {kEpow, 3, 4}, 1},
                        {"ibm,int-off", "R1-7.3.10.3-2", {kEpow}, 1},
                        {"ibm,int-on", "R1-7.3.10.4-2", {kEpow}, 1}};
  for (const Call& call : calls) {
    std::vector<RtasEntry> entries;
    for (std::uint32_t server = 0; server < 16; ++server) {
      const std::uint32_t block = 0x8000 + 0x40 * server;
      CellWriter cells;
      cells.u32(tokens.at(call.name)).u32(static_cast<std::uint32_t>(call.in.size()));
      cells.u32(call.outputs);
      for (const std::uint32_t cell : call.in) cells.u32(cell);
      memory.write(GuestAddress{block}, cells.take());
      entries.push_back(hypervisor.rtas_enter(id, ServerNumber{server}, GuestAddress{block}));
    }
    bool all = true;
    for (const RtasEntry& entry : entries) {
      all = all && hypervisor.rtas_commit(entry).status == 0;
    }
    EXPECT_RULE(call.rule, all);
  }
}

// -- several processors --------------------------------------------------------------------------

class Overlap : public Platform {
 protected:
  using Platform::Platform;
  RtasEntry enter(const std::string& call, std::initializer_list<std::uint32_t> in,
                  std::uint32_t outputs, std::uint32_t server, std::uint32_t block) {
    CellWriter cells;
    cells.u32(tokens.at(call)).u32(static_cast<std::uint32_t>(in.size())).u32(outputs);
    for (const std::uint32_t cell : in) cells.u32(cell);
    memory.write(GuestAddress{block}, cells.take());
    return hypervisor.rtas_enter(id, ServerNumber{server}, GuestAddress{block});
  }
};
class QemuOverlap : public Overlap {
 protected:
  QemuOverlap() : Overlap("qemu") {}
};

TEST_F(Overlap, ASecondCallIsBusyOrAnErrorAndDoesNothing) {
  const RtasEntry first = enter("get-time-of-day", {}, 8, 0, 0x8000);
  const auto before = hypervisor.snapshot();
  const RtasEntry second = enter("set-indicator", {9003, cpu(2).value, 1}, 1, 1, 0x9000);
  EXPECT_RULE("R1-7.2.3-1", hypervisor.rtas_commit(second).status == -2);
  EXPECT_EQ(memory.cell(0x9000 + 24), 0xfffffffeU);
  const RtasEntry third = enter("ibm,nmi-register", {0x100, 0x200}, 1, 1, 0x9000);
  EXPECT_RULE("R1-7.2.3-1", hypervisor.rtas_commit(third).status == -1);
  EXPECT_TRUE(hypervisor.is_in(*before));
  EXPECT_EQ(hypervisor.rtas_commit(first).status, 0);
  EXPECT_EQ(rtas("rtas-last-error", {kBuffer, 2048}).status, 1) << "no error of the platform's";
  EXPECT_EQ(rtas("ibm,nmi-register", {0x100, 0x200}, 1, 1).status, 0) << "its turn";
}

TEST_F(Overlap, HandlersOfMachineChecksAreServedWhateverTheyInterrupted) {
  const RtasEntry first = enter("ibm,get-system-parameter", {20, kBuffer, 100}, 1, 0, 0x8000);
  struct Call {
    const char* name;
    std::initializer_list<std::uint32_t> in;
    std::uint32_t outputs;
  };
  const Call calls[] = {{"nvram-fetch", {0, kWork, 4}, 2},
                        {"nvram-store", {0, kWork, 4}, 2},
                        {"check-exception", {0x500, 0x1000, 0xffffffff, 1, kWork, 2048}, 1},
                        {"display-character", {'x'}, 1},
                        {"set-power-level", {0, 0}, 2}};
  for (const Call& call : calls) {
    const RtasEntry entry = enter(call.name, call.in, call.outputs, 1, 0x9000);
    EXPECT_RULE("R1-7.2.3-7", !entry.overlaps) << call.name;
    const std::int32_t status = hypervisor.rtas_commit(entry).status;
    EXPECT_RULE("R1-7.2.3-7", status != -1 && status != -2) << call.name;
  }
  const RtasEntry interlock = enter("ibm,nmi-interlock", {}, 1, 1, 0x9000);
  EXPECT_RULE("R1-7.3.14-18", !interlock.overlaps);
  hypervisor.rtas_commit(interlock);
  const RtasEntry term = enter("ibm,os-term", {kBuffer}, 1, 1, 0x9000);
  EXPECT_RULE("R1-7.3.9.1-3", hypervisor.rtas_commit(term).status == 0);
  EXPECT_EQ(hypervisor.rtas_commit(first).status, 0);
  const RtasEntry again = enter("ibm,get-system-parameter", {20, kBuffer, 100}, 1, 0, 0x8000);
  const RtasEntry reboot = enter("system-reboot", {}, 1, 1, 0x9000);
  EXPECT_RULE("R1-7.2.3-7", hypervisor.rtas_commit(reboot).parks);
  EXPECT_EQ(hypervisor.rtas_commit(again).status, -1) << "the partition is off";
}

TEST_F(Overlap, OnlyStopStartAndPowerWaitForAStoppingThread) {
  ASSERT_EQ(rtas("start-cpu", {8, 0x100, 0}).status, 0);
  const RtasEntry stopping = enter("stop-self", {}, 1, 8, 0x8000);
  for (const char* name : {"start-cpu", "stop-self", "set-power-level"}) {
    const RtasEntry entry = std::string_view{name} == "start-cpu"
                                ? enter(name, {9, 0x100, 0}, 1, 0, 0x9000)
                            : std::string_view{name} == "stop-self"
                                ? enter(name, {}, 1, 0, 0x9000)
                                : enter(name, {0, 0}, 2, 0, 0x9000);
    EXPECT_RULE("R1-7.2.3-8", entry.overlaps) << name;
    const RtasReply reply = hypervisor.rtas_commit(entry);
    EXPECT_FALSE(reply.parks);
  }
  const RtasEntry sense = enter("get-sensor-state", {9003, cpu(1).value}, 2, 0, 0x9000);
  EXPECT_RULE("R1-7.2.3-8", hypervisor.rtas_commit(sense).status == 0);
  EXPECT_TRUE(hypervisor.rtas_commit(stopping).parks);
}

TEST_F(Overlap, ACallOfAnEarlierBootIsNobodysAnyMore) {
  const RtasEntry old = enter("set-indicator", {9001, cpu(1).value, 0}, 1, 0, 0x8000);
  hypervisor.power_off(id);
  boot();
  const RtasEntry now = enter("set-indicator", {9001, cpu(1).value, 0}, 1, 0, 0x8000);
  const auto before = hypervisor.snapshot();
  EXPECT_EQ(hypervisor.rtas_commit(old).status, -2);
  EXPECT_TRUE(hypervisor.is_in(*before));
  EXPECT_EQ(hypervisor.rtas_commit(now).status, 0);
}

TEST_F(QemuOverlap, AllAreServedUnderOneLock) {
  const RtasEntry first = enter("get-time-of-day", {}, 8, 0, 0x8000);
  const RtasEntry second = enter("get-sensor-state", {9003, cpu(1).value}, 2, 1, 0x9000);
  EXPECT_EQ(hypervisor.rtas_commit(second).status, 0);
  EXPECT_EQ(hypervisor.rtas_commit(first).status, 0);
}

// -- display -------------------------------------------------------------------------------------

class OperatorDisplay : public Platform {
 protected:
  void write(std::string_view text) {
    for (const char c : text) {
      const auto code = static_cast<std::uint32_t>(static_cast<unsigned char>(c));
      EXPECT_EQ(rtas("display-character", {code}).status, 0);
    }
  }
  std::vector<std::string> shown() const { return hypervisor.operator_display(id); }
  using Lines = std::vector<std::string>;
};

TEST_F(OperatorDisplay, TakesPrintableCharactersAndMovesItsCursor) {
  EXPECT_RULE("R1-7.3.5.1-1", tokens.count("display-character") == 1);
  write("OS 8");
  EXPECT_RULE("R1-7.3.5.3-9", (shown() == Lines{"OS 8"}));
  write("\rAB");
  EXPECT_RULE("R1-7.3.5.3-12", (shown() == Lines{"AB 8"}));
  write("\n\rtwo");
  EXPECT_RULE("R1-7.3.5.3-12", (shown() == Lines{"AB 8", "two"}));
  write("\n\rthree");
  EXPECT_EQ(shown(), (Lines{"two", "three"})) << "scrolls";
  write(std::string_view("\x01\x7f\x80\xff\t", 5));
  EXPECT_RULE("R1-7.3.5.3-13", (shown() == Lines{"two", "three"}));
  write(" ~");
  EXPECT_RULE("R1-7.3.5.3-13", shown().back() == "three ~");
  EXPECT_EQ(rtas("display-character", {0x141}).status, 0);
  EXPECT_EQ(shown().back(), "three ~") << "one byte, not its low part";
}

TEST_F(OperatorDisplay, AFormFeedClearsAndGoesHome) {
  write("first\n\rsecond\x0c");
  EXPECT_RULE("R1-7.3.5.3-3", shown().empty());
  write("A");
  EXPECT_RULE("R1-7.3.5.3-4", (shown() == Lines{"A"}));
}

TEST_F(OperatorDisplay, CutsLongLinesAndSaysSoInTheTree) {
  write("0123456789abcdefXYZ");
  EXPECT_RULE("R1-7.3.5.3-6", (shown() == Lines{"0123456789abcdef"}));
  EXPECT_RULE("R1-7.3.5.3-1", tokens.at("ibm,display-line-length") > 4);
  EXPECT_RULE("R1-7.3.5.1-2", tokens.at("ibm,display-line-length") == 16);
  EXPECT_RULE("R1-7.3.5.3-2", tokens.at("ibm,display-number-of-lines") == 2);
  EXPECT_RULE("R1-7.3.5.3-11", tokens.at("ibm,display-number-of-lines") >= 1);
  EXPECT_RULE("R1-7.3.5.3-5", tokens.at("ibm,form-feed") == 0x0c);
  EXPECT_EQ(tokens.at("ibm,display-truncation-length"), 16U);
}

// -- non-maskable interrupts ---------------------------------------------------------------------

TEST_F(Platform, HandlersOfNonMaskableInterruptsAreRegistered) {
  EXPECT_RULE("R1-7.3.14-1", tokens.count("ibm,nmi-interlock") == 1);
  EXPECT_RULE("R1-7.3.14-2", tokens.count("ibm,nmi-register") == 1);
  EXPECT_RULE("R1-7.3.14-3", tokens.count("ibm,nmi-register-2") == 0);
  EXPECT_EQ(rtas("ibm,nmi-interlock", {}).status, -1) << "nothing registered";
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-7.3.14-6", rtas("ibm,nmi-register", {0x0200'0000, 0x200}).status == -3 &&
                                 rtas("ibm,nmi-register", {0x100, 0x0200'0000}).status == -3);
  EXPECT_EQ(rtas("ibm,nmi-register", {0x101, 0x200}).status, -3);
  EXPECT_TRUE(hypervisor.is_in(*before));
  EXPECT_RULE("R1-7.3.14-4", rtas("ibm,nmi-register", {0x4100, 0x4200}).status == 0);
  const std::array<std::uint32_t, 2> entries{0x4100, 0x4200};
  EXPECT_RULE("R1-7.3.14-4", hypervisor.nmi_entries(id) == entries);
  EXPECT_RULE("R1-7.3.14-17", rtas("ibm,nmi-interlock", {}).status == 0);
  const Bytes low(memory.bytes.begin(), memory.bytes.begin() + 0x1000);
  EXPECT_RULE("R1-7.3.14-7", low == Bytes(0x1000, 0));
}

// -- performance tools ---------------------------------------------------------------------------

TEST_F(Platform, NoAddressIsOneOfTheHypervisor) {
  memory.write(GuestAddress{kBuffer}, CellWriter{}.u64(0xc000'0000'0000'1234).take());
  const Reply reply = rtas("ibm,lpar-perftools", {1, 0, kBuffer, 64, 1}, 2);
  EXPECT_RULE("R1-7.3.22-2", reply.status == 0 && reply.value == 1);
  EXPECT_EQ(load_be64(&memory.bytes[kBuffer]), 0U);
  EXPECT_FALSE(memory.text(kBuffer + 8).empty());
  EXPECT_EQ(rtas("ibm,lpar-perftools", {1, 0, kBuffer, 12, 1}, 2).status, -5);
  EXPECT_EQ(rtas("ibm,lpar-perftools", {2, 0, kBuffer, 64, 1}, 2).status, -3);
  EXPECT_EQ(rtas("ibm,lpar-perftools", {1, 1, kBuffer, 64, 1}, 2).status, -3) << "above memory";
  EXPECT_RULE("R1-7.3.22-6", rtas("ibm,lpar-perftools", {1, 0, kBuffer, 64, 2}, 2).status == -3);
}

}  // namespace
}  // namespace lparsim::firmware
