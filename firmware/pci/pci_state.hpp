// What changes in one PCI slot, as values. A slot has its own PHB; its adapter is one PE.
#pragma once

#include <cstdint>
#include <vector>

#include "firmware/pci/config_space.hpp"
#include "firmware/pci/dma_windows.hpp"
#include "firmware/pci/pe_table.hpp"
#include "sim/base/time.hpp"

namespace lparsim::firmware {

enum class InterruptKind : std::uint8_t { lsi, msi, msi_x };

// A change of ibm,change-msi that was answered with busy: what its continuation must look like.
struct PendingMsi {
  std::uint32_t next_sequence = 0;         // 0: none
  std::uint32_t function = 0, requested = 0;
  bool operator==(const PendingMsi&) const = default;
};

struct PciFunctionState {
  ConfigSpace config;
  InterruptKind kind = InterruptKind::lsi;
  bool narrow = false;                     // 32-bit message address (ibm,change-msi function 5)
  std::vector<std::uint32_t> sources;      // of the messages, in the order of their vectors
  PendingMsi pending;

  bool operator==(const PciFunctionState&) const = default;
};

struct PciSlotState {                      // without functions: isolated, empty or not owned
  PeState pe = PeState::normal;
  TimePoint recovered_at{};                // of a PE that recovers
  bool eeh = false;                        // errors stop the PE
  bool configured = true;                  // since the last reset (R1-7.3.12.2-3)
  bool error_cached = false;               // details for ibm,slot-error-detail (R1-7.3.11.5-14)
  std::uint32_t recovery_info = 0;         // PE Recovery Info of the last stop
  ConfigSpace bridge;
  std::vector<PciFunctionState> functions;
  std::vector<DmaWindow> windows;

  bool operator==(const PciSlotState&) const = default;
};

}  // namespace lparsim::firmware
