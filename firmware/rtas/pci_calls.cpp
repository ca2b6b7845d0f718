// Configuration space (LoPAR 7.3.4). A function that is absent, isolated, stopped or reset reads as
// all ones and ignores what is written, with status 0 (R1-7.3.4.1-5, R1-7.3.4.2-5).
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/rtas/pci_target.hpp"

namespace lparsim::firmware {
namespace {

using namespace config_register;

constexpr std::size_t kNoInput = kMaxInputs;

struct ConfigCall {                // where the inputs of the two generations of calls stand
  std::size_t high, low, size, value;
};
constexpr ConfigCall kWithUnit{1, 2, 3, 4}, kWithoutUnit{kNoInput, kNoInput, 1, 2};

std::uint32_t all_ones(std::uint32_t size) {
  return size == 4 ? 0xffff'ffffU : (1U << (8 * size)) - 1;
}

// The calls without a unit id are for machines with one host bridge; ours all have a bus 0.
std::optional<std::size_t> only_phb(const Core& core, std::size_t partition) {
  std::optional<std::size_t> only;
  const PartitionState& p = core.at(partition);
  for (std::size_t i = 0; i < p.phbs.size(); ++i) {
    if (!is_owned(p.phbs[i])) continue;
    if (only) return std::nullopt;
    only = i;
  }
  return only;
}

// What may happen to the PE while a cycle is under way.
constexpr std::array kCycle{Outcome{"normal", 0}, Outcome{"pe_stopped", 1},
                            Outcome{"pe_recovering", 2}, Outcome{"pe_unavailable", 3}};
constexpr std::chrono::seconds kRecoveryTime{3};   // R1-7.3.11.3-2: from three seconds on

void hit_by_error(CallFrame& frame, std::size_t slot) {
  const std::uint64_t drc = frame.core.platform.slots[slot].drc.value;
  const ChoicePoint point{ChoiceClass::fault, "pci.config-cycle", frame.state().config.id, drc};
  switch (frame.core.services.choices.pick(point, kCycle)) {
    case 1: pci_error_at(frame.core, slot, PciError::stopped, {}); break;
    case 2: pci_error_at(frame.core, slot, PciError::recovering, kRecoveryTime); break;
    case 3: pci_error_at(frame.core, slot, PciError::unavailable, {}); break;
    default: break;
  }
}

struct Cycle {
  bool sound = false;              // else -3
  std::size_t slot = 0;
  ConfigAddress address;
  std::uint32_t size = 0;
  ConfigTarget target;             // of no space: nobody answers
};

// A host bridge of the machine that the caller does not have: nobody answers there either, and no
// error is told (R1-14.10-8, -9).
bool foreign_phb(const CallFrame& frame, const ConfigCall& call) {
  if (call.high == kNoInput || frame.in[call.high] != kPhbUnitHigh) return false;
  const auto& phbs = frame.core.phbs;
  return std::any_of(phbs.begin(), phbs.end(), [&](std::uint32_t phb) {
    return phb_drc_index(phb).value == frame.in[call.low];
  });
}

Cycle start_cycle(CallFrame& frame, const ConfigCall& call) {
  Cycle cycle;
  const auto slot = call.high == kNoInput
                        ? only_phb(frame.core, frame.partition)
                        : find_phb(frame.core, frame.partition, frame.in[call.high],
                                   frame.in[call.low]);
  cycle.address = config_address(frame.in[0]);
  cycle.size = frame.in[call.size];
  const bool size_known = cycle.size == 1 || cycle.size == 2 || cycle.size == 4;
  const bool there = slot || foreign_phb(frame, call);
  cycle.sound = there && cycle.address.sound && size_known && cycle.address.reg % cycle.size == 0;
  if (!cycle.sound || !slot) return cycle;
  cycle.slot = *slot;
  if (!adapter_reachable(frame.core, frame.partition, *slot)) return cycle;
  if (takes_cycles(pe_state(frame.core, *slot))) hit_by_error(frame, *slot);
  if (!takes_cycles(pe_state(frame.core, *slot))) return cycle;
  cycle.target = config_target(frame.core, *slot, cycle.address);
  return cycle;
}

void read_with(CallFrame& frame, const ConfigCall& call) {
  const Cycle cycle = start_cycle(frame, call);
  if (!cycle.sound) return frame.answer(kRtasParameterError);
  frame.out[1] = cycle.target.space == nullptr
                     ? all_ones(cycle.size)
                     : read_config(*cycle.target.space, cycle.address.reg, cycle.size);
}

// R1-7.3.4.2-6: the hypervisor insists on EEH before an adapter is enabled.
bool enables_without_eeh(const CallFrame& frame, const Cycle& cycle, std::uint32_t value) {
  const bool enforced = frame.core.profile.pci.eeh == EehSupport::off;
  const bool enables = cycle.address.reg == kCommand && (value & (kIoSpace | kMemorySpace)) != 0;
  return enforced && enables && !frame.core.state.pci[cycle.slot].eeh;
}

void write_with(CallFrame& frame, const ConfigCall& call) {
  const Cycle cycle = start_cycle(frame, call);
  const std::uint32_t value = frame.in[call.value];
  if (!cycle.sound) return frame.answer(kRtasParameterError);
  if (cycle.target.space == nullptr) return;
  if (enables_without_eeh(frame, cycle, value)) return frame.answer(kRtasParameterError);
  write_config(cycle.target.layout, *cycle.target.space, cycle.address.reg, cycle.size, value);
}

void read_pci_config(CallFrame& frame) { read_with(frame, kWithoutUnit); }
void write_pci_config(CallFrame& frame) { write_with(frame, kWithoutUnit); }
void ibm_read_pci_config(CallFrame& frame) { read_with(frame, kWithUnit); }
void ibm_write_pci_config(CallFrame& frame) { write_with(frame, kWithUnit); }

constexpr std::array kConfig{kNormal, kHardware, kParameter};

constexpr std::array kRows{
    CallRow{"read-pci-config", "rtas.read-pci-config", 2, 2, 2, 2, false, Subject::input0,
            read_pci_config, nullptr, kConfig},
    CallRow{"write-pci-config", "rtas.write-pci-config", 3, 3, 1, 1, false, Subject::input0,
            write_pci_config, nullptr, kConfig},
    CallRow{"ibm,read-pci-config", "rtas.ibm,read-pci-config", 4, 4, 2, 2, false, Subject::input0,
            ibm_read_pci_config, nullptr, kConfig},
    CallRow{"ibm,write-pci-config", "rtas.ibm,write-pci-config", 5, 5, 1, 1, false,
            Subject::input0, ibm_write_pci_config, nullptr, kConfig},
};

}  // namespace

std::span<const CallRow> pci_rows() { return kRows; }

}  // namespace lparsim::firmware
