// ibm,client-architecture-support as a partition goes through it (LoPAR B.5.2.3): by its tree, its
// connectors and its answers.
#include <fmt/format.h>

#include <string>

#include "tests/firmware/client_vectors.hpp"
#include "tests/firmware/guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr const char* kVector5 = "ibm,architecture-vec-5";
constexpr const char* kReboots = "ibm,client-architecture-support-reboot";
constexpr const char* kMemory = "/ibm,dynamic-reconfiguration-memory";

Bytes bytes_of(std::initializer_list<std::uint32_t> values) {
  CellWriter out;
  for (const std::uint32_t v : values) out.u32(v);
  return out.take();
}

class Cas : public GuestTest {
 protected:
  explicit Cas(std::string_view profile = "phyp", PartitionId partition = kDedicated)
      : GuestTest(profile, partition) {}

  Node tree() { return *unflatten(hypervisor.flattened_tree(id)); }
  Node offer(const VectorsOf& vectors) {
    const Bytes flat = hypervisor.client_architecture_support(id, vectors.bytes());
    return flat.empty() ? Node{} : *unflatten(flat);
  }
  CasOutcome outcome(const VectorsOf& vectors) {
    return hypervisor.architecture_support(id, vectors.bytes()).outcome;
  }
  static Bytes value(const Node& root, const char* path, const char* property) {
    const Node* node = root.find(path);
    const Property* p = node == nullptr ? nullptr : node->property(property);
    return p == nullptr ? Bytes{} : p->value.get();
  }
  static bool has(const Node& root, const char* path, const char* property) {
    const Node* node = root.find(path);
    return node != nullptr && node->property(property) != nullptr;
  }
  static std::uint8_t answer(const Node& root, std::size_t byte) {
    const Bytes vector = value(root, "/chosen", kVector5);
    return byte < vector.size() ? vector[byte] : std::uint8_t{0};
  }
  static std::size_t cpus(const Node& root) {
    std::size_t count = 0;
    for (const Node& node : root.find("/cpus")->children) {
      if (node.name.starts_with("PowerPC,")) ++count;
    }
    return count;
  }
  static bool lists(const Node& root, std::string_view function) {
    const Bytes names = value(root, "/rtas", "ibm,hypertas-functions");
    CellReader in(names);
    while (in.left() != 0) {
      if (in.str() == function) return true;
    }
    return false;
  }
};

class SharedCas : public Cas {
 protected:
  SharedCas() : Cas("phyp", kShared) {}
};
class QemuCas : public Cas {
 protected:
  QemuCas() : Cas("qemu") {}
};

TEST_F(Cas, IsRefusedWhileMoreThanOneThreadRuns) {
  ASSERT_EQ(rtas("start-cpu", {1, 0x100, 0}).status, 0);
  const Node before = tree();
  EXPECT_RULE("B.5.2.3-1", outcome(linux_like()) == CasOutcome::refused && tree() == before);
}

