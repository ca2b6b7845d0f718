// rpadlpar_io and rpaphp: slots by name, and the files of a hot-plug slot (kernel.md 7; order of
// calls, messages and errno as in the recorded session pci_phb).
#include <algorithm>
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kNoDomain = 0xffffffff;
constexpr const char* kAdd = "/sys/bus/pci/slots/control/add_slot";
constexpr const char* kRemove = "/sys/bus/pci/slots/control/remove_slot";

Script probe(std::uint32_t drc, std::int32_t state = 0) {
  return power_level(kNoDomain) + sense(drc, state);
}

class SlotTest : public KernelRig {
 protected:
  // rpadlpar_io over the two empty connectors of PHB 0.
  void start_loaded(const KernelLevel& level) {
    start(level, {.io = true});
    host_.expect(probe(0x40000020) + probe(0x40000028));
    ASSERT_EQ(kernel_->load_module("rpadlpar_io"), 0);
    host_.messages.clear();
  }
  void start_bridge(const KernelLevel& level, bool drc_info = false) {
    start(level, {.io = true, .bridge = true, .drc_info = drc_info});
    host_.expect(probe(0x31010010, 1));
    ASSERT_EQ(kernel_->load_module("rpadlpar_io"), 0);
    host_.messages.clear();
  }
  // PHB 1 as configure-connector and ofdt bring it, with connectors C65568 and C65576.
  void add_phb_node() {
    const std::string indexes("\0\0\0\2\x40\1\0\x20\x40\1\0\x28", 12);
    const std::string names("\0\0\0\2C65568\0C65576\0", 18);
    const std::string types("\0\0\0\2" "28\0" "28\0", 10);
    const std::string domains("\0\0\0\2\xff\xff\xff\xff\xff\xff\xff\xff", 12);
    const std::string reg("\x08\0\0\0\x20\0\0\1\0\0\0\0\0\0\0\0", 16);
    ASSERT_GT(write("/proc/ppc64/ofdt",
                    "add_node /pci@800000020000001 device_type 4 pci" + std::string(1, '\0') +
                        " reg 16 " + reg + " ibm,my-drc-index 4 " +
                        std::string("\x20\0\0\1", 4) + " ibm,drc-indexes 12 " + indexes +
                        " ibm,drc-names 18 " + names + " ibm,drc-types 10 " + types +
                        " ibm,drc-power-domains 12 " + domains),
              0);
  }
  Script probe_phb() { return probe(0x40010020) + probe(0x40010028); }
  void add_card(const std::string& phb) {
    ASSERT_GT(write("/proc/ppc64/ofdt", "add_node /" + phb + "/ethernet@4 reg 20 " +
                                            std::string("\0\0\x20", 3) + std::string(17, '\0')),
              0);
  }
  std::vector<std::string> names(std::string_view path) {
    std::vector<DirectoryEntry> entries;
    EXPECT_EQ(kernel_->list(path, entries), 0) << path;
    std::vector<std::string> out;
    for (const auto& entry : entries) out.push_back(entry.name);
    std::sort(out.begin(), out.end());
    return out;
  }
  int read_error(std::string_view path) {
    Bytes out;
    return kernel_->read(path, out);
  }
};
using Names = std::vector<std::string>;

TEST_F(SlotTest, ModulesBringTheFilesAndAskEachSlotOnce) {
  start("6.1", {.io = true});
  EXPECT_TRUE(names("/sys/bus/pci/slots").empty());
  EXPECT_EQ(write(kAdd, "PHB 1"), -ENOENT);
  EXPECT_EQ(kernel_->load_module("ehea"), -ENOENT);
  host_.expect(probe(0x40000020) + probe(0x40000028));
  EXPECT_EQ(kernel_->load_module("rpaphp"), 0);
  EXPECT_EQ(host_.messages,
            (Names{"rpaphp: RPA HOT Plug PCI Controller Driver version: 0.1",
                   "rpaphp: Slot [C32] registered", "rpaphp: Slot [C40] registered"}));
  EXPECT_EQ(names("/sys/bus/pci/slots"), (Names{"C32", "C40"}));
  EXPECT_EQ(kernel_->load_module("rpadlpar_io"), 0);   // no call: rpaphp is there
  EXPECT_EQ(names("/sys/bus/pci/slots"), (Names{"C32", "C40", "control"}));
  EXPECT_EQ(names("/sys/bus/pci/slots/control"), (Names{"add_slot", "remove_slot"}));
  EXPECT_EQ(read(kAdd), "0\n");
  EXPECT_EQ(names("/sys/bus/pci/slots/C32"), (Names{"adapter", "address", "attention",
                                                    "cur_bus_speed", "max_bus_speed", "power"}));
  EXPECT_EQ(read("/sys/bus/pci/slots/C32/address"), "0000:00\n");
}

