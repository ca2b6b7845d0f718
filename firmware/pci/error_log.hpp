// The log that ibm,slot-error-detail returns (LoPAR 7.3.11.5): what failed and where, registers of
// the host bridge and of the configuration spaces in the PE, and last what the driver gave.
#pragma once

#include <string>

#include "firmware/events/log_writer.hpp"
#include "firmware/pci/pci_state.hpp"
#include "sim/base/cells.hpp"

namespace lparsim::firmware {

struct PciErrorFacts {
  const PciSlotState& slot;
  bool bridge = false;             // the adapter has one
  bool detailed = false;           // else information only: it was told before
  bool readable = false;           // configuration space can be read
  std::string location;            // of the part to replace
  std::uint32_t config_address = 0, host_unit = 0;   // host_unit: low cell of the PHB's unit id
  ByteView driver_data;
};
Bytes pci_error_log(const EventLayout& layout, const PciErrorFacts& facts, LogStamp stamp);

}  // namespace lparsim::firmware
