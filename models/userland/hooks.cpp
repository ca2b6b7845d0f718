#include "models/userland/hooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>
#include <utility>

#include "models/userland/files.hpp"
#include "models/userland/shell.hpp"

namespace lparsim::userland {
namespace {

using Variables = std::array<std::pair<std::string_view, std::string>, 4>;

std::string_view action_name(Action action) {
  switch (action) {
    case Action::add: return "add";
    case Action::remove: return "remove";
    case Action::migrate: return "migrate";
    default: return "none";
  }
}

std::string with_values(std::string line, const Variables& variables) {
  for (const auto& [name, value] : variables) {
    for (std::size_t at = 0; (at = line.find(name, at)) != std::string::npos;) {
      line.replace(at, name.size(), value);
      at += value.size();
    }
  }
  return line;
}

int run_script(Session& session, const std::string& script, const Variables& variables) {
  int status = 0;
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    status = run_shell(session.process, with_values(line, variables));
  }
  return status;
}

}  // namespace

bool run_hooks(Session& session, std::string_view type, std::string_view phase,
               std::uint32_t count) {
  if (!session.has(Switch::hooks)) return true;
  const std::string folder = fmt::format("/etc/drmgr.d/{}", type);
  std::vector<DirectoryEntry> entries;
  if (session.files.list(folder, entries) < 0) return true;
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return ::strverscmp(a.name.c_str(), b.name.c_str()) < 0;
  });
  const Variables variables{{{"$DRC_TYPE", std::string(type)},
                             {"$DRC_COUNT", std::to_string(count)},
                             {"$ACTION", std::string(action_name(session.request.action))},
                             {"$PHASE", std::string(phase)}}};
  bool all = true;
  for (const DirectoryEntry& entry : entries) {
    const std::string path = folder + "/" + entry.name;
    const auto script = read_text(session.files, path);
    if (entry.type == FileType::directory || !script) continue;
    session.say(kDebug, fmt::format("Running hook '{}' for phase {} (PID={})\n", path, phase,
                                    session.process.pid() + 1));
    const int status = run_script(session, *script, variables);
    session.say(kInfo, fmt::format("hook '{}' exited with status {}\n", path, status));
    all = all && status == 0;
  }
  return all;
}

}  // namespace lparsim::userland
