// H_GET_TERM_CHAR, H_PUT_TERM_CHAR, H_VTERM_PARTNER_INFO, H_REGISTER_VTERM, H_FREE_VTERM (LoPAR
// 17.5.2).
#include <algorithm>
#include <utility>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/terminals.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kMostCharacters = 16;

std::optional<AdapterPlace> terminal_of(const HcallFrame& frame) {
  const auto place = find_adapter(frame.core, frame.partition, frame.r[0]);
  if (!place || adapter_config(frame.core, *place).kind != "serial") return std::nullopt;
  return place;
}

std::optional<AdapterPlace> server_of(const HcallFrame& frame) {
  const auto place = terminal_of(frame);
  if (!place || !adapter_config(frame.core, *place).server) return std::nullopt;
  return place;
}

bool is_open(const HcallFrame& frame, const Terminal& terminal) {
  return terminal.holder != ConsoleHolder::nobody || frame.core.profile.hcall.console_always_open;
}

// R5 and R6 from the high byte on.
std::int64_t h_get_term_char(HcallFrame& frame) {
  const auto place = terminal_of(frame);
  if (!place) return kHParameter;
  Terminal& terminal = adapter_state(frame.core, *place).terminal;
  if (!is_open(frame, terminal)) return kHClosed;
  const std::size_t count = std::min(kMostCharacters, terminal.input.size());
  std::array<std::uint8_t, kMostCharacters> bytes{};
  std::copy_n(terminal.input.begin(), count, bytes.begin());
  terminal.input.erase(0, count);
  frame.r[0] = count;
  frame.r[1] = load_be64(bytes.data());
  frame.r[2] = load_be64(bytes.data() + 8);
  return kHSuccess;
}

void receive(Core& core, AdapterPlace place, std::string_view text) {
  AdapterState& state = adapter_state(core, place);
  const bool was_empty = state.terminal.input.empty();
  state.terminal.input += text;
  if (!was_empty || text.empty()) return;
  signal(core, place, state.interrupt, virtual_source(core.profile, place.slot));
}

std::int64_t h_put_term_char(HcallFrame& frame) {
  Core& core = frame.core;
  const auto place = terminal_of(frame);
  if (!place) return kHParameter;
  Terminal& terminal = adapter_state(core, *place).terminal;
  if (!is_open(frame, terminal)) return kHClosed;
  if (frame.r[1] > kMostCharacters) return kHParameter;
  std::array<std::uint8_t, kMostCharacters> bytes{};
  store_be64(bytes.data(), frame.r[2]);
  store_be64(bytes.data() + 8, frame.r[3]);
  const std::string text(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(frame.r[1]));
  if (terminal.holder == ConsoleHolder::server) {
    const auto other = place_of(core, terminal.server);
    if (!other) return kHClosed;
    if (adapter_state(core, *other).terminal.input.size() + text.size() > kTerminalBuffer) {
      return kHBusy;
    }
    receive(core, *other, text);
    return kHSuccess;
  }
  if (terminal.output.size() + text.size() > kTerminalBuffer) return kHBusy;
  terminal.output += text;
  return kHSuccess;
}

// Whether the ids of the registers name one of the possible partners; its place in the list.
std::optional<std::size_t> named_partner(const HcallFrame& frame,
                                         const std::vector<AdapterPlace>& partners) {
  for (std::size_t i = 0; i < partners.size(); ++i) {
    const AdapterEnd end = end_of(frame.core, partners[i]);
    if (frame.r[1] == end.partition.value &&
        frame.r[2] == virtual_slot_drc_index(end.slot).value) {
      return i;
    }
  }
  return std::nullopt;
}

std::int64_t h_vterm_partner_info(HcallFrame& frame) {
  constexpr std::uint64_t kFirst = ~std::uint64_t{0};
  Core& core = frame.core;
  const auto place = server_of(frame);
  if (!place) return kHParameter;
  const auto partners = possible_partners(core, *place);
  std::size_t next = 0;
  if (frame.r[1] != kFirst || frame.r[2] != kFirst) {
    const auto named = named_partner(frame, partners);
    if (!named) return kHParameter;
    next = *named + 1;
  }
  if (frame.r[3] % kPageBytes != 0 ||
      !memory_usable(core, frame.partition, frame.r[3], kPageBytes)) {
    return kHParameter;
  }
  CellWriter buffer;
  if (next < partners.size()) {
    const AdapterEnd end = end_of(core, partners[next]);
    buffer.u64(end.partition.value).u64(virtual_slot_drc_index(end.slot).value);
    buffer.str(virtual_slot_location(core.platform, end.partition, end.slot));
  } else {
    buffer.u64(kFirst).u64(kFirst).str("");
  }
  return write_guest(core, frame.partition, frame.r[3], buffer.take()) ? kHSuccess : kHParameter;
}

