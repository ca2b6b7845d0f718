#include "sim/explore/saved_search.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "sim/config/json_reader.hpp"
#include "sim/report/atomic_file.hpp"

namespace lparsim::explore {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kMostRuns = std::numeric_limits<std::int64_t>::max();

Json to_json(const Path& path) {
  Json out = Json::array();
  for (std::uint32_t i = 0; i < path.length; ++i) out.push_back(path.at[i]);
  return out;
}

// [[0, 17], [20, 20]]: first and last of each row of neighbours.
Json to_json(const std::set<std::uint32_t>& units) {
  Json out = Json::array();
  for (const std::uint32_t unit : units) {
    if (!out.empty() && out.back()[1].get<std::uint32_t>() + 1 == unit) {
      out.back()[1] = unit;
    } else {
      out.push_back({unit, unit});
    }
  }
  return out;
}

Path read_path(const config::Node& node, std::uint32_t outcomes, unsigned length) {
  Path path;
  const auto numbers = node.array();
  if (numbers.empty() || numbers.size() > length) {
    node.fail(fmt::format("found a list of {}, allowed is 1 to {}", numbers.size(), length));
    return path;
  }
  for (const auto& number : numbers) {
    const std::int64_t most = path.length == 0 ? std::int64_t{outcomes} - 1 : kMost;
    path = path.then(number.integer<std::uint32_t>(0, most));
  }
  return path;
}

void read_units(const config::Node& node, std::uint32_t outcomes, std::set<std::uint32_t>& units) {
  const std::int64_t last = std::int64_t{outcomes} - 1;
  const auto ends = node.array();
  if (ends.size() != 2) {
    node.fail("allowed is the first and the last number of a row");
    return;
  }
  const auto from = ends[0].integer<std::uint32_t>(0, last);
  const auto to = ends[1].integer<std::uint32_t>(from, last);
  for (std::uint32_t unit = from; unit <= to && unit < outcomes; ++unit) units.insert(unit);
}

Pass read_pass(config::ObjectReader object, std::uint32_t outcomes, unsigned length) {
  Pass pass;
  pass.length = length;
  pass.runs = static_cast<std::uint64_t>(object.integer("runs", 0, kMostRuns));
  for (const auto& row : object.array("done")) read_units(row, outcomes, pass.done);
  for (const auto& path : object.array("found")) {
    pass.found.insert(read_path(path, outcomes, length));
  }
  object.finish();
  return pass;
}

}  // namespace

Result<void> save(const SavedSearch& search, const std::string& path) {
  Json out{{"kind", "search"}, {"version", 1}};
  out["fingerprint"] = fmt::format("{:016x}", search.fingerprint);
  out["outcomes"] = search.outcomes;
  out["shard"] = search.shard;
  out["shards"] = search.shards;
  out["passes"] = Json::array();
  for (const Pass& pass : search.passes) {
    Json found = Json::array();
    for (const Path& it : pass.found) found.push_back(to_json(it));
    out["passes"].push_back({{"runs", pass.runs}, {"done", to_json(pass.done)}, {"found", found}});
  }
  out["crashes"] = Json::array();
  for (const auto& [it, how] : search.crashes) {
    out["crashes"].push_back({{"path", to_json(it)}, {"how", how}});
  }
  return report::write_file_atomically(path, out.dump() + "\n");
}

Result<SavedSearch> load_saved_search(const std::string& path) {
  auto document = config::read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  auto root = document->root();
  config::expect_kind(root, "search", 1);
  SavedSearch search;
  search.fingerprint = root.required("fingerprint").hexadecimal(16);
  search.outcomes = root.integer<std::uint32_t>("outcomes", 0, kMost);
  search.shards = root.integer<std::uint32_t>("shards", 1, kMost);
  search.shard = root.integer<std::uint32_t>("shard", 0, std::int64_t{search.shards} - 1);
  unsigned length = 0;
  for (const auto& pass : root.array("passes")) {
    if (++length > kMostFaults) {
      pass.fail(fmt::format("allowed are {} passes", kMostFaults));
      break;
    }
    search.passes.push_back(read_pass(pass.object(), search.outcomes, length));
  }
  for (const auto& crash : root.array("crashes")) {
    auto object = crash.object();
    auto how = object.string("how");
    const Path at = read_path(object.required("path"), search.outcomes, kMostFaults);
    search.crashes[at] = std::move(how);
    object.finish();
  }
  root.finish();
  if (auto good = document->check(); !good) return tl::make_unexpected(good.error());
  return search;
}

}  // namespace lparsim::explore
