// drmgr and lsslot of slots beyond what was recorded: virtual and logical slots, what fails, busy
// firmware.
#include <gtest/gtest.h>

#include "tests/userland/slot_partition.hpp"

namespace lparsim::userland::testing {
namespace {

using Lines = std::vector<std::string>;

class Slots : public ::testing::Test, protected SlotPartition {
 protected:
  Ran command(const std::string& line) { return run(partition, line); }
};

TEST_F(Slots, QueryAnswersWhatTheHmcWants) {
  EXPECT_EQ(command("drmgr -c slot -Q -s V1-C2").status, 6);
  const Ran free = command("drmgr -c slot -Q -s V1-C1");
  EXPECT_EQ(free.status, 4);
  EXPECT_EQ(free.error,
            "Validating I/O DLPAR capability...yes.\nV1-C1 not owned by partition\n");
  EXPECT_EQ(command("drmgr -c slot -Q -s V1-C9").status, 3);
  EXPECT_EQ(command("drmgr -c phb -Q -s \"PHB 0\"").status, 6);
  EXPECT_EQ(command("drmgr -c phb -Q -s 0x20000001").status, 3);
  EXPECT_TRUE(calls.empty());
}

TEST_F(Slots, RemovesAVirtualSlotFirmwareFirst) {
  const Ran ran = command("drmgr -r -c slot -s V1-C2 -w 5 -d 1");
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(calls, (Lines{"sense 30000002", "sense 30000002", "isolate 30000002 0",
                          "allocate 30000002 0", "sense 30000002"}));
  EXPECT_EQ(writes, (Lines{"control/remove_slot V1-C2", "remove_node /vdevice/l-lan@30000002"}));
}

TEST_F(Slots, PutsASlotBackThatFirmwareKeeps) {
  statuses["isolate 30000002 0"] = -9001;
  const Ran ran = command("drmgr -r -c slot -s V1-C2");
  EXPECT_EQ(ran.status, 255);
  EXPECT_NE(ran.error.find("Isolation failed for 30000002 with -9001\n"
                           "Valid outstanding translations exist.\n"),
            std::string::npos) << ran.error;
  EXPECT_EQ(writes, (Lines{"control/remove_slot V1-C2", "control/add_slot V1-C2"}));
}

TEST_F(Slots, AddsALogicalSlotWithItsCard) {
  sensors[kLogicalSlot] = 2;
  sensors[0x31010001] = 0;
  const Ran ran = command("drmgr -c slot -a -s P1-C1");
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(calls, (Lines{"sense 21010001", "allocate 21010001 1", "isolate 21010001 1",
                          "configure 21010001", "sense 31010001"}));
  EXPECT_EQ(writes, (Lines{"add_node /pci@2/pci@1", "control/add_slot P1-C1"}));
}

TEST_F(Slots, OwnedAndUnknownSlotsAreNotAdded) {
  EXPECT_EQ(command("drmgr -c slot -a -s V1-C2").status, 5);
  EXPECT_EQ(command("drmgr -c slot -r -s V1-C1").status, 4);
  EXPECT_EQ(command("drmgr -c slot -r -s V1-C9").status, 3);
  EXPECT_EQ(command("drmgr -c slot -s V1-C2").status, 255);
  EXPECT_EQ(command("drmgr -c phb -a -s 0x20000009").error,
            "Validating PHB DLPAR capability...yes.\n"
            "Could not locate DRC name for DRC index: 0x20000009");
}

TEST_F(Slots, BusyAnswersAreWaitedFor) {
  busy_answers = 3;
  FakeProcess process(partition);
  find_program("drmgr")(process, {"drmgr", "-r", "-c", "slot", "-s", "V1-C2"});
  EXPECT_EQ(process.time.time_since_epoch(), std::chrono::milliseconds(300));
  EXPECT_EQ(calls.size(), 5U);
}

TEST_F(Slots, ReplacesACard) {
  const Ran ran = command("drmgr -c pci -R -s C1 -n");
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(calls, (Lines{"led 40000020 1", "isolate 40000020 0", "power 5 0", "led 40000020 1",
                          "sense 40000020", "power 5 100", "isolate 40000020 1",
                          "configure 40000020"}));
  EXPECT_EQ(writes, (Lines{"C1/power 0", "remove_node /pci@0/ethernet@1",
                           "add_node /pci@0/ethernet@1", "C1/power 1"}));
}

TEST_F(Slots, WhoDoesNotAnswerHasSaidNo) {
  const Ran ran = command("drmgr -c pci -i -s C1");
  EXPECT_EQ(ran.status, 255);
  EXPECT_EQ(calls, (Lines{"led 40000020 2", "led 40000020 1"}));
  EXPECT_EQ(ran.output, "The visual indicator for the specified PCI slot has\nbeen set to the "
                        "identify state. Press Enter to continue\nor enter x to exit.\n");
}

TEST_F(Slots, AHostBridgeIsTriedTwentyTimes) {
  statuses["isolate 20000002 0"] = -1;
  const Ran ran = command("drmgr -c phb -r -s \"PHB 2\"");
  EXPECT_EQ(ran.status, 255);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "isolate 20000002 0"), 21);
}

TEST_F(Slots, AreListed) {
  EXPECT_EQ(command("lsslot").output,
            "# Slot  Description       Linux Name    Device(s)\n"
            "V1-C2   Virtual I/O Slot  ?             l-lan\n");
  EXPECT_EQ(command("lsslot -c pci").output,
            "# Slot  Description                     Device(s)\n"
            "C1      PCI-E capable, Rev 2, 8x lanes  ethernet\n"
            "C2      PCI-E capable, Rev 2, 8x lanes  Empty\n");
  EXPECT_EQ(command("lsslot -c pci -o -F:").output,
            "C1:PCI-E capable, Rev 2, 8x lanes:ethernet\n");
  EXPECT_EQ(command("lsslot -c pci -F::").status, 1);
  EXPECT_EQ(command("lsslot -c port").status, 1);
  EXPECT_EQ(command("lsslot -c slot -a").status, 1);
}

TEST_F(Slots, WithoutTheModuleNothingGoes) {
  partition.remove_tree("/sys/bus/pci/slots/control");
  partition.no_modules = true;
  const Ran ran = command("drmgr -c phb -Q -s \"PHB 0\"");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "modprobe: FATAL: Module rpadlpar_io not found.\n"
                       "rpadlpar_io module was not loaded\n");
  EXPECT_EQ(partition.modules, Lines{"rpadlpar_io"});
}

}  // namespace
}  // namespace lparsim::userland::testing