TEST_F(SlotTest, NamesAreCheckedFirst) {
  start_loaded(*find_level("6.1"));
  EXPECT_EQ(write(kAdd, "PHB 99"), -ENODEV);
  EXPECT_EQ(write(kRemove, "PHB 1"), -ENODEV);        // its node is not there
  EXPECT_EQ(write(kAdd, "V3-C1"), -ENODEV);           // a connector without a node
  EXPECT_EQ(write(kAdd, "PHB 0"), -EINVAL);           // has a controller
  EXPECT_EQ(write(kAdd, "V3-C2\n"), -EINVAL);         // is registered
  EXPECT_EQ(write(kAdd, std::string("V3-C2\0rest", 10)), -EINVAL);
  EXPECT_EQ(write(kAdd, ""), -EINVAL);                // see DrcLookup: V3's odd one
  EXPECT_TRUE(host_.held.empty());
}

TEST_F(SlotTest, ASignalEndsTheWaitForTheMutex) {
  start_loaded(*find_level("6.1"));
  host_.refuse["kernel.slot_lock"] = {0};
  EXPECT_EQ(write(kAdd, "PHB 0"), -EINTR);
  EXPECT_TRUE(host_.messages.empty());
}

TEST_F(SlotTest, VirtualSlotsComeAndGo) {
  start_loaded(*find_level("6.1"));
  EXPECT_EQ(names("/sys/devices/vio"), (Names{"30000000", "30000002", "30000009"}));
  EXPECT_EQ(read("/sys/devices/vio/30000002/devspec"), "/vdevice/l-lan@30000002\n");
  EXPECT_EQ(read("/sys/devices/vio/30000002/name"), "l-lan\n");
  EXPECT_EQ(read("/sys/bus/vio/devices/30000002/name"), "l-lan\n");
  EXPECT_EQ(write(kRemove, "V3-C2"), 5);
  EXPECT_EQ(write(kRemove, "V3-C2"), -EINVAL);
  EXPECT_EQ(names("/sys/devices/vio"), (Names{"30000000", "30000009"}));
  EXPECT_EQ(write(kAdd, "V3-C2"), 5);
  EXPECT_EQ(names("/sys/devices/vio").size(), 3U);
  EXPECT_TRUE(host_.logged("rpadlpar_io: slot V3-C2 added"));
  host_.no_memory = {"kernel.vio_device"};
  EXPECT_EQ(write(kRemove, "V3-C2"), 5);
  EXPECT_EQ(write(kAdd, "V3-C2"), -EIO);
  EXPECT_TRUE(host_.logged("dlpar_add_vio_slot: failed to register vio node V3-C2"));
}

TEST_F(SlotTest, APhbIsAddedAndRemovedAsRecorded) {
  start_loaded(*find_level("6.1"));
  add_phb_node();
  host_.expect(probe_phb());
  EXPECT_EQ(write(kAdd, "PHB 1"), 5);
  EXPECT_EQ(host_.messages,
            (Names{"rpaphp: Slot [C65568] registered", "rpaphp: Slot [C65576] registered",
                   "rpadlpar_io: slot PHB 1 added"}));
  EXPECT_EQ(read("/sys/bus/pci/slots/C65576/address"), "0001:00\n");
  EXPECT_EQ(write(kAdd, "PHB 1"), -EINVAL);
  EXPECT_EQ(write(kRemove, "PHB 1"), 5);
  EXPECT_TRUE(host_.logged("rpadlpar_io: slot PHB 1 removed"));
  EXPECT_EQ(write(kRemove, "PHB 1"), -EINVAL);
}

