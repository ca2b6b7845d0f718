#include "firmware/events/sections.hpp"

#include <algorithm>
#include <utility>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kHotPlugIdentifierAt = 12;
constexpr std::size_t kUnionHotPlug = 20;        // a fixed union, whatever the identifier is
constexpr std::uint8_t kHasToken = 0x80, kNonTransactional = 0x40;
constexpr std::size_t kMostUserData = 1024;      // a log stays below rtas-error-log-max

constexpr std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

Bytes identifier_of(const HotPlugEvent& event) {
  CellWriter out;
  switch (event.identifier) {
    case HotPlugIdentifier::name: out.str(event.name); break;
    case HotPlugIdentifier::index: out.u32(event.index.value); break;
    case HotPlugIdentifier::count: out.u32(event.count); break;
    case HotPlugIdentifier::count_indexed: out.u32(event.count).u32(event.index.value); break;
  }
  return out.take();
}

void put_bytes(Bytes& section, std::size_t offset, ByteView bytes) {
  LPARSIM_ASSERT(offset + bytes.size() <= section.size());
  std::copy(bytes.begin(), bytes.end(), section.begin() + static_cast<std::ptrdiff_t>(offset));
}

// Sub-section 0xC0 of PS: header (id, flags, length in words), then a call-out after another.
Bytes call_outs(const std::vector<CallOut>& list) {
  constexpr std::size_t kMostCallOuts = 10, kLongestLocation = 80;
  CellWriter out;
  out.u8(0xc0).u8(0).u16(0);
  for (std::size_t i = 0; i < std::min(list.size(), kMostCallOuts); ++i) {
    const std::string location = list[i].location.substr(0, kLongestLocation);
    const std::size_t room = padded(location.size());
    out.u8(static_cast<std::uint8_t>(4 + room)).u8(0);
    out.u8(static_cast<std::uint8_t>(list[i].priority)).u8(static_cast<std::uint8_t>(room));
    Bytes text(room, 0);
    put_text(text, 0, room, location);
    out.bytes(text);
  }
  Bytes bytes = out.take();
  store_be16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() / 4));
  return bytes;
}

}  // namespace

Bytes hot_plug_section(const EventLayout& layout, const EventShape& shape, const HotPlugEvent& e) {
  Bytes identifier = identifier_of(e);
  // A name that needs more than the union keeps its bytes: a cut name would name something else.
  if (layout.fixed_identifier && identifier.size() < kUnionHotPlug - kHotPlugIdentifierAt) {
    identifier.resize(kUnionHotPlug - kHotPlugIdentifierAt);
  }
  const bool token = e.token != 0;
  const std::size_t length = kHotPlugIdentifierAt + identifier.size() + (token ? 4 : 0);
  const unsigned capability = (token ? kHasToken : 0U) | (e.non_transactional ? kNonTransactional
                                                                              : 0U);
  Bytes section = log_section({{'H', 'P'}, length, shape.section_version, 0, shape.component},
                              {{0x08, 1, static_cast<std::uint8_t>(e.resource)},
                               {0x09, 1, static_cast<std::uint8_t>(e.action)},
                               {0x0a, 1, static_cast<std::uint8_t>(e.identifier)},
                               {0x0b, 1, capability}});
  put_bytes(section, kHotPlugIdentifierAt, identifier);
  if (token) store_be32(section.data() + length - 4, e.token);
  return section;
}

Bytes epow_section(const EventShape& shape, const EpowEvent& event) {
  const bool extended = shape.section_version >= 2 && event.code == 3 && event.partition_only;
  return log_section({{'E', 'P'}, 20, shape.section_version, 0, shape.component},
                     {{0x08, 1, event.code & 0x0fU},
                      {0x09, 1, event.modifier & 0x0fU},
                      {0x0a, 1, extended ? 1U : 0U},
                      {0x0c, 8, event.reason}});
}

Bytes logical_resource_section(const EventShape& shape, const DeallocationEvent& event) {
  const bool page = event.resource == LostResource::page;
  const bool shared = event.resource == LostResource::shared;
  const auto capacity = static_cast<std::uint16_t>(event.capacity.hundredths);
  return log_section({{'L', 'R'}, 20, shape.section_version, 0, shape.component},
                     {{0x08, 1, static_cast<std::uint8_t>(event.resource)},
                      {0x0a, 2, shared ? capacity : 0U},
                      {0x0c, 4, page ? event.address >> 32 : event.id},
                      {0x10, 4, page ? event.address & 0xffffffffU : 0U}});
}

