// Dynamic DMA windows (LoPAR 7.3.27). The calls are for PEs below a bridge with ibm,ddw-applicable;
// elsewhere they answer -3 (R1-7.3.27-3).
#include "firmware/device_tree/numbering.hpp"
#include "firmware/rtas/pci_target.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kWideOutputs = 6;

struct Windows {
  std::uint32_t phb;
  std::vector<DmaWindow>& list;
};

std::optional<Windows> windows_of_slot(CallFrame& frame, std::size_t slot) {
  if (!frame.core.profile.pci.dma_windows_change) return std::nullopt;
  return Windows{frame.core.phbs[slot], frame.core.state.pci[slot].windows};
}

std::optional<Windows> windows_of_pe(CallFrame& frame) {
  const auto called = called_slot(frame);
  if (!called || !called->reachable || !names_pe(frame, *called)) return std::nullopt;
  return windows_of_slot(frame, called->slot);
}

void query_pe_dma_window(CallFrame& frame) {
  const auto windows = windows_of_pe(frame);
  if (!windows) return frame.answer(kRtasParameterError);
  const PciReadings& profile = frame.core.profile.pci;
  const std::uint64_t tces = largest_tce_block(windows->list, profile);
  std::size_t at = 1;
  frame.out[at++] = windows_available(windows->list, profile);
  if (frame.outputs == kWideOutputs) frame.out[at++] = static_cast<std::uint32_t>(tces >> 32);
  frame.out[at++] = static_cast<std::uint32_t>(tces);
  frame.out[at++] = profile.io_page_sizes;
  frame.out[at] = profile.migratable_page_sizes;
}

void create_pe_dma_window(CallFrame& frame) {
  const auto windows = windows_of_pe(frame);
  if (!windows) return frame.answer(kRtasParameterError);
  const auto made = create_window(windows->list, windows->phb, frame.in[3], frame.in[4],
                                  frame.core.profile.pci);
  if (!made) return frame.answer(kRtasParameterError);
  frame.out[1] = made->liobn;
  frame.out[2] = static_cast<std::uint32_t>(made->start >> 32);
  frame.out[3] = static_cast<std::uint32_t>(made->start);
}

void remove_pe_dma_window(CallFrame& frame) {
  const auto slot = slot_of_liobn(frame.core, frame.partition, frame.in[0]);
  const auto windows = slot ? windows_of_slot(frame, *slot) : std::nullopt;
  if (!windows) return frame.answer(kRtasParameterError);
  remove_window(windows->list, windows->phb, frame.in[0]);
}

void reset_pe_dma_windows(CallFrame& frame) {
  const auto windows = windows_of_pe(frame);
  if (!windows) return frame.answer(kRtasParameterError);
  windows->list = {default_window(windows->phb)};
}

constexpr std::array kQuery{kNormal, kHardware, kParameter};
constexpr std::array kCreate{kNormal, kHardware, kBusy, kParameter, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kReset{kNormal, kHardware, kBusy, kParameter};

constexpr std::array kRows{
    CallRow{"ibm,query-pe-dma-window", "rtas.ibm,query-pe-dma-window", 3, 3, 5, 6, false,
            Subject::input0, query_pe_dma_window, nullptr, kQuery},
    CallRow{"ibm,create-pe-dma-window", "rtas.ibm,create-pe-dma-window", 5, 5, 4, 4, true,
            Subject::input0, create_pe_dma_window, nullptr, kCreate},
    CallRow{"ibm,remove-pe-dma-window", "rtas.ibm,remove-pe-dma-window", 1, 1, 1, 1, false,
            Subject::input0, remove_pe_dma_window, nullptr, kQuery},
    CallRow{"ibm,reset-pe-dma-windows", "rtas.ibm,reset-pe-dma-windows", 3, 3, 1, 1, true,
            Subject::input0, reset_pe_dma_windows, nullptr, kReset},
};

}  // namespace

std::span<const CallRow> dma_rows() { return kRows; }

}  // namespace lparsim::firmware
