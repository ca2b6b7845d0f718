// drmgr -p ent_capacity|variable_weight: /proc/ppc64/lparcfg takes absolute values, so the present
// one is read, changed and written (drmgr.md section 4).
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kLparcfg = "/proc/ppc64/lparcfg";

struct Parameter {
  ConnectorType type;
  std::string_view drmgr_name;
  std::string_view key;
};
constexpr std::array<Parameter, 4> kParameters{{
    {ConnectorType::cpu, "variable_weight", "capacity_weight"},
    {ConnectorType::cpu, "ent_capacity", "partition_entitled_capacity"},
    {ConnectorType::mem, "variable_weight", "entitled_memory_weight"},
    {ConnectorType::mem, "ent_capacity", "entitled_memory"},
}};

int cannot_open(Session& session, std::int64_t error) {
  session.say(kError, fmt::format("Could not open \"{}\"\n{}\n", kLparcfg, errno_text(error)));
  return -1;
}

// What the kernel answers is lost: the real program's write happens in fclose().
int write_parameter(Session& session, std::string_view key, std::uint64_t wanted) {
  const auto value = session.has(Switch::entitlement_32_bits)
                         ? static_cast<std::int32_t>(wanted)
                         : static_cast<std::int64_t>(wanted);
  if (!exists(session.files, kLparcfg)) return cannot_open(session, ENOENT);
  session.say(kDebug, fmt::format("Updating sysparm {} to {}...", key, value));
  write_text(session.files, kLparcfg, fmt::format("{}={}\n", key, value));
  session.say(kDebug, "success.\n");
  return 0;
}

}  // namespace

std::optional<unsigned long> lparcfg_value(Session& session, const std::string& key) {
  Bytes value;
  const int status = session.files.read(kLparcfg, value);
  if (status < 0) {
    cannot_open(session, status);
    return std::nullopt;
  }
  std::istringstream lines(std::string(value.begin(), value.end()));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) break;
    return std::strtoul(line.c_str() + equals + 1, nullptr, 0);
  }
  session.say(kError, fmt::format("Error finding {} in {}\n", key, kLparcfg));
  return std::nullopt;
}

int change_entitlement(Session& session) {
  const Request& request = session.request;
  const bool cpu = request.type == ConnectorType::cpu;
  if (!lparcfg_value(session, cpu ? "partition_entitled_capacity" : "entitled_memory")) {
    session.say(kError, fmt::format("{} entitlement capability is not enabled on this platform.\n",
                                    cpu ? "CPU" : "Memory"));
    return -1;
  }
  const Parameter* found = nullptr;
  for (const Parameter& row : kParameters) {
    if (row.type == request.type && row.drmgr_name == request.p_option) found = &row;
  }
  if (found == nullptr) {
    session.say(kError, fmt::format("The entitlement parameter \"{}\" is not recognized\n",
                                    request.p_option));
    return -1;
  }
  const auto present = lparcfg_value(session, std::string(found->key));
  if (!present) {
    session.say(kError, fmt::format("Could not get current system parameter value of {} ({})\n",
                                    found->key, request.p_option));
    return -1;
  }
  if (request.action != Action::remove) {
    return write_parameter(session, found->key, *present + request.count);
  }
  if (request.count > *present) {
    session.say(kError,
                fmt::format("Cannot reduce system parameter value {} by more than is currently "
                            "available.\nCurrent value: {:x}, asking to remove: {:x}\n",
                            request.p_option, *present, request.count));
    return 1;
  }
  return write_parameter(session, found->key, *present - request.count);
}

}  // namespace lparsim::userland