Bytes io_event_section(const EventShape& shape, const IoEvent& event) {
  constexpr std::size_t kDataAt = 0x10, kMostData = 0xff;
  constexpr std::uint8_t kRpc = 4;
  const ByteView data = ByteView(event.data).first(std::min(event.data.size(), kMostData));
  Bytes section = log_section({{'I', 'E'}, kDataAt + padded(data.size()), shape.section_version, 0,
                               shape.component},
                              {{0x08, 1, event.type},
                               {0x09, 1, event.type == kRpc ? data.size() : 0},
                               {0x0a, 1, event.scope},
                               {0x0b, 1, event.subtype},
                               {0x0c, 4, event.drc.value}});
  put_bytes(section, kDataAt, data);
  return section;
}

Bytes dump_section(const EventShape& shape, const DumpEvent& event) {
  constexpr std::size_t kNameAt = 0x18, kNameRoom = 40;
  constexpr unsigned kToHmc = 0x80, kSizeValid = 0x20;
  const std::size_t name = std::min(event.name.size(), kNameRoom);
  Bytes section = log_section({{'D', 'H'}, 64, shape.section_version, event.kind, shape.component},
                              {{0x08, 4, event.id},
                               {0x0c, 1, kSizeValid | (event.to_hmc ? kToHmc : 0U)},
                               {0x0f, 1, name},
                               {0x10, 8, event.size}});
  put_text(section, kNameAt, kNameRoom, event.name);
  return section;
}

Bytes reference_code_section(const EventShape& shape, const ErrorEvent& event) {
  constexpr std::size_t kWordsAt = 0x10, kTextAt = 0x30, kTextRoom = 32, kBase = 80;
  constexpr unsigned kPsVersion = 2, kHasCallOuts = 1, kWordCount = 9;
  const Bytes parts = event.call_outs.empty() ? Bytes{} : call_outs(event.call_outs);
  const std::size_t length = kBase + parts.size();
  Bytes section = log_section({{'P', 'S'}, length, 1, 1, shape.component},
                              {{0x08, 1, kPsVersion},
                               {0x09, 1, parts.empty() ? 0U : kHasCallOuts},
                               {0x0b, 1, kWordCount},
                               {0x0e, 2, length - 8}});
  for (std::size_t i = 0; i < event.words.size(); ++i) {
    store_be32(section.data() + kWordsAt + 4 * i, event.words[i]);
  }
  put_text(section, kTextAt, kTextRoom, std::string(kTextRoom, ' '));
  put_text(section, kTextAt, kTextRoom, event.reference_code);
  put_bytes(section, kBase, parts);
  return section;
}

Bytes enclosure_section(const EventShape& shape, const ErrorEvent& event) {
  Bytes section = log_section({{'M', 'T'}, 28, 1, 0, shape.component}, {});
  put_text(section, 0x08, 8, event.enclosure_type);
  put_text(section, 0x10, 12, event.enclosure_serial);
  return section;
}

// The name of the first partition is left empty: four NULs.
Bytes partitions_section(const EventShape& shape, std::span<const PartitionId> impacted) {
  constexpr std::size_t kNameRoom = 4, kTargetsAt = 0x10 + kNameRoom, kMost = 0xff;
  const std::size_t count = std::min(impacted.size(), kMost);
  const std::uint64_t primary = count == 0 ? 0 : impacted.front().value;
  Bytes section = log_section({{'L', 'P'}, kTargetsAt + padded(2 * count), 1, 0, shape.component},
                              {{0x08, 2, primary}, {0x0a, 1, kNameRoom}, {0x0b, 1, count}});
  for (std::size_t i = 0; i < count; ++i) {
    store_be16(section.data() + kTargetsAt + 2 * i, impacted[i].value);
  }
  return section;
}

Bytes user_data_section(const EventShape& shape, ByteView data) {
  const ByteView kept = data.first(std::min(data.size(), kMostUserData));
  Bytes section = log_section({{'U', 'D'}, 8 + padded(kept.size()), 1, 0, shape.component}, {});
  put_bytes(section, 8, kept);
  return section;
}

}  // namespace lparsim::firmware
