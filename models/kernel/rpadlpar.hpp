// rpadlpar_io: /sys/bus/pci/slots/control/{add_slot,remove_slot} (kernel.md 7). User space has done
// the DRC and device-tree work; this tells the PCI and vio buses.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] modprobe: a driver (pci_driver), "rpaphp", or "rpadlpar_io", which takes rpaphp along.
// 0, -ENOENT for another name, -EPERM in a partition without ibm,configure-connector.
int load_module(Kernel& kernel, std::string_view name);

// [blocks] One write of a connector's name: the byte count, 0 (a name that is too long) or a
// negative errno.
std::int64_t write_add_slot(Kernel& kernel, std::uint64_t, std::string_view data);
std::int64_t write_remove_slot(Kernel& kernel, std::uint64_t, std::string_view data);

}  // namespace lparsim::kernel
