// ibm,get-vpd (LoPAR 7.3.20): vital product data of the machine and of the partition's slots, as
// sections in the format of ibm,vpd: an identifier, keywords with the location (YL) among them,
// an end tag. A location code asks for one section, no text for all.
#include <algorithm>

#include "firmware/rtas/buffers.hpp"
#include "firmware/rtas/lists.hpp"
#include "firmware/rtas/platform_indicators.hpp"
#include "firmware/rtas/vpd.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint8_t kIdentifier = 0x82, kKeywords = 0x84, kEnd = 0x78;

struct Section {
  std::string location;
  Bytes bytes;
};

void tagged(CellWriter& out, std::uint8_t tag, ByteView data) {
  out.u8(tag).u8(static_cast<std::uint8_t>(data.size() & 0xff));        // little-endian length
  out.u8(static_cast<std::uint8_t>(data.size() >> 8)).bytes(data);
}

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Values are cut at what a keyword's length byte holds.
void keyword(CellWriter& out, std::string_view name, std::string_view value) {
  value = value.substr(0, 0xff);
  out.bytes(bytes_of(name)).u8(static_cast<std::uint8_t>(value.size())).bytes(bytes_of(value));
}

Section section(std::string_view what, std::string location,
                std::initializer_list<std::pair<std::string_view, std::string_view>> more) {
  CellWriter keywords, out;
  for (const auto& [name, value] : more) keyword(keywords, name, value);
  keyword(keywords, "YL", location);
  tagged(out, kIdentifier, bytes_of(what));
  tagged(out, kKeywords, keywords.take());
  out.u8(kEnd);
  return {std::move(location), out.take()};
}

std::vector<Section> sections(const Core& core, std::size_t partition) {
  const PlatformConfig& machine = core.platform;
  std::string type = machine.type_model;
  std::replace(type.begin(), type.end(), '-', '.');
  std::vector<Section> all;
  all.push_back(section("SYSTEM", "U" + type + "." + machine.serial,
                        {{"TM", machine.type_model}, {"SE", machine.serial}}));
  for (const std::string& location : light_locations(core, partition)) {
    all.push_back(section("PCI SLOT", location, {}));
  }
  return all;
}

// All sections, or the one of the location; empty: there is none.
Bytes data_for(const Core& core, std::size_t partition, const std::string& location) {
  CellWriter out;
  for (const Section& part : sections(core, partition)) {
    if (location.empty() || part.location == location) out.bytes(part.bytes);
  }
  return out.take();
}

void get_vpd(CallFrame& frame) {
  constexpr std::size_t kLongestLocation = 79;
  const auto location = read_text(frame, frame.in[0], kLongestLocation);
  if (!location || frame.in[2] == 0) return frame.answer(kRtasParameterError);
  const Bytes data = data_for(frame.core, frame.partition, *location);
  if (data.empty()) return frame.answer(kRtasParameterError);
  const auto kind = static_cast<std::uint32_t>(digest_of(bytes_of(*location)));
  OpenList list = frame.state().rtas.boot.vpd;
  switch (continue_list(list, frame.in[3], kind, digest_of(data))) {
    case ListStep::go_on: break;
    case ListStep::changed: return frame.answer(kListChanged);
    case ListStep::wrong_number: return frame.answer(kRtasParameterError);
  }
  const std::size_t piece = std::min<std::size_t>(frame.in[2], data.size() - list.at);
  if (!write_buffer(frame, frame.in[1], ByteView{data}.subspan(list.at, piece))) {
    return frame.answer(kRtasParameterError);
  }
  const bool all = list.at + piece == data.size();
  frame.out[1] = advance_list(list, list.at + piece, all);
  frame.out[2] = static_cast<std::uint32_t>(piece);
  frame.state().rtas.boot.vpd = list;
  frame.answer(all ? kRtasSuccess : kListMore);
}

constexpr std::array kStatuses{kNormal, kHardware, kParameter,
                               Outcome{"list_changed", kListChanged}, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,get-vpd", "rtas.ibm,get-vpd", 4, 4, 3, 3, true, Subject::nothing, get_vpd, nullptr,
            kStatuses},
};

}  // namespace

// Everybody's slots: what a partition could have at most.
std::uint32_t vpd_size(const Core& core) {
  std::size_t size = 0;
  for (const SlotConfig& slot : core.platform.slots) {
    size += section("PCI SLOT", slot.location, {}).bytes.size();
  }
  constexpr std::size_t kSystem = 128;
  return static_cast<std::uint32_t>(size + kSystem);
}

std::span<const CallRow> vpd_rows() { return kRows; }

}  // namespace lparsim::firmware
