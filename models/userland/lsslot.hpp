// lsslot of powerpc-utils 1.3.10 (drmgr.md section 4, last paragraph).
#pragma once

#include <string>
#include <vector>

#include "models/userland/session.hpp"

namespace lparsim::userland {

int lsslot(Process& process, const std::vector<std::string>& argv);

// lsslot_io.cpp: -c slot|pci, phb, port. The exit status, or -1.
int list_slots(Session& session);
int list_host_bridges(Session& session);
int list_ports(Session& session);

}  // namespace lparsim::userland
