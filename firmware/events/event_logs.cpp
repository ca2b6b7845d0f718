#include "firmware/events/event_logs.hpp"

#include "firmware/events/sections.hpp"

namespace lparsim::firmware {
namespace {

struct TypeRow {                     // in the order of PlatformEvent
  LogType type;
  std::uint32_t class_bit;
};
constexpr std::array kTypes{
    TypeRow{LogType::hot_plug, kHotPlug},
    TypeRow{LogType::epow, kEnvironmentalAndPower},
    TypeRow{LogType::deallocation, kInternalErrors},
    TypeRow{LogType::io, kIoEvents},
    TypeRow{LogType::platform_error, kInternalErrors},
    TypeRow{LogType::information, kInternalErrors},
    TypeRow{LogType::dump, kInternalErrors},
    TypeRow{LogType::prrn, kHotPlug},
};
static_assert(kTypes.size() == std::variant_size_v<PlatformEvent>);

// UH subtypes of EPOW logs beside the usual one of the maker.
std::uint8_t epow_subtype(const EventShape& shape, const EpowEvent& event) {
  constexpr std::uint8_t kBackToNormal = 0x30, kNormalShutdown = 0xd0;
  if (event.code == 0) return kBackToNormal;
  const bool asked = event.code == 3 && event.modifier == 1 && event.partition_only;
  return asked ? kNormalShutdown : shape.uh_subtype;
}

struct Writer {
  const EventLayout& layout;
  EventShape shape;
  LogStamp stamp;

  Bytes with(std::vector<Bytes> sections) const {
    return whole_log(layout, shape, stamp, sections);
  }
  Bytes operator()(const HotPlugEvent& e) { return with({hot_plug_section(layout, shape, e)}); }
  Bytes operator()(const EpowEvent& e) {
    shape.uh_subtype = epow_subtype(shape, e);
    return with({epow_section(shape, e)});
  }
  Bytes operator()(const DeallocationEvent& e) {
    return with({logical_resource_section(shape, e)});
  }
  Bytes operator()(const IoEvent& e) { return with({io_event_section(shape, e)}); }
  Bytes operator()(const ErrorEvent& e) {
    shape.severity = e.severity;
    shape.subsystem = e.subsystem;
    shape.uh_severity = e.uh_severity;
    shape.action_flags = e.action_flags;
    std::vector<Bytes> sections{reference_code_section(shape, e)};
    if (!e.enclosure_type.empty()) sections.push_back(enclosure_section(shape, e));
    if (!e.impacted.empty()) sections.push_back(partitions_section(shape, e.impacted));
    return with(std::move(sections));
  }
  Bytes operator()(const InformationEvent& e) {
    ErrorEvent code;
    code.reference_code = e.reference_code;
    std::vector<Bytes> sections{reference_code_section(shape, code)};
    if (!e.user_data.empty()) sections.push_back(user_data_section(shape, e.user_data));
    return with(std::move(sections));
  }
  Bytes operator()(const DumpEvent& e) { return with({dump_section(shape, e)}); }
  // 15.6: eight bytes; the second word is what ibm,update-nodes takes, negated.
  Bytes operator()(const PrrnEvent& e) {
    return CellWriter{}.u32(word0(layout, shape, false)).u32(e.scope).take();
  }
};

}  // namespace

LogType type_of(const PlatformEvent& event) { return kTypes.at(event.index()).type; }

std::uint32_t class_of(LogType type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == type) return row.class_bit;
  }
  return 0;
}

LogSeverity severity_of(const EventLayout& layout, const PlatformEvent& event) {
  if (const auto* error = std::get_if<ErrorEvent>(&event)) return error->severity;
  return shape_of(layout, type_of(event)).severity;
}

Bytes log_of(const EventLayout& layout, const PlatformEvent& event, LogStamp stamp) {
  return std::visit(Writer{layout, shape_of(layout, type_of(event)), stamp}, event);
}

}  // namespace lparsim::firmware
