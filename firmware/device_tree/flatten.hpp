// The flattened form (devicetree specification 0.4, version 17) through libfdt: at boot and for
// export only, nothing looks things up in it.
#pragma once

#include "firmware/device_tree/tree.hpp"
#include "sim/base/cells.hpp"
#include "sim/base/result.hpp"

namespace lparsim::firmware {

// Cannot fail for a tree without problems; a name with a NUL or a slash is an assertion.
Bytes flatten(const Node& root);
// Errors: bad_input when the bytes are not a sound flattened tree.
Result<Node> unflatten(ByteView blob);

}  // namespace lparsim::firmware
