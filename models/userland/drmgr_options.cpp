#include <fmt/format.h>

#include <cstdlib>

#include "models/userland/drmgr.hpp"
#include "models/userland/getopt.hpp"

namespace lparsim::userland {
namespace {

// Options without a value that only choose the action; nullptr otherwise.
Action action_of(char letter) {
  switch (letter) {
    case 'a': return Action::add;
    case 'r': return Action::remove;
    case 'R': return Action::replace;
    case 'i': return Action::identify;
    case 'Q': return Action::query;
    case 'm': return Action::migrate;
    default: return Action::none;
  }
}

void apply(const Option& option, Session& session) {
  Request& request = session.request;
  const char* value = option.value.c_str();
  switch (option.letter) {
    case 'c':
      request.type = connector_type(option.value, session.has(Switch::type_by_prefix));
      break;
    case 'C': request.capabilities = true; break;
    case 'd': session.shown = std::atoi(value); break;
    case 'H': request.hot_plug_only = true; break;
    case 'I': request.identify = false; break;
    case 'n': request.prompt = false; break;
    case 'p': request.p_option = option.value; break;
    case 'P': request.prrn_file = option.value; break;
    case 'q': request.count = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 0)); break;
    case 's': request.drc_name = option.value; break;
    case 't': request.accelerator = option.value; break;
    case 'V': request.without_rpaphp = true; break;
    case 'w': request.timeout_s = std::strtol(value, nullptr, 10) * 60; break;
    default: break;
  }
}

}  // namespace

void parse_drmgr_options(const std::vector<std::string>& argv, Session& session) {
  OptionReader reader(argv, "ac:d:Iimnp:P:Qq:Rrs:w:t:hCVH", "capabilities=C,help=h");
  bool any = false;
  while (const std::optional<Option> option = reader.next()) {
    any = true;
    if (option->letter == '?') {
      session.say(kError, fmt::format("Invalid option specified '{}'\n", option->unknown));
      return;
    }
    if (option->letter == 'h') {
      session.request.usage = true;
      return;
    }
    // Of several actions the last one counts: -a -r removes.
    const Action action = action_of(option->letter);
    if (action != Action::none) session.request.action = action;
    apply(*option, session);
  }
  if (!any) session.request.usage = true;
}

}  // namespace lparsim::userland
