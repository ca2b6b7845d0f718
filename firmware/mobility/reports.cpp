#include "firmware/mobility/reports.hpp"

#include <algorithm>

#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kPage = 4096, kHeader = 16, kWord = 4;
constexpr std::int32_t kCallAgain = 1;
constexpr std::uint32_t kNoNode = 0;             // the key of ibm,update-nodes among open reports
constexpr std::uint32_t kDeleted = 0x8000'0000U;

// The header as the caller gives it: four words.
struct Area {
  std::array<std::uint32_t, 4> words{};
  bool valid = false;
};

Area read_area(const CallFrame& frame) {
  const GuestAddress address{frame.in[0]};
  std::array<std::uint8_t, kHeader> raw{};
  if (address.value % kPage != 0 || !frame.in_rmo(address.value, kPage) ||
      !memory_usable(frame.core, frame.partition, address.value, kPage) ||
      !frame.memory.read(address, raw)) {
    return {};
  }
  Area area;
  area.valid = true;
  for (std::size_t i = 0; i < 4; ++i) area.words[i] = load_be32(raw.data() + kWord * i);
  return area;
}

void write_area(CallFrame& frame, const Bytes& page) {
  frame.memory.write(GuestAddress{frame.in[0]}, page);
}

OpenReport* find_open(MobilityState& mobility, std::int32_t scope, std::uint32_t phandle) {
  for (OpenReport& open : mobility.open) {
    if (open.scope == scope && open.phandle == phandle) return &open;
  }
  return nullptr;
}

// Where a call goes on: at the beginning for state 0, else where the state word says; nullopt: it
// is not the word that was returned last.
std::optional<OpenReport> position(MobilityState& mobility, std::int32_t scope,
                                   std::uint32_t phandle, std::uint32_t state) {
  if (state == 0) return OpenReport{scope, phandle, 0, 0, 0};
  const OpenReport* open = find_open(mobility, scope, phandle);
  if (open == nullptr || open->state != state) return std::nullopt;
  return *open;
}

// Keeps what is still to be told, and gives its state word; 0: nothing is.
std::uint32_t keep(MobilityState& mobility, OpenReport next, bool more) {
  std::erase_if(mobility.open, [&](const OpenReport& open) {
    return open.scope == next.scope && open.phandle == next.phandle;
  });
  if (!more) return 0;
  if (++mobility.state_words == 0) ++mobility.state_words;
  next.state = mobility.state_words;
  mobility.open.push_back(next);
  return next.state;
}

std::size_t limit_or(std::uint32_t limit, std::size_t otherwise) {
  return limit == 0 ? otherwise : limit;
}

// Operation lists from `at` on, as many as fit before the terminator; returns how far it came.
std::size_t write_operations(const TreeChanges& changes, std::size_t at,
                             const MobilityStyle& style, CellWriter& out) {
  constexpr std::size_t kEnd = kPage - kWord;    // room for the terminator
  std::size_t left = limit_or(style.operations_per_call, changes.operations.size());
  while (at < changes.operations.size() && left > 0) {
    const std::uint8_t opcode = changes.operations[at].opcode;
    const std::size_t words = opcode == kAddNodes ? 2 : 1;
    const std::size_t counted = style.add_count == AddCount::words ? words : 1;
    CellWriter operands;
    std::uint32_t count = 0;
    const std::size_t most = limit_or(style.operations_per_list, changes.operations.size());
    for (std::size_t n = 0; n < most && left > 0 && at < changes.operations.size(); ++n) {
      const NodeOperation& operation = changes.operations[at];
      const std::size_t end = out.size() + kWord + operands.size() + words * kWord;
      if (operation.opcode != opcode || end > kEnd) break;
      operands.u32(operation.phandle);
      if (words == 2) operands.u32(operation.drc.value);
      count += static_cast<std::uint32_t>(counted);
      ++at;
      --left;
    }
    if (count == 0) break;
    out.u32(std::uint32_t{opcode} << 24 | count).bytes(operands.take());
  }
  return at;
}

// Header words 1 to 3 of ibm,update-nodes: zero; of a device, its unit address and zero.
bool header_in_order(const Area& area, ReportScope scope) {
  if (scope == ReportScope::device) return area.words[3] == 0;
  return area.words[1] == 0 && area.words[2] == 0 && area.words[3] == 0;
}

// Descriptors of one node: its path first, then the changes.
struct Descriptor {
  std::string_view name;
  bool deleted = false;
  ByteView value;
};

std::vector<Descriptor> descriptors_of(const ReportedNode& node, const Bytes& path) {
  std::vector<Descriptor> out{{"", false, path}};
  for (const PropertyChange& change : node.changes) {
    out.push_back({change.name, change.deleted, change.value});
  }
  return out;
}

