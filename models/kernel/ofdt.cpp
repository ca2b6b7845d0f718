#include "models/kernel/ofdt.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "models/kernel/lmb_table.hpp"
#include "models/kernel/reconfig.hpp"
#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {
namespace {

// The text up to the first NUL, as C's string functions see it.
std::string_view c_string(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

// Cuts the word before the next blank off; nullopt when no blank comes before a NUL or the end.
std::optional<std::string_view> take_word(std::string_view& bytes) {
  const std::size_t blank = c_string(bytes).find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view word = bytes.substr(0, blank);
  bytes.remove_prefix(blank + 1);
  return word;
}

// simple_strtoul: digits as far as they go, no sign, no overflow check; base 0 knows 0x and 0.
std::uint64_t take_number(std::string_view& text, unsigned base) {
  if (base == 0) {
    base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
      text.remove_prefix(2);
      base = 16;
    } else if (text.starts_with('0')) {
      base = 8;
    }
  }
  std::uint64_t value = 0;
  while (!text.empty()) {
    const char c = text.front();
    unsigned digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
    if (digit >= base) break;
    value = value * base + digit;
    text.remove_prefix(1);
  }
  return value;
}

struct Property {
  std::string name;
  Bytes value;
};

// NAME LENGTH VALUE, then a blank, a NUL or the end. nullopt: not so.
std::optional<Property> take_property(Kernel& kernel, std::string_view& bytes) {
  const auto fail = [&]() -> std::optional<Property> {
    kernel.log(kLogError, "property parse failed in parse_next_property");
    return std::nullopt;
  };
  const auto name = take_word(bytes);
  if (!name || bytes.empty()) return fail();
  const auto length = static_cast<std::int32_t>(take_number(bytes, 10));
  if (length < 0 || !bytes.starts_with(' ') || bytes.size() == 1) return fail();
  bytes.remove_prefix(1);
  Property out{std::string(*name), {}};
  const auto size = static_cast<std::size_t>(length);
  if (size > bytes.size()) return fail();
  out.value.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  bytes.remove_prefix(size);
  if (!bytes.empty() && bytes.front() != ' ' && bytes.front() != '\0') return fail();
  if (!bytes.empty()) bytes.remove_prefix(1);
  return out;
}

bool no_memory(Kernel& kernel) { return kernel.host.allocation_fails("kernel.ofdt_property"); }

// A path, or an alias when it does not begin with a slash. What follows a colon does not count.
NodeId find_node(const LiveTree& tree, std::string_view path) {
  path = path.substr(0, path.find(':'));
  if (path == "/") return kRootNode;
  if (path.empty() || path.ends_with('/')) return kNoNode;
  if (path.front() == '/') return tree.find(path);
  const std::string_view alias = path.substr(0, path.find('/'));
  const NodeId aliases = tree.find("/aliases");
  if (aliases == kNoNode || tree.property(aliases, alias) == nullptr) return kNoNode;
  const std::string_view rest = path.substr(alias.size());
  return tree.find(std::string(tree.text(aliases, alias)).append(rest));
}

int add_node(Kernel& kernel, std::string_view bytes) {
  const auto path = take_word(bytes);
  if (!path || find_node(kernel.state.tree, *path) != kNoNode) return -EINVAL;
  std::vector<Property> properties;
  while (!bytes.empty()) {
    auto next = take_property(kernel, bytes);
    if (!next) return -EINVAL;
    if (no_memory(kernel)) return -ENOMEM;
    properties.push_back(std::move(*next));
  }
  const std::size_t slash = path->rfind('/');
  const std::string_view name = path->substr(slash == std::string_view::npos ? 0 : slash + 1);
  // DEVIATION: the kernel links a node without a name, which its sysfs then cannot show.
  if (name.empty()) return -EINVAL;
  if (kernel.host.allocation_fails("kernel.ofdt_node")) return -ENOMEM;
  const bool at_root = slash == std::string_view::npos || slash == 0;
  const NodeId parent = at_root ? kRootNode : find_node(kernel.state.tree, path->substr(0, slash));
  if (parent == kNoNode) {
    if (!kernel.has(Switch::ofdt_unknown_parent)) return -EINVAL;
    kernel.bug("bad access: ofdt add_node puts an error as if it were the parent");
  }
  const NodeId node = kernel.state.tree.create(std::string(name));
  for (Property& property : properties) {
    kernel.state.tree.set_property(node, property.name, std::move(property.value));
  }
  attach_and_notify(kernel, parent, node);
  return 0;
}

int remove_node(Kernel& kernel, std::string_view bytes) {
  const NodeId node = find_node(kernel.state.tree, c_string(bytes));
  if (node == kNoNode) return -ENODEV;
  if (node == kRootNode) return -EINVAL;
  if (!kernel.state.tree.at(node).children.empty()) return -EBUSY;
  return detach_and_notify(kernel, node);
}

// PHANDLE and the blank after it. The reference that the look-up takes is never given back.
NodeId take_node(Kernel& kernel, std::string_view& bytes) {
  auto word = take_word(bytes);
  if (!word) return kNoNode;
  const auto handle = static_cast<std::uint32_t>(take_number(*word, 0));
  const NodeId node = handle == 0 ? kNoNode : kernel.state.tree.by_phandle(handle);
  if (node != kNoNode && kernel.has(Switch::ofdt_reference_leak)) ++kernel.state.leaked;
  return node;
}

int add_property(Kernel& kernel, std::string_view bytes) {
  const NodeId node = take_node(kernel, bytes);
  if (node == kNoNode) return -ENODEV;
  auto property = take_property(kernel, bytes);
  if (!property) return -EINVAL;
  if (no_memory(kernel)) return -ENOMEM;
  if (kernel.state.tree.property(node, property->name) != nullptr) {
    if (!kernel.has(Switch::ofdt_add_ignores_result)) return -EEXIST;
    ++kernel.state.leaked;             // the property that was not added
    return 0;
  }
  update_property(kernel, node, property->name, std::move(property->value));
  return 0;
}

int remove_property(Kernel& kernel, std::string_view bytes) {
  const NodeId node = take_node(kernel, bytes);
  if (node == kNoNode) return -ENODEV;
  const std::string_view text = c_string(bytes);
  const std::string_view name = text.substr(0, text.find(' '));
  if (name.empty()) return -EINVAL;
  return erase_property(kernel, node, name) ? 0 : -ENODEV;
}

int replace_property(Kernel& kernel, std::string_view bytes) {
  const NodeId node = take_node(kernel, bytes);
  if (node == kNoNode) return -ENODEV;
  auto property = take_property(kernel, bytes);
  if (!property) return -EINVAL;
  if (property->name.empty()) return -ENODEV;
  if (no_memory(kernel)) return -ENOMEM;
  update_property(kernel, node, property->name, std::move(property->value));
  drconf_updated(kernel, node, property->name);
  return 0;
}

struct Command {
  std::string_view word;
  int (*run)(Kernel&, std::string_view);
};
constexpr std::array kCommands{
    Command{"add_node", add_node},
    Command{"remove_node", remove_node},
    Command{"add_property", add_property},
    Command{"remove_property", remove_property},
    Command{"update_property", replace_property},
};

}  // namespace

std::int64_t ofdt_write(Kernel& kernel, std::string_view data) {
  if (kernel.host.allocation_fails("kernel.ofdt_buffer")) return -ENOMEM;
  std::string_view bytes = data;
  const auto word = take_word(bytes);
  if (!word) return -EINVAL;
  const auto* const command = std::find_if(kCommands.begin(), kCommands.end(),
                                           [&](const Command& c) { return c.word == *word; });
  if (command == kCommands.end()) return -EINVAL;
  const int error = command->run(kernel, bytes);
  return error != 0 ? error : static_cast<std::int64_t>(data.size());
}

}  // namespace lparsim::kernel
