// Interrupts of PCI functions (LoPAR 6.2.3, 7.3.10.5): how many messages a function gets, which
// source numbers, and what stands in its configuration space.
#pragma once

#include "firmware/pci/pci.hpp"

namespace lparsim::firmware {

// Source number of a function's interrupt pin; kept for it also while messages replace it.
std::uint32_t lsi_source(std::size_t slot, std::size_t function);
// [first, first + count) holds all sources of a slot, pins and messages.
struct SourceRange {
  std::uint32_t first, count;
};
SourceRange slot_sources(std::size_t slot, const PciReadings& profile);

// Messages that a function of this kind gets at boot, and whether it has that capability.
std::uint32_t asked_for(const PciFunction& function, InterruptKind kind);
InterruptKind initial_kind(const PciFunction& function);
std::uint32_t initial_count(const PciFunction& function, const PciReadings& profile);

// Gives the function `requested` messages of `kind`, or as many of them as there are; 0: its pin is
// in use again.
void assign_messages(Core& core, std::size_t slot, std::size_t function, InterruptKind kind,
                     bool narrow, std::uint32_t requested);
// Back to what it had at boot.
void assign_initial(Core& core, std::size_t slot, std::size_t function);
// The function's registers say what is assigned (R1-6.2.3-8).
void program_interrupts(const PciFunction& function, PciFunctionState& state);

// Messages beyond the initial ones that all functions of the machine hold.
std::uint32_t extra_messages(const Core& core);

}  // namespace lparsim::firmware
