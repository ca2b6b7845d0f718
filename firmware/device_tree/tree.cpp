#include "firmware/device_tree/tree.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>

namespace lparsim::firmware {

namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace

std::string_view interned(std::string_view name) {
  // Not state: a tree is the same without it.
  static std::unordered_set<std::string, TextHash, std::equal_to<>> names;
  const auto found = names.find(name);
  return found != names.end() ? *found : *names.emplace(name).first;
}

Node& Node::add(std::string_view property, Bytes value) {
  properties.push_back({interned(property), std::move(value)});
  return *this;
}

Node& Node::add_u32(std::string_view property, std::uint32_t value) {
  Bytes bytes(4);
  store_be32(bytes.data(), value);
  return add(property, std::move(bytes));
}

Node& Node::add_str(std::string_view property, std::string_view value) {
  return add(property, CellWriter{}.str(value).take());
}

const Property* Node::property(std::string_view wanted) const {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& p) { return p.name == wanted; });
  return found == properties.end() ? nullptr : &*found;
}

const Node* Node::child(std::string_view wanted) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Node& n) { return n.name == wanted; });
  return found == children.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view path) const {
  const Node* at = this;
  while (at != nullptr) {
    const std::size_t start = path.find_first_not_of('/');
    if (start == std::string_view::npos) return at;
    path.remove_prefix(start);
    const std::size_t end = std::min(path.find('/'), path.size());
    at = at->child(path.substr(0, end));
    path.remove_prefix(end);
  }
  return nullptr;
}

}  // namespace lparsim::firmware
