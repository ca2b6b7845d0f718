// The PCI slots of the machine: who reaches which function, what DR and power do to a PE, errors
// from outside. Left out: memory-mapped access and DMA of the adapter itself, slot-level EEH event
// interrupts, shared PEs across slots.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/drc/drc_space.hpp"
#include "firmware/pci/pci_state.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

inline constexpr std::uint32_t kPhbUnitHigh = 0x0800'0000;   // high cell of a PHB's unit id

struct ConfigAddress {             // config_addr (R1-7.3.4-1)
  std::uint32_t bus = 0, device = 0, function = 0, reg = 0;
  bool sound = false;              // the reserved bits are 0
};
ConfigAddress config_address(std::uint32_t cell);

// The slot below the PHB with this unit id; nullopt: not a PHB of this partition.
std::optional<std::size_t> find_phb(const Core& core, std::size_t partition, std::uint32_t high,
                                    std::uint32_t low);
// The partition may use the adapter: PHB and slot are unisolated, and there is one.
bool adapter_reachable(const Core& core, std::size_t partition, std::size_t slot);
std::optional<std::size_t> slot_of_liobn(const Core& core, std::size_t partition,
                                         std::uint32_t liobn);

// What the platform's own bus numbers say about an address (its register is not looked at).
enum class Endpoint : std::uint8_t { absent, bridge, function };
Endpoint endpoint_at(const AdapterConfig& adapter, const ConfigAddress& address);
// PE configuration address of an address inside of the PE (table 7-65).
std::uint32_t pe_address(const AdapterConfig& adapter, std::uint32_t cell);

// Configuration space that a cycle reaches now, through the bridge's bus numbers; its layout.
struct ConfigTarget {
  ConfigSpace* space = nullptr;    // nullptr: master abort
  ConfigLayout layout;
};
ConfigTarget config_target(Core& core, std::size_t slot, const ConfigAddress& address);

// The PE's state as of now: a recovery whose time has passed is over.
PeState pe_state(Core& core, std::size_t slot);
// Carries out what the table says, with the effects on the adapter; returns the status.
std::int32_t pe_event(Core& core, std::size_t slot, PeEvent event);
// An error while the platform itself looks around in the PE: it resets the PE and leaves it stopped
// (R1-7.3.11.5-18, R1-7.3.12.1-6). False: the platform cannot get at the PE in its state.
bool pe_can_be_probed(PeState state);
void pe_probe_fails(Core& core, std::size_t slot);
// An error from outside; see Hypervisor::pci_error.
bool pci_error_at(Core& core, std::size_t slot, PciError error, Duration time);
// The platform resets the PE and it comes back after `time`.
void pe_recovers(Core& core, std::size_t slot, Duration time);
// ibm,configure-bridge and ibm,configure-pe: as delivered at boot.
void configure_bridges(Core& core, std::size_t slot);
void configure_endpoints(Core& core, std::size_t slot);

// A DRC of the slot was moved by `call`, of which `verdict` was the judgement.
void pci_follows_drc(Core& core, DrcPlace place, DrcCall call, const DrcVerdict& verdict);
void boot_pci(Core& core, std::size_t partition);        // R1-7.3.27-5, R1-7.3.11.5-13
void pci_power_off(Core& core, std::size_t slot);

// No message source twice, counts within their limits, windows apart; one line each.
std::vector<std::string> pci_inconsistencies(const Core& core);

}  // namespace lparsim::firmware
