// ibm,configure-connector from the side of a program: a sub-tree out of a sequence of answers
// (LoPAR 13.5.3.5).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/userland/connectors.hpp"
#include "models/userland/rtas_client.hpp"

namespace lparsim::userland {
namespace {

enum Answer : int {
  kDone = 0, kNextSibling = 1, kNextChild = 2, kNextProperty = 3, kPreviousParent = 4,
  kMoreMemory = 5, kNotThisSystem = -9001, kNotThisSlot = -9002, kNotUsable = -9003,
};

constexpr std::string_view kNotThisSystemText =
    "This adapter cannot be attached to this system at this\ntime. You may have to remove other "
    "adapters before this\nadapter can be successfully attached.  Consult the hardware\n"
    "documentation for your system to find an explanation of\nthe supported combinations of "
    "adapters that may be attached\nat one time.\n";
constexpr std::string_view kNotThisSlotText =
    "This adapter is not supported in the specified slot,\nbut there may be other slots where it "
    "is supported. Consult\nthe hardware documentation for your system to find the\nappropriate "
    "slots for this adapter.\n";
constexpr std::string_view kNotUsableText =
    "This adapter is currently unusable, available for exchange or available for recovery\n";

// What firmware points to outside of the work area counts as empty.
class WorkArea {
 public:
  explicit WorkArea(std::uint32_t index) { store_be32(bytes_.data(), index); }

  std::span<std::uint8_t, kWorkAreaSize> bytes() { return bytes_; }
  std::string name() const {
    const std::size_t at = std::min<std::size_t>(cell(2), bytes_.size());
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    return {begin, std::find(begin, bytes_.end(), std::uint8_t{0})};
  }
  Bytes value() const {
    const std::size_t at = std::min<std::size_t>(cell(4), bytes_.size());
    const std::size_t length = std::min<std::size_t>(cell(3), bytes_.size() - at);
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    return {begin, begin + static_cast<std::ptrdiff_t>(length)};
  }

 private:
  std::uint32_t cell(std::size_t n) const { return load_be32(bytes_.data() + 4 * n); }
  std::array<std::uint8_t, kWorkAreaSize> bytes_{};
};

class Walk {
 public:
  Walk(Session& session, std::uint32_t index) : session_(session), area_(index) {}

  // 0, or what ended the walk.
  int run() {
    int answer = 0;
    do {
      answer = RtasClient(session_.process).configure_connector(area_.bytes());
    } while (answer != kDone && take(answer));
    return answer;
  }
  std::vector<TreeNode> nodes;

 private:
  bool fail(std::string_view text) {
    session_.say(kError, text);
    return false;
  }

  void add_node(int parent) {
    nodes.push_back({area_.name(), {}, parent});
    last_ = static_cast<int>(nodes.size()) - 1;
  }

  // False: this was the end.
  bool take(int answer) {
    switch (answer) {
      case kNextSibling:
        if (last_ < 0) return fail("unexpected sibling returned from configure_connector\n");
        add_node(nodes[std::size_t(last_)].parent);
        return true;
      case kNextChild: add_node(last_); return true;
      case kNextProperty:
        if (last_ < 0) {
          return fail("Configure_connector returned a property before returning a node\n");
        }
        nodes[std::size_t(last_)].properties.push_back({area_.name(), area_.value()});
        return true;
      case kPreviousParent:
        if (last_ >= 0) last_ = nodes[std::size_t(last_)].parent;
        return true;
      default: return fail(text_of(answer));
    }
  }

  static std::string text_of(int answer) {
    switch (answer) {
      case kMoreMemory: return "Configure_connector called with insufficient memory.\n";
      case kNotThisSystem: return std::string(kNotThisSystemText);
      case kNotThisSlot: return std::string(kNotThisSlotText);
      case kNotUsable: return std::string(kNotUsableText);
      case kHardwareError: return std::string(kHardwareErrorText) + "\n";
      default:
        return fmt::format("Unexpected error ({}) returned from configure_connector\n", answer);
    }
  }

  Session& session_;
  WorkArea area_;
  int last_ = -1;                // node that was reported last
};

}  // namespace

std::optional<std::vector<TreeNode>> configure_connector(Session& session, std::uint32_t index) {
  session.say(kDebug, fmt::format("Configuring connector for drc index {:x}\n", index));
  Walk walk(session, index);
  if (walk.run() != kDone) {
    session.say(kError, fmt::format("Configure_connector failed for drc index {:x}\nData may be "
                                    "out of sync and the system may require a reboot.\n",
                                    index));
    return std::nullopt;
  }
  if (walk.nodes.empty()) return std::nullopt;
  return std::move(walk.nodes);
}

}  // namespace lparsim::userland
