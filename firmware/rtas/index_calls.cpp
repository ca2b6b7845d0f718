// ibm,get-indices, ibm,set-dynamic-indicator, ibm,get-dynamic-sensor-state (LoPAR 7.3.17 to
// 7.3.19): the lights that are found by location code. A light is the machine's: it stays as it is
// when its slot changes hands.
#include <algorithm>

#include "firmware/rtas/buffers.hpp"
#include "firmware/rtas/lists.hpp"
#include "firmware/rtas/platform_indicators.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kLongestLocation = 79;

bool listed(const CallFrame& frame, std::uint32_t type) {
  const auto types = listed_types(frame.core);
  return std::find(types.begin(), types.end(), type) != types.end();
}

// Index, length of the text with its NULs, the text padded to four bytes.
Bytes entry_of(const std::string& location) {
  const std::size_t length = (location.size() + 4) / 4 * 4;
  Bytes text(location.begin(), location.end());
  text.resize(length);
  return CellWriter{}.u32(kByLocation).u32(static_cast<std::uint32_t>(length)).bytes(text).take();
}

Bytes digested(const std::vector<std::string>& locations) {
  CellWriter all;
  for (const std::string& location : locations) all.str(location);
  return all.take();
}

void get_indices(CallFrame& frame) {
  const std::uint32_t side = frame.in[0], size = frame.in[3];
  const auto locations = light_locations(frame.core, frame.partition);
  if (side > 1 || !listed(frame, frame.in[1]) || locations.empty()) {
    return frame.answer(kRtasParameterError);
  }
  OpenList list = frame.state().rtas.boot.indices;
  const std::uint32_t kind = frame.in[1] * 2 + side;
  switch (continue_list(list, frame.in[4], kind, digest_of(digested(locations)))) {
    case ListStep::go_on: break;
    case ListStep::changed: return frame.answer(kListChanged);
    case ListStep::wrong_number: return frame.answer(kRtasParameterError);
  }
  CellWriter entries;
  std::size_t at = list.at;
  for (; at < locations.size(); ++at) {
    const Bytes entry = entry_of(locations[at]);
    if (4 + entries.size() + entry.size() > size) break;
    entries.bytes(entry);
  }
  const auto count = static_cast<std::uint32_t>(at - list.at);
  const Bytes bytes = CellWriter{}.u32(count).bytes(entries.take()).take();
  if (count == 0 || !write_buffer(frame, frame.in[2], bytes)) {   // not even one entry fits
    return frame.answer(kRtasParameterError);
  }
  const bool all = at == locations.size();
  frame.out[1] = advance_list(list, at, all);
  frame.state().rtas.boot.indices = list;
  frame.answer(all ? kRtasSuccess : kListMore);
}

// The location code at `address`: length with the NUL, then the text. nullopt: not a light of the
// partition.
std::optional<std::string> named_light(CallFrame& frame, std::uint32_t type,
                                       std::uint64_t address) {
  const auto length = listed(frame, type) ? read_buffer(frame, address, 4) : std::nullopt;
  if (!length) return std::nullopt;
  const auto text = read_text(frame, address + 4, kLongestLocation);
  if (!text || text->size() + 1 != load_be32(length->data())) return std::nullopt;
  const auto locations = light_locations(frame.core, frame.partition);
  const bool known = std::find(locations.begin(), locations.end(), *text) != locations.end();
  return known ? text : std::nullopt;
}

std::map<std::string, std::uint8_t>& lights(CallFrame& frame, std::uint32_t type) {
  PlatformServices& platform = frame.core.state.rtas;
  return type == kFaultLight ? platform.fault : platform.identify;
}

void set_dynamic_indicator(CallFrame& frame) {
  const auto location = named_light(frame, frame.in[0], frame.in[2]);
  if (!location || frame.in[1] > 1) return frame.answer(kRtasParameterError);
  if (frame.in[1] == 0) {
    lights(frame, frame.in[0]).erase(*location);
  } else {
    lights(frame, frame.in[0])[*location] = 1;
  }
}

void get_dynamic_sensor_state(CallFrame& frame) {
  const auto location = named_light(frame, frame.in[0], frame.in[1]);
  if (!location) return frame.answer(kRtasParameterError);
  frame.out[1] = static_cast<std::uint32_t>(lights(frame, frame.in[0]).count(*location));
}

constexpr std::array kIndices{kNormal, kHardware, kParameter, Outcome{"list_changed", kListChanged},
                              LPARSIM_EXTENDED_DELAYS};
constexpr std::array kDynamic{kNormal, kHardware, kBusy, kParameter, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,get-indices", "rtas.ibm,get-indices", 5, 5, 2, 2, true, Subject::input1,
            get_indices, nullptr, kIndices},
    CallRow{"ibm,set-dynamic-indicator", "rtas.ibm,set-dynamic-indicator", 3, 3, 1, 1, true,
            Subject::input0, set_dynamic_indicator, nullptr, kDynamic},
    CallRow{"ibm,get-dynamic-sensor-state", "rtas.ibm,get-dynamic-sensor-state", 2, 2, 2, 2, true,
            Subject::input0, get_dynamic_sensor_state, nullptr, kDynamic},
};

}  // namespace

std::span<const CallRow> index_rows() { return kRows; }

}  // namespace lparsim::firmware
