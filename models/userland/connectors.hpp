// What drmgr asks of a connector through RTAS: its state, acquiring and releasing it, and the nodes
// behind it (drmgr.md 2.5 and 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/userland/session.hpp"

namespace lparsim::userland {

// dr-entity-sense; negative: the status that get-sensor-state answered instead.
enum EntityState : int {
  kEmpty = 0, kPresent = 1, kStateUnusable = 2, kExchange = 3, kRecovery = 4,
  kNeedPower = -9000, kPowerOnly = -9001,
};
inline constexpr int kHardwareError = -1;
inline constexpr std::string_view kHardwareErrorText =
    "Hardware error. You must correct this error before\nattempting any further dynamic "
    "reconfiguration operations.\nCheck the system error log for more information.\n";

// [blocks] Each is one RTAS call, its status as it came.
int entity_sense(Session& session, std::uint32_t index);
int set_indicator(Session& session, std::uint32_t indicator, std::uint32_t index,
                  std::uint32_t value);
int set_power(Session& session, std::uint32_t domain, std::uint32_t level);

// [blocks] Makes a logical connector usable and unisolates it; back to unusable, or isolated and
// unusable. 0 or -1, with the texts of the real program. A host bridge that does not let itself be
// isolated is tried again for 20 s.
int acquire_connector(Session& session, std::uint32_t index);
int release_connector(Session& session, std::uint32_t index, bool host_bridge);

struct TreeProperty {
  std::string name;
  Bytes value;
};
struct TreeNode {
  std::string name;
  std::vector<TreeProperty> properties;
  int parent = -1;               // place in the list, before this one; -1: a top node
};

// [blocks] Walks ibm,configure-connector: the nodes behind the connector, parents first. nullopt
// after a failure, which is said, and when firmware has no node.
std::optional<std::vector<TreeNode>> configure_connector(Session& session, std::uint32_t index);

}  // namespace lparsim::userland
