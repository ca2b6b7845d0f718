// drmgr -P FILE: what rtas_errd has it do after resource reassignment (drmgr.md 4).
#include <fmt/format.h>

#include <sstream>

#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr long kTimeoutSeconds = 30;

void set_action(Session& session, Action action, const std::string& index) {
  Request& request = session.request;
  request.action = action;
  request.drc_name = "0x" + index;
  request.drc_index = 0;
  if (!session.has(Switch::prrn_name_not_index)) take_index(request);
}

// Out, and in again when that went.
void replace(Session& session, int (*change)(Session&), const std::string& index) {
  set_action(session, Action::remove, index);
  if (change(session) != 0) return;
  set_action(session, Action::add, index);
  change(session);
}

}  // namespace

int handle_reassignment(Session& session) {
  Request& request = session.request;
  const auto text = read_text(session.files, request.prrn_file);
  if (!text) {
    session.say(kError, fmt::format("Failed to open the file {}\n", request.prrn_file));
    return -1;
  }
  session.shown = kDebug;
  std::istringstream lines(*text);
  for (std::string type, index; lines >> type >> index;) {
    request.type = connector_type(type, session.has(Switch::type_by_prefix));
    request.timeout_s = kTimeoutSeconds;
    request.count = 1;
    session.start_timeout();
    if (request.type == ConnectorType::mem) {
      replace(session, change_memory, index);
    } else if (request.type == ConnectorType::cpu) {
      replace(session, change_cpus, index);
    } else {
      session.say(kError, fmt::format("Device type \"{}\" not recognized.\n", type));
    }
  }
  return 0;
}

}  // namespace lparsim::userland
