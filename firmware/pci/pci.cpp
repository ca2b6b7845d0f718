#include "firmware/pci/pci.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/pci/addresses.hpp"
#include "firmware/pci/msi.hpp"

namespace lparsim::firmware {
namespace {

using namespace config_register;

// PE Recovery Info: the platform reset the PE, for a reason outside of it; how (bits 28:29).
constexpr std::uint32_t kWasReset = 1, kNotTheSource = 2, kHotReset = 1U << 2, kFlr = 3U << 2;
constexpr std::uint32_t kCompletionTimeout = 0x4000;

const AdapterConfig& adapter_of(const Core& core, std::size_t slot) {
  return core.platform.slots[slot].adapter;
}

ConfigLayout layout_of(const AdapterConfig& adapter, std::size_t function) {
  return function_layout(adapter.functions[function],
                         adapter.functions.size() > 1 && !adapter.bridge);
}

void put_bar(ConfigSpace& space, std::uint32_t at, std::uint64_t address) {
  const std::uint32_t type = read_config(space, at, 4) & 0xfU;
  set_config(space, at, 4, static_cast<std::uint32_t>(address) | type);
  set_config(space, at + 4, 4, static_cast<std::uint32_t>(address >> 32));
}

void reset_hardware(Core& core, std::size_t slot) {
  PciSlotState& state = core.state.pci[slot];
  const AdapterConfig& adapter = adapter_of(core, slot);
  state.configured = false;
  if (adapter.bridge) reset_config(bridge_layout(), state.bridge);
  for (std::size_t i = 0; i < state.functions.size(); ++i) {
    reset_config(layout_of(adapter, i), state.functions[i].config);
  }
}

void program_all_interrupts(Core& core, std::size_t slot) {
  auto& functions = core.state.pci[slot].functions;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    program_interrupts(adapter_of(core, slot).functions[i], functions[i]);
  }
}

std::uint32_t recovery_by_reset(const AdapterConfig& adapter, std::uint32_t source) {
  return kWasReset | source | (adapter.function_level_reset ? kFlr : kHotReset);
}

void note_error(PciSlotState& state, std::uint32_t recovery_info) {
  state.error_cached = true;
  state.recovery_info = recovery_info;
  if (state.functions.empty()) return;
  ConfigSpace& space = state.functions.front().config;
  set_config(space, kUncorrectableStatus, 4,
             read_config(space, kUncorrectableStatus, 4) | kCompletionTimeout);
}

void after_event(Core& core, std::size_t slot, PeEvent event, PeState from) {
  PciSlotState& state = core.state.pci[slot];
  const bool moved = state.pe != from;
  switch (event) {
    case PeEvent::activate:
      if (moved) reset_hardware(core, slot);
      state.error_cached = false;
      break;
    case PeEvent::deactivate:
      if (moved) program_all_interrupts(core, slot);   // R1-7.3.10.5.1-13
      break;
    case PeEvent::disable:
    case PeEvent::release_dma:
    case PeEvent::isolate: state.error_cached = false; break;
    case PeEvent::error:
      if (moved) note_error(state, 0);
      break;
    case PeEvent::platform_reset:
      if (!moved) break;
      reset_hardware(core, slot);
      note_error(state, recovery_by_reset(adapter_of(core, slot), kNotTheSource));
      break;
    case PeEvent::failed:
    case PeEvent::declare_permanent: state.error_cached = true; break;
    case PeEvent::release_mmio:
    case PeEvent::recovered:
    case PeEvent::clear: break;
  }
}

// R1-13.6.3-2 and R1-6.2.3-8: from unisolate on the adapter answers, set up as at boot.
void bring_up(Core& core, std::size_t slot) {
  PciSlotState& state = core.state.pci[slot];
  const AdapterConfig& adapter = adapter_of(core, slot);
  state.functions.assign(adapter.functions.size(), {});
  state.windows = {default_window(core.phbs[slot])};
  state.eeh = core.profile.pci.eeh == EehSupport::on;
  state.bridge = bridge_layout().reset;
  state.recovery_info = 0;
  for (std::size_t i = 0; i < state.functions.size(); ++i) {
    state.functions[i].config = layout_of(adapter, i).reset;
    assign_initial(core, slot, i);
  }
  configure_endpoints(core, slot);
}

void take_down(PciSlotState& state) {
  state.functions.clear();           // R1-7.3.10.5.1-11: their messages are free
  state.windows.clear();             // R1-7.3.27-5
}

}  // namespace

ConfigAddress config_address(std::uint32_t cell) {
  ConfigAddress address;
  address.bus = cell >> 16 & 0xff;
  address.device = cell >> 11 & 0x1f;
  address.function = cell >> 8 & 0x7;
  address.reg = (cell >> 28) << 8 | (cell & 0xff);
  address.sound = (cell >> 24 & 0xf) == 0;
  return address;
}

