// Files of PCI slots and devices: what rpaphp and rpadlpar_io offer (drmgr.md 2.4).
#pragma once

#include <string>

#include "models/userland/session.hpp"
#include "models/userland/slot_list.hpp"

namespace lparsim::userland {

// The module rpadlpar_io is loaded, or is loaded now, for commands that need it. 0, or the status
// with which the program ends.
int load_slot_module(Session& session);
// Say whether the kernel has the files of slots.
bool slot_capable(Session& session);
bool host_bridge_capable(Session& session);

enum AdapterState : int { kAdapterUnknown = -1, kNoAdapter = 0, kConfigured = 1,
                          kNotConfigured = 2 };
AdapterState adapter_state(Session& session, const std::string& slot);   // [blocks]
// [blocks] Configures what is in the slot, or takes it from Linux. Whether the kernel did it is not
// noticed: the write stands in a buffer when its result is looked at.
void configure_adapter(Session& session, const std::string& slot, bool configure);

// [blocks] 0, or -1 when the file cannot be opened. That the kernel refuses is not noticed either,
// but without the defect it is.
int add_slot(Session& session, const std::string& drc_name);
int remove_slot(Session& session, const std::string& drc_name);

void rescan_bus(Session& session);                         // [blocks]
// [blocks] Takes a device from Linux and waits, at most 60 s, until it is gone.
void remove_device(Session& session, const Slot& device);

}  // namespace lparsim::userland
