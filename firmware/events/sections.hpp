// The sections that carry what a log is about (LoPAR 10.3.2.2; EVENTS.md 3, 4, 6). One function a
// section; each returns the whole section with its header.
#pragma once

#include <span>

#include "firmware/events/log_writer.hpp"

namespace lparsim::firmware {

Bytes hot_plug_section(const EventLayout& layout, const EventShape& shape, const HotPlugEvent& e);
Bytes epow_section(const EventShape& shape, const EpowEvent& event);                      // EP
Bytes logical_resource_section(const EventShape& shape, const DeallocationEvent& event);  // LR
Bytes io_event_section(const EventShape& shape, const IoEvent& event);                    // IE
Bytes dump_section(const EventShape& shape, const DumpEvent& event);                      // DH
// PS with the parts to replace; at most 10 of them, locations cut to 80 bytes.
Bytes reference_code_section(const EventShape& shape, const ErrorEvent& event);
Bytes enclosure_section(const EventShape& shape, const ErrorEvent& event);                // MT
Bytes partitions_section(const EventShape& shape, std::span<const PartitionId> impacted); // LP
Bytes user_data_section(const EventShape& shape, ByteView data);                          // UD

}  // namespace lparsim::firmware
