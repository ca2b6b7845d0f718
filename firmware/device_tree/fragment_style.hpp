// What is particular about the fragments that QEMU hands out by ibm,configure-connector (recorded
// sessions): it makes each in a small flattened tree, in which what was added last comes first.
#pragma once

#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {

// Properties in QEMU's order, the last one first; nodes of CPUs and host bridges say their name. An
// LMB's address is made from its whole DRC index.
void style_as_qemu(Node& fragment, DrcIndex drc);

}  // namespace lparsim::firmware