std::int64_t h_register_vterm(HcallFrame& frame) {
  Core& core = frame.core;
  const auto place = server_of(frame);
  if (!place || adapter_state(core, *place).terminal.holder != ConsoleHolder::nobody) {
    return kHParameter;
  }
  const auto partners = possible_partners(core, *place);
  const auto named = named_partner(frame, partners);
  if (!named) return kHParameter;
  const auto client = place_of(core, end_of(core, partners[*named]));
  if (!client) return kHParameter;
  Terminal& other = adapter_state(core, *client).terminal;
  if (other.holder != ConsoleHolder::nobody) return kHParameter;   // already in use
  other.holder = ConsoleHolder::server;
  other.server = end_of(core, *place);
  Terminal& own = adapter_state(core, *place).terminal;
  own.holder = ConsoleHolder::server;
  own.server = end_of(core, *client);
  return kHSuccess;
}

std::int64_t h_free_vterm(HcallFrame& frame) {
  const auto place = server_of(frame);
  if (!place || adapter_state(frame.core, *place).terminal.holder == ConsoleHolder::nobody) {
    return kHParameter;
  }
  close_terminal(frame.core, *place);
  return kHSuccess;
}

constexpr auto& kGet = kHcallOutcomes<kHClosed, kHParameter>;
constexpr auto& kPut = kHcallOutcomes<kHBusy, kHClosed, kHParameter>;
constexpr auto& kParameterOnly = kHcallOutcomes<kHParameter>;
constexpr auto& kFree = kHcallOutcomes<kHParameter, kHBusy, kHLongBusy1ms, kHLongBusy10ms>;
constexpr std::array kRows{
    HcallRow{"hcall.H_GET_TERM_CHAR", 0x54, "hcall-term", h_get_term_char, kGet},
    HcallRow{"hcall.H_PUT_TERM_CHAR", 0x58, "hcall-term", h_put_term_char, kPut},
    HcallRow{"hcall.H_VTERM_PARTNER_INFO", 0x150, "hcall-vty", h_vterm_partner_info,
             kParameterOnly},
    HcallRow{"hcall.H_REGISTER_VTERM", 0x154, "hcall-vty", h_register_vterm, kParameterOnly},
    HcallRow{"hcall.H_FREE_VTERM", 0x158, "hcall-vty", h_free_vterm, kFree},
};

}  // namespace

std::span<const HcallRow> terminal_rows() { return kRows; }

bool open_console(Core& core, AdapterPlace place) {
  Terminal& terminal = adapter_state(core, place).terminal;
  if (terminal.holder != ConsoleHolder::nobody) return false;
  terminal.holder = ConsoleHolder::console;
  return true;
}

void close_console(Core& core, AdapterPlace place) {
  Terminal& terminal = adapter_state(core, place).terminal;
  if (terminal.holder == ConsoleHolder::console) close_terminal(core, place);
}

bool type_console(Core& core, AdapterPlace place, std::string_view text) {
  const Terminal& terminal = adapter_state(core, place).terminal;
  const bool open = terminal.holder == ConsoleHolder::console ||
                    core.profile.hcall.console_always_open;
  if (!open || terminal.input.size() + text.size() > kTerminalBuffer) return false;
  receive(core, place, text);
  return true;
}

std::string read_console(Core& core, AdapterPlace place) {
  return std::exchange(adapter_state(core, place).terminal.output, {});
}

// R1-17.5.2.2-2: a connection that closes raises the receive interrupt, too.
void close_terminal(Core& core, AdapterPlace place) {
  const Terminal old = std::exchange(adapter_state(core, place).terminal, {});
  if (old.holder == ConsoleHolder::nobody) return;
  AdapterState& own = adapter_state(core, place);
  signal(core, place, own.interrupt, virtual_source(core.profile, place.slot));
  if (old.holder != ConsoleHolder::server) return;
  const auto other = place_of(core, old.server);
  if (!other || adapter_state(core, *other).terminal.server != end_of(core, place)) return;
  AdapterState& theirs = adapter_state(core, *other);
  theirs.terminal = {};
  signal(core, *other, theirs.interrupt, virtual_source(core.profile, other->slot));
}

}  // namespace lparsim::firmware
