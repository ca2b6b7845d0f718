#include "firmware/pci/error_log.hpp"

#include <array>

#include "firmware/events/sections.hpp"

namespace lparsim::firmware {
namespace {

// Subsystem of EEH logs of IBM machines (EVENTS.md 3); severities and flags of table 10-5.
constexpr std::uint8_t kSubsystem = 0x83, kInformation = 0x00, kPredictive = 0x20,
                       kUnrecoverable = 0x40, kInformationOnly = 0x01;
constexpr std::uint16_t kServiceAction = 0xa800, kReported = 0x2000;

struct Captured {
  std::uint32_t offset, size;
};
// The suggested minimum of 7.3.11.5: identity, command, status, class, subsystem, the PCI Express
// capability, advanced error reporting.
constexpr std::array kRegisters{
    Captured{0x00, 4}, Captured{0x04, 4}, Captured{0x08, 4}, Captured{0x18, 4},
    Captured{0x2c, 4}, Captured{0x70, 4}, Captured{0x74, 4}, Captured{0x78, 4},
    Captured{0x7c, 4}, Captured{0x80, 4}, Captured{0x100, 4}, Captured{0x104, 4},
    Captured{0x108, 4}, Captured{0x10c, 4}, Captured{0x110, 4}, Captured{0x114, 4},
    Captured{0x118, 4},
};

void capture(CellWriter& out, std::uint32_t address, const ConfigSpace& space) {
  out.u32(address);
  for (const Captured& reg : kRegisters) out.u32(read_config(space, reg.offset, reg.size));
}

Bytes host_bridge(const PciErrorFacts& facts) {
  CellWriter out;
  out.u32(facts.host_unit).u32(facts.config_address).u32(reported_state(facts.slot.pe));
  out.u32(facts.slot.recovery_info).u32(static_cast<std::uint32_t>(facts.slot.windows.size()));
  return out.take();
}

Bytes fabric(const PciErrorFacts& facts) {
  constexpr std::uint32_t kBehind = 0x0001'0000;
  CellWriter out;
  if (facts.bridge) capture(out, 0, facts.slot.bridge);
  std::uint32_t address = facts.bridge ? kBehind : 0;
  for (const PciFunctionState& function : facts.slot.functions) {
    capture(out, address, function.config);
    address += 0x100;
  }
  return out.take();
}

}  // namespace

Bytes pci_error_log(const EventLayout& layout, const PciErrorFacts& facts, LogStamp stamp) {
  EventShape shape = shape_of(layout, LogType::platform_error);
  const bool permanent = facts.slot.pe == PeState::unavailable;
  shape.subsystem = kSubsystem;
  shape.uh_severity = !facts.detailed ? kInformation : permanent ? kUnrecoverable : kPredictive;
  shape.uh_subtype = facts.detailed ? shape.uh_subtype : kInformationOnly;
  shape.action_flags = facts.detailed ? kServiceAction : kReported;
  shape.severity = facts.detailed ? LogSeverity::warning : LogSeverity::event;
  ErrorEvent error;
  error.reference_code = "B7006970";
  error.words[0] = facts.config_address;
  error.words[1] = facts.host_unit;
  error.call_outs = {{'H', facts.location}};
  std::vector<Bytes> sections{reference_code_section(shape, error),
                              user_data_section(shape, host_bridge(facts))};
  if (facts.readable) sections.push_back(user_data_section(shape, fabric(facts)));
  if (!facts.driver_data.empty()) {
    sections.push_back(user_data_section(shape, facts.driver_data));
  }
  return whole_log(layout, shape, stamp, sections);
}

}  // namespace lparsim::firmware
