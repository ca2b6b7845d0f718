// Hooks in /etc/drmgr.d/TYPE (drmgr.md 5): scripts that run before and after a change, or judge it
// beforehand.
#pragma once

#include <string_view>

#include "models/userland/session.hpp"

namespace lparsim::userland {

// [blocks] Runs the hooks of a connector type ("cpu", "pmig") for a phase ("check", "undocheck",
// "pre", "post") in the order of their names. False when one of them failed. A level without hooks
// runs none. A hook is lines of our shell (shell.hpp), with $DRC_TYPE, $DRC_COUNT, $ACTION and
// $PHASE; it fails as its last line does. Every file counts as executable.
bool run_hooks(Session& session, std::string_view type, std::string_view phase,
               std::uint32_t count);

}  // namespace lparsim::userland
