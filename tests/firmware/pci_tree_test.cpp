// What the device tree says about adapters, their endpoints and the calls for them.
#include "firmware/device_tree/connector_nodes.hpp"
#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr const char* kPlainNode = "/pci@800000020000018/pci14e4,1657@0";
constexpr const char* kPair = "/pci@800000020000019";
constexpr const char* kBridge = "/pci@80000002000001a/pci@0";

class PciTree : public PciGuest {
 protected:
  explicit PciTree(const FirmwareProfile& profile = *find_profile("phyp")) : PciGuest(profile) {
    tree = unflatten(hypervisor.flattened_tree(id)).value();
  }
  const Node& at(const std::string& path) const {
    const Node* node = tree.find(path);
    EXPECT_NE(node, nullptr) << path;
    static const Node kNone;
    return node == nullptr ? kNone : *node;
  }
  static std::uint32_t number(const Node& node, const char* property) {
    const Property* found = node.property(property);
    return found == nullptr || found->value.size() != 4 ? ~0U : load_be32(found->value.data());
  }
  static bool has(const Node& node, const char* property) {
    return node.property(property) != nullptr;
  }

  Node tree;
};

TEST_F(PciTree, NamesTheCallsOfTheOptions) {
  const Node& rtas = at("/rtas");
  EXPECT_RULE("R1-5.1-1", has(rtas, "ibm,get-config-addr-info2"));
  EXPECT_RULE("R1-5.1-2", has(rtas, "ibm,read-slot-reset-state2"));
  EXPECT_RULE("R1-5.4.3-1", has(rtas, "ibm,configure-bridge"));
  EXPECT_RULE("R1-7.3.11-6", has(rtas, "ibm,configure-bridge") && has(rtas, "ibm,configure-pe"));
  EXPECT_RULE("R1-7.3.11-8", has(rtas, "ibm,configure-pe"));
  EXPECT_RULE("R1-6.2.3-1", has(rtas, "ibm,change-msi"));
  EXPECT_RULE("R1-6.2.3-3",
              has(rtas, "ibm,change-msi") && has(rtas, "ibm,query-interrupt-source-number"));
  EXPECT_RULE("R1-7.3.11.2-7", number(rtas, "ibm,reset-capabilities") == 1);
  EXPECT_EQ(number(rtas, "ibm,read-slot-reset-state-functions"), 3U);
  EXPECT_RULE("R1-5.1-8", number(tree, "ibm,eeh-default") == 1);
  EXPECT_TRUE(has(rtas, "ibm,change-msix-capable"));
}

TEST_F(PciTree, TellsTheMessagesThatAFunctionAsksFor) {
  const Node& pair = at(std::string(kPair) + "/pci14e4,1658@0,1");
  EXPECT_RULE("R1-6.2.3-10", number(at(kPlainNode), "ibm,req#msi") == 1 &&
                                 number(at(kPlainNode), "ibm,req#msi-x") == 17 &&
                                 number(pair, "ibm,req#msi-x") == 8 && !has(pair, "ibm,req#msi"));
  EXPECT_TRUE(has(at(kPlainNode), "interrupts"));
  EXPECT_FALSE(has(pair, "interrupts"));
  EXPECT_EQ(number(at("/pci@800000020000018"), "ibm,pe-total-#msi"), 256U);
}

