// A guest with PCI adapters: its calls with all their outputs.
#pragma once

#include "tests/firmware/guest.hpp"

namespace lparsim::firmware {

inline constexpr std::uint32_t kUnit = 0x0800'0000;            // high cell of every PHB
inline constexpr DrcIndex kPairSlot{0x21010019}, kBridgedSlot{0x2101001a}, kForeignSlot{0x2101001b};
inline constexpr DrcIndex kPairPhb{0x20000019}, kBridgedPhb{0x2000001a}, kForeignPhb{0x2000001b};
inline constexpr std::uint32_t kBehind = 0x0001'0000;          // first function behind a bridge

// Slots of lp2: a plain adapter, one of two functions without fundamental reset, two functions
// behind a bridge; of lp3: a plain one. Nobody's: kFreeSlot, which is empty.
inline PlatformConfig pci_platform() {
  PlatformConfig machine = test_platform();
  machine.slots[1].adapter.functions.clear();
  AdapterConfig pair;
  pair.functions = {PciFunction{}, PciFunction{}};
  pair.functions[0].msi = 4;
  pair.functions[1].msi = 0;
  pair.functions[1].msi_x = 8;
  pair.functions[1].device = 0x1658;
  pair.functions[1].lsi = false;
  pair.fundamental_reset = false;
  AdapterConfig bridged = pair;
  bridged.bridge = true;
  bridged.fundamental_reset = true;
  bridged.function_level_reset = true;
  bridged.functions[1].msi_x = 0;              // neither kind of message
  bridged.functions[1].lsi = true;
  machine.slots.push_back({kPairSlot, "U78D5.ND1.CSS130E-P2-C3", kDedicated, pair});
  machine.slots.push_back({kBridgedSlot, "U78D5.ND1.CSS130E-P2-C4", kDedicated, bridged});
  machine.slots.push_back({kForeignSlot, "U78D5.ND1.CSS130E-P2-C5", kShared});
  return machine;
}

class PciGuest : public GuestTest {
 protected:
  explicit PciGuest(std::string_view profile = "phyp") : PciGuest(*find_profile(profile)) {}
  explicit PciGuest(const FirmwareProfile& profile) : GuestTest(pci_platform(), profile) {}
  PciGuest(PlatformConfig machine, const FirmwareProfile& profile)
      : GuestTest(std::move(machine), profile) {}

  // All outputs of a call; [0] is the status.
  std::vector<std::uint32_t> cells(std::string_view call, std::initializer_list<std::uint32_t> in,
                                   std::uint32_t outputs) {
    rtas(call, in, outputs);
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < outputs; ++i) {
      out.push_back(memory.cell(kBlock + 12 + (in.size() + i) * 4));
    }
    return out;
  }
  std::int32_t status(std::string_view call, std::initializer_list<std::uint32_t> in,
                      std::uint32_t outputs = 1) {
    return rtas(call, in, outputs).status;
  }

  Reply read(DrcIndex phb, std::uint32_t address, std::uint32_t size) {
    return rtas("ibm,read-pci-config", {address, kUnit, phb.value, size}, 2);
  }
  std::uint32_t value(DrcIndex phb, std::uint32_t address, std::uint32_t size = 4) {
    const Reply reply = read(phb, address, size);
    EXPECT_EQ(reply.status, 0);
    return reply.value;
  }
  std::int32_t write(DrcIndex phb, std::uint32_t address, std::uint32_t size, std::uint32_t v) {
    return status("ibm,write-pci-config", {address, kUnit, phb.value, size, v});
  }

  std::int32_t eeh(DrcIndex phb, std::uint32_t function, std::uint32_t address = 0) {
    return status("ibm,set-eeh-option", {address, kUnit, phb.value, function});
  }
  std::int32_t reset(DrcIndex phb, std::uint32_t function, std::uint32_t address = 0) {
    return status("ibm,set-slot-reset", {address, kUnit, phb.value, function});
  }
  // Status, state, capability, unavailable info, recovery info.
  std::vector<std::uint32_t> slot_state(DrcIndex phb, std::uint32_t address = 0) {
    return cells("ibm,read-slot-reset-state2", {address, kUnit, phb.value}, 5);
  }
  std::uint32_t pe(DrcIndex phb, std::uint32_t address = 0) {
    const auto out = slot_state(phb, address);
    EXPECT_EQ(out[0], 0U);
    return out[1];
  }
  std::int32_t configure_pe(DrcIndex phb, std::uint32_t address = 0) {
    return status("ibm,configure-pe", {address, kUnit, phb.value});
  }

  // Status, number, next sequence, type.
  std::vector<std::uint32_t> change_msi(DrcIndex phb, std::uint32_t address, std::uint32_t function,
                                        std::uint32_t requested, std::uint32_t sequence = 1) {
    return cells("ibm,change-msi", {address, kUnit, phb.value, function, requested, sequence}, 4);
  }
  // Status, source, trigger.
  std::vector<std::uint32_t> source(DrcIndex phb, std::uint32_t address, std::uint32_t number) {
    return cells("ibm,query-interrupt-source-number", {address, kUnit, phb.value, number}, 3);
  }
  std::vector<std::uint32_t> all_sources(DrcIndex phb, std::uint32_t address) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t n = 0;; ++n) {
      const auto out = source(phb, address, n);
      if (out[0] != 0) return found;
      found.push_back(out[1]);
    }
  }

  // Status, windows, entries, page sizes, migration mask.
  std::vector<std::uint32_t> query_windows(DrcIndex phb, std::uint32_t address = 0) {
    return cells("ibm,query-pe-dma-window", {address, kUnit, phb.value}, 5);
  }
  // Status, LIOBN, start high, start low.
  std::vector<std::uint32_t> create_window(DrcIndex phb, std::uint32_t page_shift,
                                           std::uint32_t size_shift, std::uint32_t address = 0) {
    return cells("ibm,create-pe-dma-window", {address, kUnit, phb.value, page_shift, size_shift},
                 4);
  }
  std::int32_t remove_window(std::uint32_t liobn) {
    return status("ibm,remove-pe-dma-window", {liobn});
  }

  void script(std::string site, std::string outcome, std::uint32_t times = 1) {
    ScriptedAnswer answer;
    answer.site = std::move(site);
    answer.outcome = std::move(outcome);
    answer.times = times;
    choices = ScriptedChoices({answer});
  }
  void release(DrcIndex drc) {
    EXPECT_EQ(isolation(drc, 0), 0);
    EXPECT_EQ(allocation(drc, 0), 0);
  }
};

}  // namespace lparsim::firmware