TEST_F(SlotTest, ASecondAddFindsTheSlotsThatStayedOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::slot_remove_leaves_slots, there));
    for (int i = 0; i < 2; ++i) {
      add_phb_node();
      host_.expect(probe_phb());
      EXPECT_EQ(write(kAdd, "PHB 1"), 5);            // the last slot decides, and it was gone
      if (i == 1) break;
      EXPECT_EQ(write(kRemove, "PHB 1"), 5);
      EXPECT_EQ(names("/sys/bus/pci/slots").size(), there ? 4U : 3U);
      host_.messages.clear();
      EXPECT_GT(write("/proc/ppc64/ofdt", "remove_node /pci@800000020000001"), 0);
    }
    EXPECT_EQ(host_.logged("rpaphp: rpaphp_register_slot: slot[C65568] is already registered"),
              there);
    // As recorded: the number of the old domain is taken while a slot refers to it.
    EXPECT_EQ(read("/sys/bus/pci/slots/C65576/address"), there ? "0002:00\n" : "0001:00\n");
  }
}

TEST_F(SlotTest, TwoSlotsCannotHaveOnePlaceOnABus) {
  start_loaded(*find_level("6.1"));
  add_phb_node();
  add_card("pci@800000020000001");
  host_.expect(probe_phb());
  EXPECT_EQ(write(kAdd, "PHB 1"), -EIO);
  EXPECT_TRUE(host_.logged("rpaphp: pci_hp_register failed with error -16"));
  EXPECT_EQ(read("/sys/bus/pci/slots/C65568/address"), "0001:00:04\n");
}

TEST_F(SlotTest, ABusyPhbLosesASlotOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::slot_dropped_before_check, there));
    add_phb_node();
    host_.expect(probe_phb());
    ASSERT_EQ(write(kAdd, "PHB 1"), 5);
    add_card("pci@800000020000001");
    ASSERT_EQ(write("/sys/bus/pci/rescan", "1"), 1);
    EXPECT_EQ(names("/sys/bus/pci/devices"), Names{"0001:00:04.0"});
    EXPECT_EQ(read("/sys/bus/pci/devices/0001:00:04.0/devspec"),
              "/pci@800000020000001/ethernet@4\n");
    EXPECT_EQ(write(kRemove, "PHB 1"), -EBUSY);
    EXPECT_EQ(names("/sys/bus/pci/slots").size(), there ? 3U : 5U);
    EXPECT_EQ(write("/sys/bus/pci/devices/0001:00:04.0/remove", "1"), 1);
    EXPECT_EQ(write(kRemove, "PHB 1"), 5);
  }
}

TEST_F(SlotTest, AnIoSpaceThatStaysMappedCountsAsRemovedOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::unmap_failure_succeeds, there));
    host_.refuse["kernel.io_unmap"] = {0x20000000};
    EXPECT_EQ(write(kRemove, "PHB 0"), there ? 5 : -EIO);
    EXPECT_TRUE(host_.logged("remove_phb_dynamic: failed to unmap IO on bus"));
    host_.refuse.clear();
    // The bus is still there, its controller is not: the next removal is a BUG.
    if (there) {
      EXPECT_THROW(write(kRemove, "PHB 0"), BugHit);
    } else {
      EXPECT_EQ(write(kRemove, "PHB 0"), 5);
    }
    host_.held.clear();
  }
}

TEST_F(SlotTest, AFailedAddLeavesTheBusOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::slot_add_no_undo, there));
    add_phb_node();
    host_.expect(probe(0x40010020) + power_level(kNoDomain, -1));
    EXPECT_EQ(write(kAdd, "PHB 1"), -EIO);
    EXPECT_TRUE(host_.logged("dlpar_add_phb: unable to add hotplug slot PHB 1"));
    if (!there) host_.expect(probe_phb());
    EXPECT_EQ(write(kAdd, "PHB 1"), there ? -EINVAL : 5);
  }
}

TEST_F(SlotTest, MessagesTellOfSuccessThatWasNoneOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::slot_message_always, there));
    EXPECT_EQ(write(kAdd, "PHB 0"), -EINVAL);
    EXPECT_EQ(host_.logged("rpadlpar_io: slot PHB 0 added"), there);
    EXPECT_EQ(write(kAdd, "PHB 9"), -ENODEV);
    EXPECT_FALSE(host_.logged("PHB 9"));
  }
}

TEST_F(SlotTest, ALongNameWritesNothingOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::slot_name_length, there));
    EXPECT_EQ(write(kAdd, std::string(64, 'x')), there ? 0 : -EINVAL);
    EXPECT_EQ(write(kAdd, std::string(63, 'x')), -ENODEV);
  }
}

