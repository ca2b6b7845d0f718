#include "sim/console/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/config/json_reader.hpp"

namespace lparsim::console {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Moment& moment) {
  return {{"time_ns", moment.time_ns}, {"events", moment.events},
          {"hash", fmt::format("{:016x}", moment.hash)}};
}

Moment read_moment(config::ObjectReader& object) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  Moment moment;
  moment.time_ns = object.integer("time_ns", 0, kMost);
  moment.events = object.integer<std::uint64_t>("events", 0, kMost);
  moment.hash = object.required("hash").hexadecimal(16);
  return moment;
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
    auto line = config::parse_json(std::string_view(text).substr(at, end - at),
                                   fmt::format("{}: line {}", path, number));
    if (!line) return tl::make_unexpected(line.error());
    auto root = line->root();
    if (number == 1) {
      config::expect_kind(root, "console", 1);
      content.boot = root.required("boot").hexadecimal(16);
    } else {
      const Moment at_moment = read_moment(root);
      content.entries.push_back({at_moment, root.string("command")});
    }
    root.finish();
    if (auto good = line->check(); !good) return tl::make_unexpected(good.error());
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