std::optional<std::size_t> find_phb(const Core& core, std::size_t partition, std::uint32_t high,
                                    std::uint32_t low) {
  const PartitionState& p = core.at(partition);
  if (high != kPhbUnitHigh) return std::nullopt;
  for (std::size_t i = 0; i < p.phbs.size(); ++i) {
    if (is_owned(p.phbs[i]) && phb_drc_index(core.phbs[i]).value == low) return i;
  }
  return std::nullopt;
}

bool adapter_reachable(const Core& core, std::size_t partition, std::size_t slot) {
  const PartitionState& p = core.at(partition);
  const bool card_slot_open = !core.platform.slots[slot].hot_plug ||
                              p.hot_plug[slot] >= DrcState::slot_unisolated;
  return p.phbs[slot] >= DrcState::unisolated && p.slots[slot] >= DrcState::unisolated &&
         card_slot_open && !core.state.pci[slot].functions.empty();
}

std::optional<std::size_t> slot_of_liobn(const Core& core, std::size_t partition,
                                         std::uint32_t liobn) {
  for (std::size_t i = 0; i < core.state.pci.size(); ++i) {
    if (!adapter_reachable(core, partition, i)) continue;
    for (const DmaWindow& window : core.state.pci[i].windows) {
      if (window.liobn == liobn) return i;
    }
  }
  return std::nullopt;
}

Endpoint endpoint_at(const AdapterConfig& adapter, const ConfigAddress& address) {
  if (adapter.functions.empty() || !address.sound || address.device != 0) return Endpoint::absent;
  if (adapter.bridge && address.bus == 0) {
    return address.function == 0 ? Endpoint::bridge : Endpoint::absent;
  }
  const bool here = address.bus == (adapter.bridge ? kBehindBridge : 0) &&
                    address.function < adapter.functions.size();
  return here ? Endpoint::function : Endpoint::absent;
}

std::uint32_t pe_address(const AdapterConfig& adapter, std::uint32_t cell) {
  constexpr std::uint32_t kRegisterBits = 0xf000'00ffU;
  return adapter.bridge ? 0 : cell & ~kRegisterBits;
}

ConfigTarget config_target(Core& core, std::size_t slot, const ConfigAddress& address) {
  PciSlotState& state = core.state.pci[slot];
  const AdapterConfig& adapter = adapter_of(core, slot);
  if (address.device != 0) return {};
  if (adapter.bridge && address.bus == 0) {
    if (address.function != 0) return {};
    return {&state.bridge, bridge_layout()};
  }
  const std::uint32_t bus = adapter.bridge ? read_config(state.bridge, kSecondaryBus, 1) : 0;
  if (address.bus != bus || address.function >= state.functions.size()) return {};
  return {&state.functions[address.function].config, layout_of(adapter, address.function)};
}

PeState pe_state(Core& core, std::size_t slot) {
  PciSlotState& state = core.state.pci[slot];
  const bool recovers =
      state.pe == PeState::recovering || state.pe == PeState::recovering_reset;
  if (recovers && core.services.clock.now() >= state.recovered_at) {
    pe_event(core, slot, PeEvent::recovered);
  }
  return state.pe;
}

std::int32_t pe_event(Core& core, std::size_t slot, PeEvent event) {
  PciSlotState& state = core.state.pci[slot];
  const PeState from = state.pe;
  const PeCell& cell = pe_cell(from, event);
  if (cell.status != 0) return cell.status;
  state.pe = cell.next;
  after_event(core, slot, event, from);
  return 0;
}

bool pe_can_be_probed(PeState state) {
  return takes_cycles(state) || state == PeState::stopped;
}

void pe_probe_fails(Core& core, std::size_t slot) {
  pe_event(core, slot, PeEvent::error);
  reset_hardware(core, slot);
  note_error(core.state.pci[slot], recovery_by_reset(adapter_of(core, slot), 0));
}

void pe_recovers(Core& core, std::size_t slot, Duration time) {
  pe_state(core, slot);
  pe_event(core, slot, PeEvent::platform_reset);
  PciSlotState& state = core.state.pci[slot];
  state.recovered_at = std::max(state.recovered_at, core.services.clock.now() + time);
}

bool pci_error_at(Core& core, std::size_t slot, PciError error, Duration time) {
  const PciSlotState& state = core.state.pci[slot];
  if (state.functions.empty()) return false;
  pe_state(core, slot);
  switch (error) {
    case PciError::stopped:
      if (!state.eeh) return false;
      pe_event(core, slot, PeEvent::error);
      break;
    case PciError::recovering: pe_recovers(core, slot, time); break;
    case PciError::unavailable: pe_event(core, slot, PeEvent::failed); break;
  }
  return true;
}

