#include "firmware/pci/msi.hpp"

#include <algorithm>
#include <bit>

namespace lparsim::firmware {
namespace {

using namespace config_register;

constexpr std::uint32_t kFirstSource = 0x2'0000, kPerSlot = 0x200, kMessages = 0x10;
constexpr std::uint32_t kMsiEnable = 0x0001, kMsiXEnable = 0x8000;

const PciFunction& described(const Core& core, std::size_t slot, std::size_t function) {
  return core.platform.slots[slot].adapter.functions[function];
}

std::uint32_t held(const PciFunctionState& state) {
  return static_cast<std::uint32_t>(state.sources.size());
}

// What `function` may have beside the others: the PE's total, where each keeps its initial ones,
// and the machine's store of further ones.
std::uint32_t allowance(const Core& core, std::size_t slot, std::size_t function) {
  const PciReadings& profile = core.profile.pci;
  const auto& functions = core.state.pci[slot].functions;
  std::uint32_t of_siblings = 0;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (i == function) continue;
    of_siblings += std::max(held(functions[i]), initial_count(described(core, slot, i), profile));
  }
  const std::uint32_t initial = initial_count(described(core, slot, function), profile);
  const std::uint32_t own = held(functions[function]);
  const std::uint32_t extra_elsewhere = extra_messages(core) - (own > initial ? own - initial : 0);
  const std::uint32_t in_pe = profile.pe_total_msis - std::min(profile.pe_total_msis, of_siblings);
  const std::uint32_t in_store = profile.extra_msis - std::min(profile.extra_msis, extra_elsewhere);
  return std::min(in_pe, initial + in_store);
}

bool taken(const PciSlotState& slot, std::uint32_t source) {
  return std::any_of(slot.functions.begin(), slot.functions.end(), [&](const auto& function) {
    return std::find(function.sources.begin(), function.sources.end(), source) !=
           function.sources.end();
  });
}

}  // namespace

std::uint32_t lsi_source(std::size_t slot, std::size_t function) {
  return kFirstSource + static_cast<std::uint32_t>(slot * kPerSlot + function);
}

SourceRange slot_sources(std::size_t slot, const PciReadings& profile) {
  return {lsi_source(slot, 0), kMessages + profile.pe_total_msis};
}

std::uint32_t asked_for(const PciFunction& function, InterruptKind kind) {
  switch (kind) {
    case InterruptKind::lsi: return 0;
    case InterruptKind::msi: return function.msi;
    case InterruptKind::msi_x: break;
  }
  return function.msi_x;
}

// Table 6-1, PCI Express: messages from the start, and MSI where the function has both.
InterruptKind initial_kind(const PciFunction& function) {
  if (function.msi > 0) return InterruptKind::msi;
  return function.msi_x > 0 ? InterruptKind::msi_x : InterruptKind::lsi;
}

std::uint32_t initial_count(const PciFunction& function, const PciReadings& profile) {
  return std::min(asked_for(function, initial_kind(function)), profile.initial_msis);
}

void program_interrupts(const PciFunction& function, PciFunctionState& state) {
  ConfigSpace& space = state.config;
  const auto modify = [&](std::uint32_t at, std::uint32_t mask, std::uint32_t value) {
    set_config(space, at, 2, (read_config(space, at, 2) & ~mask) | value);
  };
  // R1-7.3.10.5.1-4, -5: the pin is off while there are messages.
  modify(kCommand, kInterruptDisable, state.sources.empty() ? 0 : kInterruptDisable);
  const bool msi = state.kind == InterruptKind::msi, msi_x = state.kind == InterruptKind::msi_x;
  if (function.msi > 0) {
    const auto vectors = static_cast<std::uint32_t>(std::bit_width(state.sources.size()));
    modify(kMsiCapability + 2, 0x0071, msi ? kMsiEnable | (vectors - 1) << 4 : 0);
    const std::uint32_t low = msi ? (state.narrow ? 0xffff'0000U : 0x1000) : 0;
    set_config(space, kMsiCapability + 4, 4, low);
    set_config(space, kMsiCapability + 8, 4, msi && !state.narrow ? 0x1000'0000U : 0);
    set_config(space, kMsiCapability + 12, 2, msi ? state.sources.front() & 0x1ff : 0);
  }
  if (function.msi_x > 0) modify(kMsiXCapability + 2, 0xc000, msi_x ? kMsiXEnable : 0);
}

void assign_messages(Core& core, std::size_t slot, std::size_t function, InterruptKind kind,
                     bool narrow, std::uint32_t requested) {
  const PciFunction& facts = described(core, slot, function);
  std::uint32_t count = std::min({requested, asked_for(facts, kind),
                                  allowance(core, slot, function)});
  if (kind == InterruptKind::msi) count = std::bit_floor(count);   // MSI goes by powers of two
  PciSlotState& state = core.state.pci[slot];
  PciFunctionState& own = state.functions[function];
  own.kind = count == 0 ? InterruptKind::lsi : kind;
  own.narrow = count != 0 && narrow;
  own.sources.resize(std::min<std::size_t>(own.sources.size(), count));
  for (std::uint32_t source = lsi_source(slot, 0) + kMessages; own.sources.size() < count;
       ++source) {
    if (!taken(state, source)) own.sources.push_back(source);
  }
  if (!takes_cycles(state.pe)) return;   // programmed when the PE can be reached again
  program_interrupts(facts, own);
}

void assign_initial(Core& core, std::size_t slot, std::size_t function) {
  const PciFunction& facts = described(core, slot, function);
  assign_messages(core, slot, function, initial_kind(facts), false,
                  initial_count(facts, core.profile.pci));
}

std::uint32_t extra_messages(const Core& core) {
  std::uint32_t sum = 0;
  for (std::size_t slot = 0; slot < core.state.pci.size(); ++slot) {
    const auto& functions = core.state.pci[slot].functions;
    for (std::size_t i = 0; i < functions.size(); ++i) {
      const std::uint32_t initial = initial_count(described(core, slot, i), core.profile.pci);
      sum += held(functions[i]) > initial ? held(functions[i]) - initial : 0;
    }
  }
  return sum;
}

}  // namespace lparsim::firmware
