// The HMC's requests, with neutral texts of our own.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "models/generic_os/generic_os.hpp"
#include "models/generic_os/os.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::generic_os {
namespace {

enum class Kind { none, processor, memory, capacity, weight };
struct Request {
  Kind kind = Kind::none;
  std::optional<bool> add;
  std::uint64_t count = 1;
  std::uint64_t minutes = 0;      // 0: no limit
};

constexpr std::uint64_t kMinute = 60'000'000'000;

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::processor: return "processors";
    case Kind::memory: return "memory blocks";
    case Kind::capacity: return "hundredths of a processor";
    case Kind::weight: return "units of weight";
    case Kind::none: break;
  }
  return "";
}

bool number(const std::string& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool take_value(char letter, const std::string& value, Request& request) {
  std::uint64_t level = 0;
  switch (letter) {
    case 'c':
      if (request.kind == Kind::none || value == "mem") {
        request.kind = value == "mem" ? Kind::memory : Kind::processor;
      }
      return value == "cpu" || value == "mem";
    case 'p':
      request.kind = value == "ent_capacity" ? Kind::capacity : Kind::weight;
      return value == "ent_capacity" || value == "variable_weight";
    case 'q': return number(value, request.count);
    case 'w': return number(value, request.minutes);
    case 'd': return number(value, level);
    default: return false;
  }
}

std::optional<Request> parse(const std::vector<std::string>& argv, std::string& err) {
  Request request;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (argv[i] == "-a" || argv[i] == "-r") {
      request.add = argv[i] == "-a";
      continue;
    }
    const bool option = argv[i].size() == 2 && argv[i][0] == '-' && i + 1 < argv.size();
    if (!option || !take_value(argv[i][1], argv[i + 1], request)) {
      err += fmt::format("dynamic reconfiguration: \"{}\" is not understood\n", argv[i]);
      return std::nullopt;
    }
    ++i;
  }
  if (request.kind != Kind::none && request.add) return request;
  err += "dynamic reconfiguration: the resource or the direction is missing\n";
  return std::nullopt;
}

// Entitlement and weight as the hypervisor has them (H_GET_PPP, HCALLS.md).
struct Shares {
  std::uint64_t capacity = 0, weight = 0;
};

std::int64_t get_shares(GenericOs& os, std::uint32_t server, Shares& shares) {
  constexpr std::uint64_t kGetPpp = 0xec;
  std::uint64_t registers[9] = {};
  const std::int64_t status = os.host.hcall(server, kGetPpp, registers);
  shares.capacity = registers[0];
  shares.weight = (registers[3] >> 40) & 0xff;
  return status;
}

// What was reached is read back: the hypervisor may take less than it was asked for.
std::uint64_t change_shares(GenericOs& os, const Request& request, std::string& why) {
  constexpr std::uint64_t kSetPpp = 0xf0;
  const auto cpus = os.view().cpus;
  const std::uint32_t server = cpus.empty() ? 0 : cpus.front().server;
  Shares before;
  std::int64_t status = get_shares(os, server, before);
  if (status != 0) {
    why = fmt::format("the present shares are not known (status {})", status);
    return 0;
  }
  Shares wanted = before;
  std::uint64_t& value = request.kind == Kind::capacity ? wanted.capacity : wanted.weight;
  if (!*request.add && request.count > value) {
    why = fmt::format("only {} are there", value);
    return 0;
  }
  value = *request.add ? value + request.count : value - request.count;
  std::uint64_t registers[9] = {wanted.capacity, wanted.weight};
  status = os.host.hcall(server, kSetPpp, registers);
  if (status != 0) why = fmt::format("the hypervisor answered with status {}", status);
  Shares after;
  if (get_shares(os, server, after) != 0) return 0;
  const std::uint64_t from =
      request.kind == Kind::capacity ? before.capacity : before.weight;
  const std::uint64_t to = request.kind == Kind::capacity ? after.capacity : after.weight;
  return *request.add ? (to > from ? to - from : 0) : (from > to ? from - to : 0);
}

bool change_one(GenericOs& os, const Request& request, std::string& why) {
  if (request.kind == Kind::processor) {
    return *request.add ? os.add_processor(why) : os.remove_processor(why);
  }
  return *request.add ? os.add_memory(why) : os.remove_memory(why);
}

std::uint64_t change_many(GenericOs& os, const Request& request, std::string& why) {
  const std::uint64_t start = os.host.now_ns();
  std::uint64_t done = 0;
  while (done < request.count) {
    if (request.minutes != 0 && os.host.now_ns() - start >= request.minutes * kMinute) {
      why = fmt::format("the limit of {} minutes is over", request.minutes);
      break;
    }
    if (!change_one(os, request, why)) break;
    ++done;
  }
  return done;
}

}  // namespace

int dlpar(kernel::GuestKernel& kernel, const std::vector<std::string>& argv, std::string& out,
          std::string& err) {
  auto* os = dynamic_cast<GenericOs*>(&kernel);
  LPARSIM_ASSERT(os != nullptr);
  if (argv.empty() || argv.front() != "drmgr") {
    err += fmt::format("{}: not found\n", argv.empty() ? "" : argv.front());
    return 127;
  }
  const std::optional<Request> request = parse(argv, err);
  if (!request) return 2;
  const CommandLock lock(os->host);
  const bool shares = request->kind == Kind::capacity || request->kind == Kind::weight;
  std::string why;
  const std::uint64_t done =
      shares ? change_shares(*os, *request, why) : change_many(*os, *request, why);
  out += fmt::format("DR_TOTAL_RESOURCES={}\n", done);
  if (done == request->count) return 0;
  err += fmt::format("dynamic reconfiguration: {} of {} {} {}: {}\n", done, request->count,
                     to_string(request->kind), *request->add ? "added" : "removed", why);
  return 1;
}

}  // namespace lparsim::generic_os