TEST_F(SlotTest, AnUnannouncedIndexHasAnEmptyNameOnlyWithTheDefect) {
  for (const bool info : {true, false}) {
    for (const bool there : {true, false}) {
      start(alone(Switch::drc_lookup_unchecked, there), {.io = true, .drc_info = info});
      host_.expect(probe(0x40000020) + probe(0x40000028));
      ASSERT_EQ(kernel_->load_module("rpadlpar_io"), 0);
      EXPECT_EQ(write(kAdd, "\n"), there ? -EINVAL : -ENODEV);
    }
  }
}

TEST_F(SlotTest, DrcInfoGivesOneSlotOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start(alone(Switch::drc_info_first_slot, there), {.io = true, .drc_info = true});
    host_.expect(probe(0x40000020));
    if (!there) host_.expect(probe(0x40000028));
    EXPECT_EQ(kernel_->load_module("rpaphp"), 0);
    EXPECT_EQ(names("/sys/bus/pci/slots").size(), there ? 1U : 2U);
  }
}

TEST_F(SlotTest, AnExtendedDelayOfThePowerLevelIsAnErrorOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start(alone(Switch::power_level_delay_fails, there), {.io = true});
    host_.expect(power_level(kNoDomain, -2) + power_level(kNoDomain, 9901));
    if (!there) host_.expect(probe(0x40000020));
    host_.expect(probe(0x40000028));
    EXPECT_EQ(kernel_->load_module("rpaphp"), 0);
    EXPECT_EQ(names("/sys/bus/pci/slots").size(), there ? 1U : 2U);
  }
}

TEST_F(SlotTest, ASlotIsPoweredBeforeItIsLookedInto) {
  start("6.1", {.io = true});
  const Script on{{"set-power-level", {kNoDomain, 100}, {0, 100}, {}, {}, {}}};
  host_.expect(power_level(kNoDomain) + sense(0x40000020, 0, -9001) + on + sense(0x40000020, 0) +
               power_level(kNoDomain) + sense(0x40000028, 0, -9002));
  EXPECT_EQ(kernel_->load_module("rpaphp"), 0);
  EXPECT_EQ(names("/sys/bus/pci/slots"), Names{"C32"});
  EXPECT_TRUE(host_.logged("slot is unusable"));
}

TEST_F(SlotTest, PowerConfiguresTheAdapter) {
  start_loaded(*find_level("6.1"));
  const std::string slot = "/sys/bus/pci/slots/C32/";
  host_.expect(sense(0x40000020, 0));
  EXPECT_EQ(read(slot + "adapter"), "0\n");
  add_card("pci@800000020000000");
  EXPECT_TRUE(names("/sys/bus/pci/devices").empty());   // the tree alone changes nothing
  host_.expect(sense(0x40000020, 1));
  EXPECT_EQ(write(slot + "power", "1"), 1);
  EXPECT_EQ(names("/sys/devices/pci0000:00"), Names{"0000:00:04.0"});
  host_.expect(sense(0x40000020, 1));
  EXPECT_EQ(read(slot + "adapter"), "1\n");
  EXPECT_EQ(write(slot + "power", "1"), 1);             // is configured: no call
  EXPECT_EQ(write(slot + "power", "0"), 1);
  EXPECT_EQ(write(slot + "power", "0"), -EINVAL);       // is not configured
  EXPECT_TRUE(names("/sys/bus/pci/devices").empty());
  host_.expect(sense(0x40000020, 1));
  EXPECT_EQ(read(slot + "adapter"), "2\n");
  host_.expect(sense(0x40000020, 2));
  EXPECT_EQ(write(slot + "power", "1\n"), -EINVAL);     // neither empty nor present
  host_.expect(sense(0x40000020, 0, -3));
  EXPECT_EQ(read_error(slot + "adapter"), -EINVAL);
  EXPECT_EQ(write(slot + "power", "2"), -EINVAL);
  host_.expect(power_level(kNoDomain));
  EXPECT_EQ(read(slot + "power"), "100\n");
}

TEST_F(SlotTest, AStatusThatIsNoneLooksLikeAShortWriteOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_loaded(alone(Switch::coarse_errno, there));
    host_.expect({{"set-indicator", {9002, 0x40000028, 1}, {4}, {}, {}, {}}});
    EXPECT_EQ(write("/sys/bus/pci/slots/C40/attention", "1\n\n\n\n\n"), there ? 4 : -EIO);
    host_.expect(sense(0x40000028, 0, 4));
    EXPECT_EQ(read_error("/sys/bus/pci/slots/C40/adapter"), -EIO);
  }
}

