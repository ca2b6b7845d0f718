#include "models/kernel/file_paths.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace lparsim::kernel {
namespace {

// One segment of the rows' paths, and what the rows have below it.
struct Place {
  std::string_view text;               // without the wildcard
  const FileWildcard* wildcard = nullptr;
  const FileRule* rule = nullptr;      // nullptr: a directory
  bool always = false;                 // a row without a condition is here or below
  std::vector<std::uint32_t> below;    // in the order of the rows
};

struct PlaceTree {
  std::vector<Place> places;

  PlaceTree() : places(1) {
    for (const FileRule& rule : file_rules()) add(rule);
  }

  void add(const FileRule& rule) {
    std::uint32_t at = 0;
    places[at].always |= rule.exists == nullptr;
    for (std::string_view left = rule.path; !left.empty();) {
      at = child(at, take_segment(left));
      places[at].always |= rule.exists == nullptr;
    }
    places[at].rule = &rule;
  }

  std::uint32_t child(std::uint32_t at, std::string_view pattern) {
    Place wanted{pattern, nullptr, nullptr, false, {}};
    for (const FileWildcard& wildcard : file_wildcards()) {
      if (!pattern.ends_with(wildcard.name)) continue;
      wanted.wildcard = &wildcard;
      wanted.text.remove_suffix(wildcard.name.size());
    }
    for (const std::uint32_t below : places[at].below) {
      const Place& place = places[below];
      if (place.text == wanted.text && place.wildcard == wanted.wildcard) return below;
    }
    const auto made = static_cast<std::uint32_t>(places.size());
    places.push_back(std::move(wanted));
    places[at].below.push_back(made);
    return made;
  }
};

const PlaceTree& tree() {
  static const PlaceTree kTree;        // a constant: the same for all kernels
  return kTree;
}

bool belongs(const Kernel& kernel, const FileWildcard& wildcard, std::uint64_t number,
             std::uint64_t above) {
  return wildcard.below == nullptr || wildcard.below(kernel, number, above);
}

bool matches_name(const Kernel& kernel, const FileWildcard& wildcard, std::string_view name,
                  std::uint64_t& number) {
  for (const std::uint64_t n : wildcard.numbers(kernel)) {
    if (wildcard.name_of(kernel, n) != name || !belongs(kernel, wildcard, n, number)) continue;
    number = n;
    return true;
  }
  return false;
}

// `number` is that of the wildcard above, and becomes that of this one.
bool matches(const Kernel& kernel, const Place& place, std::string_view segment,
             std::uint64_t& number) {
  if (place.wildcard == nullptr) return place.text == segment;
  if (!segment.starts_with(place.text)) return false;
  const std::string_view digits = segment.substr(place.text.size());
  if (place.wildcard->name_of != nullptr) {
    return matches_name(kernel, *place.wildcard, digits, number);
  }
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value);
  const bool plain = digits.size() == 1 || !digits.starts_with('0');
  if (result.ec != std::errc() || result.ptr != end || !plain) return false;
  if (!place.wildcard->contains(kernel, value)) return false;
  if (!belongs(kernel, *place.wildcard, value, number)) return false;
  number = value;
  return true;
}

// A directory is there when any of its files is.
bool exists(const Kernel& kernel, const Place& place) {
  if (place.always) return true;
  if (place.rule != nullptr) return place.rule->exists(kernel);
  return std::any_of(place.below.begin(), place.below.end(), [&](std::uint32_t below) {
    return exists(kernel, tree().places[below]);
  });
}

}  // namespace

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

FoundFile find_file(const Kernel& kernel, std::string_view path) {
  FoundFile found;
  if (!path.empty() && path.front() != '/') return found;
  const auto& places = tree().places;
  while (!path.empty()) {
    const Place& at = places[found.place];
    if (at.rule != nullptr) {
      found.below_file = true;
      if (at.rule->type == FileType::link) found.link = at.rule;
      found.rest = path;
      return found;
    }
    const std::string_view segment = take_segment(path);
    const auto next = std::find_if(at.below.begin(), at.below.end(), [&](std::uint32_t below) {
      return matches(kernel, places[below], segment, found.number);
    });
    if (next == at.below.end() || !exists(kernel, places[*next])) return found;
    found.place = *next;
  }
  found.rule = places[found.place].rule;
  found.directory = found.rule == nullptr || found.rule->type == FileType::directory;
  return found;
}

std::vector<DirectoryEntry> list_directory(const Kernel& kernel, const FoundFile& directory) {
  std::vector<DirectoryEntry> entries;
  for (const std::uint32_t below : tree().places[directory.place].below) {
    const Place& place = tree().places[below];
    if (!exists(kernel, place)) continue;
    const FileType type = place.rule != nullptr ? place.rule->type : FileType::directory;
    if (place.wildcard == nullptr) {
      entries.push_back({std::string(place.text), type});
      continue;
    }
    const auto numbers = place.wildcard->numbers(kernel);
    entries.reserve(entries.size() + numbers.size());
    for (const std::uint64_t n : numbers) {
      if (!belongs(kernel, *place.wildcard, n, directory.number)) continue;
      std::string name(place.text);
      if (place.wildcard->name_of != nullptr) {
        name += place.wildcard->name_of(kernel, n);
      } else {
        name += std::to_string(n);
      }
      entries.push_back({std::move(name), type});
    }
  }
  return entries;
}

}  // namespace lparsim::kernel
