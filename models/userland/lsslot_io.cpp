// lsslot -c slot|pci|phb|port (drmgr.md section 4, last paragraph).
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "models/userland/lsslot.hpp"
#include "models/userland/slot_list.hpp"

namespace lparsim::userland {
namespace {

constexpr std::size_t kLinuxNameWidth = 12;      // xxxx:xx:xx.x

// -- order by location code -----------------------------------------------------------------------

// A letter and a hexadecimal number, taken from the front.
struct Place {
  char letter = 0;
  unsigned long number = 0;
};
Place take_place(std::string& text) {
  if (text.empty()) return {};
  Place place{text.front(), 0};
  const char* begin = text.c_str() + 1;
  char* end = nullptr;
  place.number = std::strtoul(begin, &end, 16);
  text.erase(0, 1 + static_cast<std::size_t>(end - begin));
  return place;
}

int sign(bool less, bool greater) { return less ? -1 : greater ? 1 : 0; }
template <class T>
int compare(const T& a, const T& b) { return sign(a < b, b < a); }

// The part after a number: a slash goes before a dot, and both before nothing of their kind.
int compare_rests(std::string a, std::string b) {
  if (!a.empty() && !b.empty()) {
    if (a.front() != b.front()) {
      if (a.front() == '/') return -1;
      if (b.front() == '/') return 1;
    } else {
      if (a.front() == '/') {
        a.erase(0, 1);
        b.erase(0, 1);
        if (a.substr(0, 1) != b.substr(0, 1)) return compare(a.substr(0, 1), b.substr(0, 1));
      }
      const Place left = take_place(a), right = take_place(b);
      if (left.number != right.number) return compare(left.number, right.number);
    }
  }
  return compare(a.size(), b.size());
}

std::string take_part(std::string& text) {
  const std::string part = text.substr(0, text.find('-'));
  text.erase(0, part.size());
  return part;
}

// pn[.n][- or /]pn...: part by part, by letter and then by number.
int compare_locations(std::string a, std::string b) {
  while (!a.empty() && !b.empty()) {
    std::string part_a = take_part(a), part_b = take_part(b);
    const Place left = take_place(part_a), right = take_place(part_b);
    if (left.letter != right.letter) return compare(left.letter, right.letter);
    if (left.number != right.number) return compare(left.number, right.number);
    if (const int rests = compare_rests(part_a, part_b); rests != 0) return rests;
    if (a.starts_with('-')) a.erase(0, 1);
    if (b.starts_with('-')) b.erase(0, 1);
  }
  return sign(a.empty() && !b.empty(), b.empty() && !a.empty());
}

// -- what is shown --------------------------------------------------------------------------------

using Shown = std::vector<const Slot*>;

void insert(Shown& shown, const Slot& slot) {
  const auto before = std::find_if(shown.begin(), shown.end(), [&](const Slot* one) {
    return compare_locations(one->drc.name, slot.drc.name) > 0;
  });
  shown.insert(before, &slot);
}

// The name as far as its last slash, which every comparison moves.
bool is_named(std::string& name, const Slot& slot) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string::npos) name.resize(slash);
  return slot.drc.name == name;
}

Shown choose(Session& session, const Slots& slots) {
  Request& request = session.request;
  const bool all = !request.available && !request.occupied;
  Shown shown;
  for (const Slot& slot : slots) {
    if (!slot.owned || slot.skip) continue;
    const bool empty = slot.children.empty();
    const bool wanted = request.drc_name ? is_named(*request.drc_name, slot)
                                         : all || (empty ? request.available : request.occupied);
    if (wanted) insert(shown, slot);
  }
  return shown;
}

std::string last_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Columns padded to their widths, or ended by the delimiter.
class Columns {
 public:
  Columns(const Session& session, const Shown& shown, bool with_linux_name)
      : delimiter_(session.request.delimiter) {
    std::size_t name = std::string_view("# Slot").size();
    std::size_t text = std::string_view("Description").size();
    for (const Slot* slot : shown) {
      name = std::max(name, slot->drc.name.size());
      text = std::max(text, description(*slot).size());
    }
    widths_ = {name + 2, text + 2};
    if (with_linux_name) widths_.push_back(kLinuxNameWidth + 2);
  }

