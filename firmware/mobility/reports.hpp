// The work areas of ibm,update-nodes and ibm,update-properties (LoPAR 7.3.24, 7.3.25): 4 KiB on a
// page, the first 16 bytes come back from call to call.
#pragma once

#include "firmware/mobility/mobility_state.hpp"

namespace lparsim::firmware {

struct CallFrame;

void update_nodes(CallFrame& frame);
void update_properties(CallFrame& frame);

// The report that a scope's number stands for now; nullptr: none.
const TreeChanges* find_report(const MobilityState& mobility, std::int32_t scope);
// A node that ibm,update-nodes announced; nullptr: no such DRC index.
const Node* find_added(const MobilityState& mobility, DrcIndex drc);
// Open sequences of a report that is replaced are over: their next call answers -3.
void forget_open(MobilityState& mobility, std::int32_t scope);

}  // namespace lparsim::firmware