TEST_F(PciTree, AgreesWithConfigurationSpace) {
  const Node& node = at(kPlainNode);
  EXPECT_EQ(number(node, "device-id") << 16 | number(node, "vendor-id"), value(kPhb, 0));
  EXPECT_EQ(number(node, "class-code") << 8 | number(node, "revision-id"), value(kPhb, 8));
  const Property* assigned = node.property("assigned-addresses");
  ASSERT_NE(assigned, nullptr);
  ASSERT_EQ(assigned->value.size(), 3U * 20);
  for (std::uint32_t bar = 0; bar < 3; ++bar) {
    const std::uint8_t* entry = assigned->value.data() + 20 * bar;
    EXPECT_EQ(load_be32(entry), 0x8300'0010U + 8 * bar);
    EXPECT_EQ(load_be64(entry + 4), value(kPhb, 0x10 + 8 * bar) & ~0xfU);
    EXPECT_EQ(load_be64(entry + 12), 65'536U);
  }
  EXPECT_EQ(node.property("reg")->value.size(), 4U * 20);
}

TEST_F(PciTree, AFunctionLevelResetIsAnnounced) {
  EXPECT_RULE("R1-7.3.11.2-9",
              has(at(std::string(kBridge) + "/pci14e4,1657@0"), "ibm,pe-reset-is-flr") &&
                  !has(at(kPlainNode), "ibm,pe-reset-is-flr"));
}

TEST_F(PciTree, FunctionsStandBesideEachOtherOrBehindTheBridge) {
  EXPECT_EQ(at(kPair).children.size(), 2U);
  const Node& behind = at(std::string(kBridge) + "/pci14e4,1658@0,1");
  EXPECT_EQ(load_be32(behind.property("reg")->value.data()), kBehind + 0x100);
  EXPECT_EQ(number(at(kBridge), "ibm,my-drc-index"), kBridgedSlot.value);
  EXPECT_THAT(tree_problems(tree), ::testing::IsEmpty());
}

TEST_F(PciTree, AConnectorReportsTheSameNodes) {
  release(kPairSlot);
  EXPECT_TRUE(unflatten(hypervisor.flattened_tree(id))->find(kPair)->children.empty());
  ASSERT_EQ(allocation(kPairSlot, 1), 0);
  ASSERT_EQ(isolation(kPairSlot, 1), 0);
  const auto steps = configure(kPairSlot, kWork);
  EXPECT_THAT(steps, ::testing::Contains("2 pci14e4,1657@0"));
  EXPECT_THAT(steps, ::testing::Contains("1 pci14e4,1658@0,1"));
  EXPECT_RULE("R1-6.2.3-10", std::count(steps.begin(), steps.end(), "3 ibm,req#msi-x") == 2);
  EXPECT_EQ(steps.back(), "0");
  release(kBridgedSlot);
  ASSERT_EQ(allocation(kBridgedSlot, 1), 0);
  ASSERT_EQ(isolation(kBridgedSlot, 1), 0);
  const auto bridged = configure(kBridgedSlot, kWork);
  EXPECT_THAT(bridged, ::testing::Contains("2 pci@0"));
  EXPECT_THAT(bridged, ::testing::Contains("2 pci14e4,1657@0"));
  EXPECT_EQ(bridged.back(), "0");
  expect_sound();
}

TEST_F(PciTree, AnEmptySlotHasNoNode) {
  ASSERT_EQ(hypervisor.assign_slot(kFreeSlot, kDedicated).status, AssignStatus::done);
  acquire(kFreePhb);
  ASSERT_EQ(allocation(kFreeSlot, 1), 0);
  ASSERT_EQ(isolation(kFreeSlot, 1), 0);
  EXPECT_THAT(configure(kFreeSlot, kWork), ::testing::ElementsAre("0"));
  const auto now = unflatten(hypervisor.flattened_tree(id)).value();
  EXPECT_TRUE(now.find("/pci@800000020000013")->children.empty());
}

TEST_F(PciTree, ExtensionsOfTheWindowCalls) {
  const Property* extensions = at("/pci@800000020000018").property("ibm,ddw-extensions");
  ASSERT_NE(extensions, nullptr);
  EXPECT_EQ(extensions->value,
            CellWriter{}.u32(2).u32(tokens.at("ibm,reset-pe-dma-windows")).u32(1).take());
}

FirmwareProfile plain() {
  FirmwareProfile profile = *find_profile("phyp");
  profile.pci.dma_windows_change = false;
  profile.pci.fundamental_reset = false;
  profile.pci.eeh = EehSupport::off;
  profile.pci.pe_total_msis = 32;
  return profile;
}
const FirmwareProfile kPlainProfile = plain();

class PciTreePlain : public PciTree {
 protected:
  PciTreePlain() : PciTree(kPlainProfile) {}
};

TEST_F(PciTreePlain, SaysWhatIsNotThere) {
  const Node& phb = at("/pci@800000020000018");
  EXPECT_RULE("R1-7.3.27-3", !has(phb, "ibm,ddw-applicable") && !has(phb, "ibm,ddw-extensions") &&
                                 query_windows(kPhb)[0] == 0xffff'fffd);
  EXPECT_EQ(number(phb, "ibm,pe-total-#msi"), 32U);
  EXPECT_EQ(number(at("/rtas"), "ibm,reset-capabilities"), 0U);
  EXPECT_EQ(number(tree, "ibm,eeh-default"), 0U);
}

}  // namespace
}  // namespace lparsim::firmware