void configure_bridges(Core& core, std::size_t slot) {
  PciSlotState& state = core.state.pci[slot];
  state.configured = true;
  if (!adapter_of(core, slot).bridge) return;
  set_config(state.bridge, kCommand, 2, kMemorySpace | kBusMaster);
  set_config(state.bridge, kSecondaryBus, 1, kBehindBridge);
  set_config(state.bridge, kSubordinateBus, 1, kBehindBridge);
  constexpr std::uint32_t kLastMegabyte = (kWindow32 + kWindow32Bytes - 1) & 0xfff0'0000U;
  set_config(state.bridge, kBridgeMemory, 4, kLastMegabyte | kWindow32 >> 16);
}

void configure_endpoints(Core& core, std::size_t slot) {
  PciSlotState& state = core.state.pci[slot];
  const AdapterConfig& adapter = adapter_of(core, slot);
  const auto addresses = assigned_addresses(adapter, core.phbs[slot]);
  configure_bridges(core, slot);
  for (std::size_t i = 0; i < state.functions.size(); ++i) {
    ConfigSpace& space = state.functions[i].config;
    reset_config(layout_of(adapter, i), space);
    for (std::uint32_t bar = 0; bar < addresses[i].size(); ++bar) {
      put_bar(space, kFirstBar + 8 * bar, addresses[i][bar]);
    }
  }
  program_all_interrupts(core, slot);
}

void pci_follows_drc(Core& core, DrcPlace place, DrcCall call, const DrcVerdict& verdict) {
  const bool io = place.array == DrcArray::phbs || place.array == DrcArray::slots ||
                  place.array == DrcArray::hot_plug;
  if (!io || place.position >= core.state.pci.size()) return;
  // The adapter hangs on the innermost connector: the physical one where there is one.
  const bool card_slot = core.platform.slots[place.position].hot_plug.has_value();
  const DrcArray innermost = card_slot ? DrcArray::hot_plug : DrcArray::slots;
  PciSlotState& state = core.state.pci[place.position];
  if (call == DrcCall::isolate) {
    pe_state(core, place.position);
    pe_event(core, place.position, PeEvent::isolate);
    take_down(state);
  } else if (call == DrcCall::unisolate && place.array == innermost) {
    if (core.state.slots[place.position].card) bring_up(core, place.position);
  } else if (verdict.action == DrcAction::release) {
    pe_event(core, place.position, PeEvent::clear);
  }
}

void boot_pci(Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  for (std::size_t i = 0; i < core.state.pci.size(); ++i) {
    if (!is_owned(p.slots[i])) continue;
    core.state.pci[i] = {};
    if (core.state.slots[i].card) bring_up(core, i);
  }
}

void pci_power_off(Core& core, std::size_t slot) { core.state.pci[slot] = {}; }

namespace {

void check_slot(const Core& core, std::size_t slot, std::vector<std::string>& lines) {
  const PciSlotState& state = core.state.pci[slot];
  const SourceRange range = slot_sources(slot, core.profile.pci);
  std::set<std::uint32_t> sources;
  std::size_t messages = 0;
  for (const PciFunctionState& function : state.functions) {
    messages += function.sources.size();
    for (const std::uint32_t source : function.sources) {
      if (source - range.first >= range.count || !sources.insert(source).second) {
        lines.push_back(fmt::format("slot {}: message source {} twice or out of range", slot,
                                    source));
      }
    }
  }
  if (messages > core.profile.pci.pe_total_msis) {
    lines.push_back(fmt::format("slot {}: {} messages", slot, messages));
  }
  for (std::size_t i = 0; i < state.windows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const DmaWindow& a = state.windows[i];
      const DmaWindow& b = state.windows[j];
      const bool entries_meet =
          a.first_tce < b.first_tce + b.tces() && b.first_tce < a.first_tce + a.tces();
      const bool addresses_meet = a.start < b.start + b.bytes && b.start < a.start + a.bytes;
      if (entries_meet || addresses_meet || a.liobn == b.liobn) {
        lines.push_back(fmt::format("slot {}: DMA windows {:x} and {:x} overlap", slot, a.liobn,
                                    b.liobn));
      }
    }
  }
}

}  // namespace

std::vector<std::string> pci_inconsistencies(const Core& core) {
  std::vector<std::string> lines;
  for (std::size_t slot = 0; slot < core.state.pci.size(); ++slot) check_slot(core, slot, lines);
  if (extra_messages(core) > core.profile.pci.extra_msis) {
    lines.push_back(fmt::format("{} further messages are assigned", extra_messages(core)));
  }
  return lines;
}

}  // namespace lparsim::firmware