TEST_F(SlotTest, TheLightIsSetAndRemembered) {
  start_loaded(*find_level("6.1"));
  const std::string light = "/sys/bus/pci/slots/C40/attention";
  host_.expect({{"set-indicator", {9002, 0x40000028, 2}, {0}, {}, {}, {}}});
  EXPECT_EQ(write(light, "2"), 1);
  EXPECT_EQ(read(light), "2\n");
  host_.expect({{"set-indicator", {9002, 0x40000028, 1}, {-3}, {}, {}, {}}});
  EXPECT_EQ(write(light, "7"), -EINVAL);
  EXPECT_EQ(read(light), "2\n");
}

TEST_F(SlotTest, ALogicalSlotIsABridgeWithWhatIsBelow) {
  for (const bool info : {false, true}) {
    start_bridge(*find_level("6.1"), info);
    EXPECT_EQ(names("/sys/bus/pci/slots"), (Names{"P1-C1-H1", "control"}));
    EXPECT_EQ(read("/sys/bus/pci/slots/P1-C1-H1/address"), "0000:01:00\n");
    EXPECT_EQ(names("/sys/bus/pci/devices"), (Names{"0000:00:02.0", "0000:01:00.0"}));
    EXPECT_EQ(read("/sys/devices/pci0000:00/0000:00:02.0/0000:01:00.0/devspec"),
              "/pci@800000020000000/pci@2/ethernet@0\n");
    EXPECT_EQ(read("/sys/bus/pci/devices/0000:01:00.0/devspec"),
              "/pci@800000020000000/pci@2/ethernet@0\n");
    EXPECT_EQ(write(kAdd, "P1-C1"), -EINVAL);
    EXPECT_EQ(write(kRemove, "P1-C1"), 5);
    EXPECT_TRUE(names("/sys/bus/pci/devices").empty());
    EXPECT_EQ(names("/sys/bus/pci/slots"), Names{"control"});
    EXPECT_EQ(write(kRemove, "P1-C1"), -EINVAL);
    host_.expect(probe(0x31010010, 1));
    EXPECT_EQ(write(kAdd, "P1-C1"), 5);
    EXPECT_EQ(names("/sys/bus/pci/devices").size(), 2U);
  }
}

TEST_F(SlotTest, ABridgeWhoseIoSpaceStaysMapped) {
  start_bridge(*find_level("fixed"));
  host_.refuse["kernel.io_unmap"] = {0x21010010};
  EXPECT_EQ(write(kRemove, "P1-C1"), -ERANGE);
  EXPECT_TRUE(host_.logged("failed to unmap bus range"));
}

TEST_F(SlotTest, ADetachedNodeLivesAsLongAsADeviceHoldsIt) {
  start_bridge(*find_level("fixed"));
  const auto before = kernel_->view().allocations;
  EXPECT_GT(write("/proc/ppc64/ofdt", "remove_node /pci@800000020000000/pci@2/ethernet@0"), 0);
  EXPECT_EQ(kernel_->view().allocations, before);
  EXPECT_EQ(read("/sys/bus/pci/devices/0000:01:00.0/devspec"),
            "/pci@800000020000000/pci@2/ethernet@0\n");
  EXPECT_EQ(write("/sys/bus/pci/devices/0000:01:00.0/remove", "0"), 1);
  EXPECT_EQ(write("/sys/bus/pci/devices/0000:01:00.0/remove", "x"), -EINVAL);
  EXPECT_EQ(write("/sys/bus/pci/devices/0000:01:00.0/remove", "1\n"), 2);
  EXPECT_EQ(kernel_->view().allocations, before - 4);   // node, name, reg, my-drc-index
}

TEST_F(SlotTest, NoMemoryForTheControllerOrASlot) {
  start_loaded(*find_level("fixed"));
  add_phb_node();
  host_.no_memory = {"kernel.pci_controller"};
  EXPECT_EQ(write(kAdd, "PHB 1"), -EIO);
  host_.no_memory = {"kernel.php_slot"};
  EXPECT_EQ(write(kAdd, "PHB 1"), -EIO);
  host_.no_memory.clear();
  host_.expect(probe_phb());
  EXPECT_EQ(write(kAdd, "PHB 1"), 5);
}

}  // namespace
}  // namespace lparsim::kernel