// Appends what fits of one descriptor; false: nothing does, or a part is left over. A value that
// fits an area of its own is never split; a longer one fills what is left.
bool write_descriptor(const Descriptor& d, OpenReport& at, std::size_t limit, CellWriter& out) {
  const std::size_t before = kHeader + kWord + out.size();
  const std::size_t fixed = d.name.size() + 1 + kWord;
  const std::size_t empty = limit - kHeader - kWord - fixed;      // room in an area of its own
  const std::size_t left = d.value.size() - at.offset;
  const std::size_t room = before + fixed > limit ? 0 : limit - before - fixed;
  if (before + fixed > limit || (left > room && (d.value.size() <= empty || room == 0))) {
    return false;
  }
  const std::size_t now = std::min(left, room);
  const auto length = static_cast<std::uint32_t>(now);
  out.str(d.name);
  out.u32(d.deleted ? kDeleted : now < left ? ~length + 1 : length);
  out.bytes(d.value.subspan(at.offset, now));
  at.offset += now;
  return now == left;
}

}  // namespace

const TreeChanges* find_report(const MobilityState& mobility, std::int32_t scope) {
  const auto known = report_scope(scope);
  if (!known) return nullptr;
  switch (*known) {
    case ReportScope::migration: return mobility.migration.get();
    case ReportScope::activation: return mobility.activation.get();
    case ReportScope::device: return nullptr;    // no coherent platform facility is modelled
    case ReportScope::reassignment: break;
  }
  for (const Reassignment& event : mobility.reassignments) {
    if (event.scope == -scope) return event.announced ? event.changes.get() : nullptr;
  }
  return nullptr;
}

const Node* find_added(const MobilityState& mobility, DrcIndex drc) {
  if (mobility.migration == nullptr) return nullptr;
  for (const AddedNode& added : mobility.migration->added) {
    if (added.drc == drc) return &added.node;
  }
  return nullptr;
}

void forget_open(MobilityState& mobility, std::int32_t scope) {
  std::erase_if(mobility.open, [&](const OpenReport& open) { return open.scope == scope; });
}

void update_nodes(CallFrame& frame) {
  MobilityState& mobility = frame.state().mobility;
  const Area area = read_area(frame);
  const auto number = static_cast<std::int32_t>(frame.in[1]);
  const TreeChanges* changes = find_report(mobility, number);
  if (!area.valid || changes == nullptr || !header_in_order(area, changes->scope)) {
    return frame.answer(kRtasParameterError);
  }
  auto at = position(mobility, number, kNoNode, area.words[0]);
  if (!at) return frame.answer(kRtasParameterError);
  CellWriter lists;
  lists.bytes(Bytes(kHeader, 0));
  at->at = write_operations(*changes, at->at, frame.core.profile.mobility, lists);
  const bool more = at->at < changes->operations.size();
  Bytes page = lists.u32(0).take();
  store_be32(page.data(), keep(mobility, *at, more));
  for (std::size_t i = 1; i < 4; ++i) store_be32(page.data() + kWord * i, area.words[i]);
  write_area(frame, page);
  frame.answer(more ? kCallAgain : kRtasSuccess);
}

void update_properties(CallFrame& frame) {
  MobilityState& mobility = frame.state().mobility;
  const Area area = read_area(frame);
  const auto number = static_cast<std::int32_t>(frame.in[1]);
  const TreeChanges* changes = find_report(mobility, number);
  if (!area.valid || changes == nullptr) return frame.answer(kRtasParameterError);
  const ReportedNode* node = changes->find(area.words[0]);
  if (node == nullptr || area.words[2] != 0 || area.words[3] != 0) {
    return frame.answer(kRtasParameterError);
  }
  auto at = position(mobility, number, node->phandle, area.words[1]);
  if (!at) return frame.answer(kRtasParameterError);
  const Bytes path = CellWriter{}.str(node->path).take();
  const auto descriptors = descriptors_of(*node, path);
  constexpr std::size_t kLeast = 256;    // path and name fit in any case
  const std::size_t limit = std::clamp(
      limit_or(frame.core.profile.mobility.property_area_bytes, kPage), kLeast, kPage);
  CellWriter body;
  std::uint32_t count = 0;
  while (at->at < descriptors.size()) {
    const std::size_t before = body.size();
    const bool whole = write_descriptor(descriptors[at->at], *at, limit, body);
    if (body.size() > before) ++count;
    if (!whole) break;
    ++at->at;
    at->offset = 0;
  }
  const bool more = at->at < descriptors.size();
  CellWriter page;
  page.u32(node->phandle).u32(keep(mobility, *at, more)).u64(0).u32(count).bytes(body.take());
  write_area(frame, page.take());
  frame.answer(more ? kCallAgain : kRtasSuccess);
}

}  // namespace lparsim::firmware
