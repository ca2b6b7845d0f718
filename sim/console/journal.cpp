#include "sim/console/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace lparsim::console {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Moment& moment) {
  return {{"time_ns", moment.time_ns}, {"events", moment.events},
          {"hash", fmt::format("{:016x}", moment.hash)}};
}

std::optional<std::uint64_t> hash_from(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  std::uint64_t hash = 0;
  const auto& text = json.get_ref<const std::string&>();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return hash;
}

std::optional<Moment> moment_from(const Json& json) {
  if (!json.is_object() || !json.contains("time_ns") || !json.contains("events") ||
      !json.contains("hash") || !json["time_ns"].is_number_integer() ||
      !json["events"].is_number_unsigned()) {
    return std::nullopt;
  }
  const auto hash = hash_from(json["hash"]);
  if (!hash) return std::nullopt;
  return Moment{json["time_ns"].get<std::int64_t>(), json["events"].get<std::uint64_t>(), *hash};
}

struct Content {
  std::uint64_t boot = 0;
  std::vector<JournalEntry> entries;
  std::size_t whole_bytes = 0;                 // without a last line that was cut off
};

Result<Content> content_of(const std::string& path, const std::string& text) {
  Content content;
  std::size_t number = 0;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    ++number;
    const Json json = Json::parse(text.substr(at, end - at), nullptr, false);
    const auto bad = [&](std::string_view allowed) {
      return bad_input(fmt::format("{}: line {}", path, number),
                       fmt::format("allowed is {}", allowed));
    };
    if (number == 1) {
      const bool ours = json.is_object() && json.contains("kind") && json["kind"] == "console" &&
                        json.contains("version") && json["version"] == 1 && json.contains("boot");
      const auto boot = ours ? hash_from(json["boot"]) : std::nullopt;
      if (!boot) return bad("the first line of a console's state: kind, version, boot");
      content.boot = *boot;
    } else {
      const auto moment = moment_from(json);
      if (!moment || !json.contains("command") || !json["command"].is_string()) {
        return bad("a command with its moment: time_ns, events, hash, command");
      }
      content.entries.push_back({*moment, json["command"].get<std::string>()});
    }
    content.whole_bytes = end + 1;
  }
  return content;
}

}  // namespace

Moment moment_of(models::World& world) {
  return {world.clock().now().time_since_epoch().count(), world.log().total(), world.log().hash()};
}

Result<Journal> Journal::open(const std::string& path, std::uint64_t boot) {
  Journal journal;
  journal.path_ = path;
  if (path.empty()) return journal;
  std::error_code ignored;
  bool begun = false;
  if (std::filesystem::exists(path, ignored)) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
    if (file.bad() || !file.is_open()) return failure(ErrorCode::io, path, "cannot be read");
    auto content = content_of(path, text.str());
    if (!content) return tl::make_unexpected(content.error());
    begun = content->whole_bytes != 0;
    if (begun && content->boot != boot) {
      return bad_input(path, "it is the state of another machine or profile, or was written by "
                             "another version of this program");
    }
    journal.entries_ = std::move(content->entries);
    std::filesystem::resize_file(path, content->whole_bytes, ignored);
  }
  journal.file_.reset(std::fopen(path.c_str(), "ab"));
  if (!journal.file_) return failure(ErrorCode::io, path, std::strerror(errno));
  if (begun) return journal;
  const Json first{{"kind", "console"}, {"version", 1}, {"boot", fmt::format("{:016x}", boot)}};
  if (auto written = journal.write(first.dump()); !written) {
    return tl::make_unexpected(written.error());
  }
  return journal;
}

Result<void> Journal::add(const JournalEntry& entry) {
  if (!file_) return {};
  Json json = to_json(entry.at);
  json["command"] = entry.command;
  return write(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Result<void> Journal::write(const std::string& line) {
  const bool written = std::fputs((line + "\n").c_str(), file_.get()) >= 0 &&
                       std::fflush(file_.get()) == 0 && ::fdatasync(::fileno(file_.get())) == 0;
  if (!written) return failure(ErrorCode::io, path_, std::strerror(errno));
  return {};
}

}  // namespace lparsim::console