  std::string line(const std::vector<std::string>& cells) const {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += delimiter_.empty() ? fmt::format("{:<{}}", cells[i], widths_[i])
                                : cells[i] + delimiter_;
    }
    return out;
  }
  bool has_heading() const { return delimiter_.empty(); }

 private:
  std::string delimiter_;
  std::vector<std::size_t> widths_;
};

void print_logical(Session& session, const Shown& shown) {
  const Columns columns(session, shown, true);
  std::string out;
  if (columns.has_heading()) {
    out += columns.line({"# Slot", "Description", "Linux Name"}) + "Device(s)\n";
  }
  for (const Slot* slot : shown) {
    const std::string linux_name = slot->device.empty() ? "?" : last_name(slot->device);
    out += columns.line({slot->drc.name, description(*slot), linux_name});
    out += (slot->node_name.empty() ? "Empty" : slot->node_name) + "\n";
  }
  session.process.out(out);
}

std::string card_name(const Slot& card) {
  if (!card.device.empty()) return last_name(card.device);
  return card.node_name.empty() ? "?" : card.node_name;
}

void print_physical(Session& session, const Shown& shown) {
  const Columns columns(session, shown, false);
  std::string out;
  if (columns.has_heading()) out += columns.line({"# Slot", "Description"}) + "Device(s)\n";
  for (const Slot* slot : shown) {
    out += columns.line({slot->drc.name, description(*slot)});
    if (slot->children.empty()) out += "Empty\n";
    for (const Slot& card : slot->children) {
      if (&card != &slot->children.front()) out += columns.line({"", ""});
      out += card_name(card) + "\n";
    }
  }
  session.process.out(out);
}

}  // namespace

int list_slots(Session& session) {
  const bool physical = session.request.type == ConnectorType::pci;
  const Slots slots = physical ? hot_plug_slots(session)
                               : dlpar_slots(session, kPciSlots | kVirtualSlots | kHeaSlots);
  if (slots.empty()) {
    session.say(kError, physical ? "There are no PCI hot plug slots on this system.\n"
                                 : "There are no DR slots on this system.\n");
    return 0;
  }
  say_slots(session, slots);
  const Shown shown = choose(session, slots);
  if (shown.empty()) {
    if (session.request.drc_name) return 0;
    session.say(kError, "The specified PCI slot is either invalid\nor does not support hot plug "
                        "operations.\n");
    return 1;
  }
  physical ? print_physical(session, shown) : print_logical(session, shown);
  return 0;
}

int list_host_bridges(Session& session) {
  const Slots bridges = dlpar_slots(session, kHostBridges);
  if (bridges.empty()) return -1;
  std::string out = fmt::format("{:<10}{:<20} {}\n", "PHB name", "OFDT Name", "Slot(s) Connected");
  for (const Slot& bridge : bridges) {
    if (session.request.drc_name && *session.request.drc_name != bridge.drc.name) continue;
    const std::string node = bridge.path.substr(bridge.path.find("/pci"));
    out += fmt::format("{:<10}{:<20} ", bridge.drc.name, node);
    bool first = true;
    for (const Slot& child : bridge.children) {
      if (!child.owned) continue;
      out += first ? "" : fmt::format("{:<30} ", "");
      out += child.drc.name + "\n";
      first = false;
    }
    out += first ? "\n\n" : "\n";
  }
  session.process.out(out);
  return 0;
}

// Ports of a host Ethernet adapter: this machine has none.
int list_ports(Session& session) {
  session.say(kDebug, fmt::format("Getting node types 0x{:08x}\n", unsigned{kHeaSlots}));
  session.say(kError, "There are no LHEA ports on this system.\n");
  return 1;
}

}  // namespace lparsim::userland