TEST_F(Cas, IsRefusedWhenMalformedAndChangesNothing) {
  const Bytes whole = linux_like().bytes();
  const Node before = tree();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const CasAnswer cut = hypervisor.architecture_support(id, ByteView{whole}.first(size));
    EXPECT_RULE("B.5.2.3-2", cut.outcome == CasOutcome::refused && tree() == before);
  }
  EXPECT_EQ(hypervisor.architecture_support(id, Bytes(70'000, 0)).outcome, CasOutcome::refused);
  EXPECT_EQ(hypervisor.architecture_support(id, Bytes(70'000, 0xff)).outcome, CasOutcome::refused);
  EXPECT_RULE("B.5.2.3-2", outcome(linux_like()) != CasOutcome::refused);
}

TEST_F(Cas, BytesBehindTheLastVectorDoNotMatter) {
  Bytes longer = linux_like().bytes();
  longer.insert(longer.end(), {'L', 'i', 'n', 'u', 'x', 0});
  EXPECT_EQ(hypervisor.architecture_support(id, longer).outcome, CasOutcome::reboot);
  EXPECT_EQ(hypervisor.architecture_support(id, longer).outcome, CasOutcome::accepted);
}

TEST_F(Cas, ThePvrListEndsWithItsLastEntryWhichCounts) {
  const auto starts = [&](std::vector<std::array<std::uint32_t, 2>> list) {
    return outcome(linux_like().pvr_list(std::move(list))) != CasOutcome::boot_failure;
  };
  EXPECT_RULE("B.5.2.3-3", starts({{0, 0xffff'ffff}}));
  EXPECT_RULE("B.5.2.3-3", starts({{0xff00'0000, 0x0fff'ffff}}));
  EXPECT_RULE("B.5.2.3-3", !starts({{0xffff'0000, 0x004d'0000}, {0xffff'fffe, 0x0dad'0001}}));
  std::vector<std::array<std::uint32_t, 2>> list;
  for (std::uint32_t i = 0; i < 7; ++i) list.push_back({0xffff'0000, i << 16});
  list.push_back({0xffff'0000, 0x0080'0001});              // the eighth is this processor
  EXPECT_RULE("B.5.2.3-3", starts(list));
}

TEST_F(Cas, ABootWithoutAProcessorThatTheClientKnowsFails) {
  const auto without = linux_like().pvr_list(
      {{0xffff'ffff, 0x0f00'0000}, {0xfff0'0000, 0x0dad'beef}});
  const Node before = tree();
  EXPECT_RULE("B.5.2.3-5", outcome(without) == CasOutcome::boot_failure);
  EXPECT_EQ(tree(), before);
  EXPECT_TRUE(hypervisor.client_architecture_support(id, without.bytes()).empty());
  EXPECT_FALSE(hypervisor.architecture_support(id, without.bytes()).reason.empty());
}

TEST_F(Cas, TheHighestLevelThatBothKnowIsTheProcessorsVersion) {
  const auto version = [&](const VectorsOf& v) {
    return load_be32(value(offer(v), "/cpus/PowerPC,POWER10@0", "cpu-version").data());
  };
  EXPECT_RULE("B.5.2.3-5", version(linux_like()) == 0x0f00'0006);
  const auto power9 = linux_like().pvr_list({{0xffff'ffff, 0x0f00'0005}, {0xf, 0x10}});
  EXPECT_RULE("B.5.2.3-5", version(power9) == 0x0f00'0005);
  const auto power7 =
      linux_like().pvr_list({{0xffff'ffff, 0x0f10'0003}, {0xffff'fffe, 0x0f00'0001}});
  EXPECT_RULE("B.5.2.3-5", version(power7) == 0x0f10'0003);
  EXPECT_EQ(version(linux_like().pvr_list({{0xffff'0000, 0x0080'ffff}})), 0x0f00'0006U) << "real";
  // Vector 1 without 3.1: one level less.
  EXPECT_EQ(version(linux_like().set(1, 3, 0x80)), 0x0f00'0005U);
  EXPECT_RULE("B.5.2.3-6", version(linux_like().set(1, 1, 0x80).set(1, 2, 0).set(1, 3, 0)) ==
                               0x0f00'0006);
}

TEST_F(Cas, VectorsAreCountedFromOneAndHaveAnyLength) {
  VectorsOf v = linux_like();
  v.vectors[2] = Bytes(256, 0x80);                          // vector 3 at its longest
  v.vectors[3] = Bytes(1, 0);
  const Node root = offer(v);
  EXPECT_RULE("B.5.2.3-4", has(root, kMemory, "ibm,dynamic-memory-v2"));
  EXPECT_RULE("B.5.2.3-4", has(root, "/cpus", "ibm,drc-info"));
  v = linux_like();
  v.vectors[4].resize(2);                                   // vector 5 has bytes 1 and 2 only
  const Node short5 = offer(v);
  EXPECT_RULE("B.5.2.3-4", has(short5, kMemory, "ibm,dynamic-memory") &&
                               has(short5, "/cpus", "ibm,drc-indexes"));
}

TEST_F(Cas, AnIgnoredVectorFiveIsNeitherUsedNorReported) {
  const Node root = offer(linux_like().set(5, 1, 0x80));
  EXPECT_RULE("B.5.2.3-6", !has(root, "/chosen", kVector5));
  EXPECT_RULE("B.5.2.3-6", has(root, "/cpus", "ibm,drc-indexes") &&
                               !has(root, kMemory, "ibm,dynamic-memory-v2"));
}

TEST_F(Cas, TheAnswerIsWhatWasOfferedAndCanBe) {
  EXPECT_RULE("B.5.2.3-8", !has(tree(), "/chosen", kVector5));
  const Node root = offer(linux_like());
  EXPECT_RULE("B.5.2.3-8", has(root, "/chosen", kVector5));
  EXPECT_RULE("B.5.2.3-8", answer(root, 2) == 0xf3 && answer(root, 5) == 0xc0 &&
                               answer(root, 6) == 0x04 && answer(root, 22) == 0xc0);
  EXPECT_EQ(answer(root, 0) + 2U, value(root, "/chosen", kVector5).size());
  const Node nothing = offer(VectorsOf{});
  EXPECT_RULE("B.5.2.3-8", answer(nothing, 2) == 0 && answer(nothing, 5) == 0 &&
                               answer(nothing, 6) == 0 && answer(nothing, 22) == 0);
  EXPECT_RULE("B.5.2.3-19", answer(offer(linux_like().set(5, 3, 0x7f)), 3) == 0);
}

std::string memory_path(std::uint64_t lmb) { return fmt::format("/memory@{:x}", lmb << 28); }

TEST_F(Cas, MemoryIsATableOrNodesAsBitTwoSays) {
  const Node table = offer(linux_like());
  EXPECT_RULE("B.5.2.3-9", table.find(kMemory) != nullptr);
  EXPECT_EQ(table.find("/memory@20000000"), nullptr);
  const Node nodes = offer(linux_like().set(5, 2, 0xd3));
  EXPECT_RULE("B.5.2.3-9", nodes.find(kMemory) == nullptr);
  for (std::uint64_t lmb = 2; lmb < 8; ++lmb) {
    const Node* node = nodes.find(memory_path(lmb));
    EXPECT_RULE("B.5.2.3-9", node != nullptr && node->property("ibm,my-drc-index") != nullptr);
  }
}

// The same LMBs and the same connectors in both of their forms.
std::vector<std::array<std::uint64_t, 4>> lmbs_of(const Node& root) {
  std::vector<std::array<std::uint64_t, 4>> out;            // address, index, associativity, flags
  const Node& table = *root.find(kMemory);
  if (const Property* v1 = table.property("ibm,dynamic-memory")) {
    CellReader in(v1->value);
    for (std::uint32_t n = in.u32(); n > 0; --n) {
      const std::uint64_t address = in.u64();
      const std::uint32_t drc = in.u32();
      in.u32();
      const std::uint32_t associativity = in.u32();
      out.push_back({address, drc, associativity, in.u32()});
    }
    return out;
  }
  CellReader in(table.property("ibm,dynamic-memory-v2")->value);
  for (std::uint32_t sets = in.u32(); sets > 0; --sets) {
    const std::uint32_t count = in.u32();
    const std::uint64_t address = in.u64();
    const std::uint32_t drc = in.u32();
    const std::uint32_t associativity = in.u32();
    const std::uint32_t flags = in.u32();
    for (std::uint32_t i = 0; i < count; ++i) {
      out.push_back({address + (std::uint64_t{i} << 28), drc + i, associativity, flags});
    }
  }
  return out;
}

struct Connector {
  std::string name, type;
  std::uint32_t index, domain;
  bool operator==(const Connector&) const = default;
};

std::vector<Connector> connectors_of(const Node& node) {
  std::vector<Connector> out;
  if (const Property* info = node.property("ibm,drc-info")) {
    CellReader in(info->value);
    for (std::uint32_t entries = in.u32(); entries > 0; --entries) {
      const std::string type(in.str()), prefix(in.str());
      const std::uint32_t first = in.u32(), suffix = in.u32(), count = in.u32(), step = in.u32();
      const std::uint32_t domain = in.u32();
      for (std::uint32_t k = 0; k < count; ++k) {
        out.push_back({prefix + std::to_string(suffix + k * step), type, first + k * step, domain});
      }
    }
    return out;
  }
  CellReader indexes(node.property("ibm,drc-indexes")->value);
  CellReader names(node.property("ibm,drc-names")->value);
  CellReader types(node.property("ibm,drc-types")->value);
  CellReader domains(node.property("ibm,drc-power-domains")->value);
  for (CellReader* list : {&names, &types, &domains}) list->u32();
  for (std::uint32_t n = indexes.u32(); n > 0; --n) {
    const std::string name(names.str()), type(types.str());
    out.push_back({name, type, indexes.u32(), domains.u32()});
  }
  return out;
}

TEST_F(Cas, BothFormsOfTheMemoryTableHoldTheSame) {
  const Node v1 = offer(linux_like().set(5, 22, 0x40));
  EXPECT_RULE("B.5.2.3-10", has(v1, kMemory, "ibm,dynamic-memory") &&
                                !has(v1, kMemory, "ibm,dynamic-memory-v2"));
  const Node v2 = offer(linux_like());
  EXPECT_RULE("B.5.2.3-10", has(v2, kMemory, "ibm,dynamic-memory-v2") &&
                                !has(v2, kMemory, "ibm,dynamic-memory"));
  EXPECT_RULE("B.5.2.3-10", lmbs_of(v1) == lmbs_of(v2) && lmbs_of(v1).size() == 16);
}

TEST_F(Cas, BothFormsOfTheConnectorListsHoldTheSame) {
  const Node lists = offer(linux_like().set(5, 22, 0x80));
  const Node info = offer(linux_like());
  for (const char* path : {"/", "/cpus", "/vdevice", "/pci@800000020000018"}) {
    EXPECT_RULE("B.5.2.3-11", has(lists, path, "ibm,drc-names"));
    EXPECT_RULE("B.5.2.3-11", !has(lists, path, "ibm,drc-info"));
    EXPECT_RULE("B.5.2.3-11", !has(info, path, "ibm,drc-names"));
    EXPECT_RULE("R1-13.5.2.8-1", has(info, path, "ibm,drc-info"));
    EXPECT_RULE("R1-13.5.2.8-2", has(lists, path, "ibm,drc-indexes"));
    EXPECT_RULE("B.5.2.3-11", connectors_of(*lists.find(path)) == connectors_of(*info.find(path)));
  }
}

TEST_F(Cas, HotPlugInterruptsAreOnlyThereWhenAsked) {
  const Node with = offer(linux_like());
  EXPECT_RULE("B.5.2.3-12", has(with, "/event-sources/hot-plug-events", "interrupts"));
  const Node without = offer(linux_like().set(5, 6, 0));
  EXPECT_RULE("B.5.2.3-12", !has(without, "/event-sources/hot-plug-events", "interrupts"));
  EXPECT_RULE("B.5.2.3-12", answer(offer(linux_like().set(5, 6, 0x94)), 6) == 0x04);
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(2)));
  EXPECT_EQ(events.interrupts.size(), 1U);
}

TEST_F(Cas, FormZeroAndFormOneDifferInTheirReferencePoints) {
  const Node one = offer(linux_like());
  const Node zero = offer(linux_like().set(5, 5, 0));
  EXPECT_RULE("B.5.2.3-13", answer(one, 5) == 0xc0 && answer(zero, 5) == 0);
  EXPECT_RULE("B.5.2.3-13",
              value(one, "/rtas", "ibm,associativity-reference-points") == bytes_of({4, 2}));
  EXPECT_RULE("B.5.2.3-13",
              value(zero, "/rtas", "ibm,associativity-reference-points") == bytes_of({3, 2}));
  EXPECT_RULE("R1-15.6-1", (answer(offer(linux_like().set(5, 5, 0x80)), 5) & 0x40) == 0 &&
                               (answer(one, 5) & 0x40) != 0);
}

TEST_F(Cas, ProcessorsEndWhereTheClientSaysSo) {
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  const Node two = offer(linux_like().word(5, 9, 2));
  EXPECT_RULE("B.5.2.3-14", cpus(two) == 2);
  expect_sound();
  EXPECT_RULE("B.5.2.3-14", hypervisor.set_processors(id, 5).status ==
                                AssignStatus::not_enough_processors);
  const Node many = offer(linux_like());
  EXPECT_RULE("B.5.2.3-14", cpus(many) == 4);
  EXPECT_EQ(hypervisor.set_processors(id, 5).status, AssignStatus::done);
  EXPECT_EQ(load_be32(value(offer(VectorsOf{}), "/chosen", kVector5).data() + 9), 64U);
  expect_sound();
}

TEST_F(SharedCas, SharedProcessorsNeedTheClientsConsent) {
  EXPECT_RULE("B.5.2.3-15", lists(offer(linux_like()), "hcall-splpar"));
  const VectorsOf without = linux_like().set(5, 2, 0xb3);
  EXPECT_RULE("B.5.2.3-15", !lists(offer(without), "hcall-splpar"));
  EXPECT_RULE("B.5.2.3-7", outcome(without) != CasOutcome::boot_failure);
  EXPECT_RULE("B.5.2.3-7", outcome(VectorsOf{without}.set(5, 1, 0x40)) == CasOutcome::boot_failure);
}

TEST_F(SharedCas, EachVirtualProcessorHasWhatTheClientNeeds) {
  const auto fails = [&](std::uint8_t percent) {             // lp3: 0.50 units on two processors
    VectorsOf v = linux_like();
    v.vectors[3] = percent == 0 ? Bytes{0} : Bytes{0, percent};
    return outcome(v) == CasOutcome::boot_failure;
  };
  EXPECT_RULE("B.5.2.3-21", !fails(1) && !fails(25) && fails(26) && !fails(0));
  ASSERT_EQ(hypervisor.set_units(id, ProcUnits{10}).status, AssignStatus::done);
  hypervisor.power_off(id);
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  EXPECT_RULE("B.5.2.3-21", fails(0) && !fails(5));
}

TEST_F(Cas, MemoryOverCommitmentIsNotOffered) {
  const Node root = offer(linux_like().set(5, 4, 0xc0));
  EXPECT_RULE("B.5.2.3-16", answer(root, 4) == 0);
}

TEST_F(Cas, TheLevelIsReportedAsGiven) {
  const Node root = offer(linux_like().set(5, 13, 2).set(5, 14, 9));
  EXPECT_RULE("B.5.2.3-17", answer(root, 13) == 2 && answer(root, 14) == 9);
}

TEST_F(Cas, EachFacilityHasItsBit) {
  const struct {
    std::uint8_t bit;
    const char* path;
  } kFacilities[] = {{0x80, "/ibm,platform-facilities/ibm,random-v1"},
                     {0x40, "/ibm,platform-facilities/ibm,compression-v1"},
                     {0x20, "/ibm,platform-facilities/ibm,sym-encryption-v1"}};
  for (const auto& one : kFacilities) {
    const Node root = offer(linux_like().set(5, 17, one.bit));
    for (const auto& other : kFacilities) {
      EXPECT_RULE("B.5.2.3-18", (root.find(other.path) != nullptr) == (other.bit == one.bit));
    }
    EXPECT_RULE("B.5.2.3-18", answer(root, 17) == one.bit);
  }
  EXPECT_RULE("B.5.2.3-18",
              offer(linux_like().set(5, 17, 0)).find("/ibm,platform-facilities") == nullptr);
}

TEST_F(Cas, TheRealModeAreaIsTheLargerOfBothMinima) {
  const auto rma = [&](const VectorsOf& v) {                 // in LMBs of 256 MiB
    return load_be64(value(offer(v), "/memory@0", "reg").data() + 8) >> 28;
  };
  EXPECT_RULE("B.5.2.3-20", rma(linux_like().word(2, 24, 512)) == 2);
  EXPECT_RULE("B.5.2.3-20", rma(linux_like().word(2, 24, 1024)) == 4);
  EXPECT_RULE("B.5.2.3-20", rma(linux_like().word(2, 24, 512).set(2, 32, 75)) == 6);
  EXPECT_RULE("B.5.2.3-20", rma(linux_like().word(2, 24, 0xffff'ffff)) == 2);
  EXPECT_RULE("B.5.2.3-20", rma(linux_like().word(2, 24, 1 << 20)) == 8) << "all it has";
  expect_sound();
  EXPECT_EQ(rma(linux_like().word(2, 24, 1024).set(2, 1, 0x80)), 2U) << "ignored";
  const auto hash_table = [&](std::uint8_t most) {
    return load_be32(
        value(offer(linux_like().set(2, 33, most)), "/cpus/PowerPC,POWER10@0", "ibm,pft-size")
            .data() + 4);
  };
  EXPECT_RULE("B.5.2.3-20", hash_table(45) == 25 && hash_table(20) == 20);
}

TEST_F(Cas, AnotherRepresentationTakesOneRebootThatIsCounted) {
  EXPECT_EQ(outcome(linux_like()), CasOutcome::reboot);
  EXPECT_EQ(outcome(linux_like()), CasOutcome::accepted);
  EXPECT_RULE("B.5.2.3-22", value(tree(), "/chosen", kReboots) == bytes_of({1}));
  EXPECT_EQ(outcome(VectorsOf{}), CasOutcome::reboot);
  EXPECT_RULE("B.5.2.3-22", value(tree(), "/chosen", kReboots) == bytes_of({2}));
  hypervisor.power_off(id);
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  EXPECT_EQ(outcome(VectorsOf{}), CasOutcome::accepted) << "agreed on already";
  EXPECT_RULE("B.5.2.3-22", !has(tree(), "/chosen", kReboots));
  EXPECT_EQ(hypervisor.partition(id).power, PowerState::on);
  expect_sound();
}

TEST_F(Cas, TheClientSaysWhoItIs) {
  VectorsOf v = linux_like();
  for (std::size_t i = 0; const char c : std::string("Linux 6.1")) {
    v.set(7, ++i, static_cast<std::uint8_t>(c));
  }
  offer(v.set(7, 10, 0));
  const ClientIdentity& who = hypervisor.partition(id).client;
  EXPECT_RULE("B.5.2.3-23", who.os == 2 && who.text == "Linux 6.1");
  VectorsOf endless = linux_like().set(6, 3, 1);
  endless.vectors[6] = Bytes(256, 'x');
  endless.count = 7;
  offer(endless);
  EXPECT_RULE("B.5.2.3-23", hypervisor.partition(id).client.os == 1 &&
                                hypervisor.partition(id).client.text.size() == 256);
}

TEST_F(Cas, TheAlphaBitMeansNothingOnAManagedSystem) {
  const Node set = offer(linux_like().set(5, 2, 0xfb));
  const Node clear = offer(linux_like());
  EXPECT_RULE("B.5.2.3-24", set.find("/vdevice")->children == clear.find("/vdevice")->children);
  EXPECT_RULE("B.5.2.3-24", (answer(set, 2) & 0x08) == 0);
}

// -- what is asked of the partition before, with and after the call -------------------------------

TEST_F(Cas, WhatTheHmcGaveBeforeIsInTheTreeAfterTheReboot) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  EXPECT_EQ(state(cpu(2)), DrcState::allocatable);
  const Node root = offer(linux_like());
  EXPECT_EQ(cpus(root), 3U);
  EXPECT_EQ(state(cpu(2)), DrcState::configured);
  expect_sound();
}

TEST_F(Cas, WithoutARebootItIsThereToo) {
  offer(linux_like());
  hypervisor.power_off(id);
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  EXPECT_EQ(cpus(offer(linux_like())), 3U);
  EXPECT_EQ(state(cpu(2)), DrcState::configured);
}

TEST_F(Cas, EventsOfTheOldBootDoNotReachTheNew) {
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(2)));
  offer(linux_like());
  EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
}

TEST_F(QemuCas, TheTreeChangesInPlaceAndHoldsWhatWasPlugged) {
  hypervisor.power_off(id);   // the fixture's client has had its tree already
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(2)));
  EXPECT_EQ(outcome(linux_like()), CasOutcome::accepted);
  const Node root = tree();
  EXPECT_EQ(cpus(root), 3U);
  EXPECT_EQ(lmbs_of(root)[8], (std::array<std::uint64_t, 4>{8ULL << 28, 0x8000'0008, 0, 8}));
  EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
  EXPECT_FALSE(has(root, "/chosen", kReboots));
  expect_sound();
}

TEST_F(Cas, ASnapshotKeepsWhatWasAgreed) {
  const auto before = hypervisor.snapshot();
  offer(linux_like());
  hypervisor.restore(before);
  EXPECT_FALSE(has(tree(), "/chosen", kVector5));
  EXPECT_EQ(outcome(linux_like()), CasOutcome::reboot);
}

}  // namespace
}  // namespace lparsim::firmware
