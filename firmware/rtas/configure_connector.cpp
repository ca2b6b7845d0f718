// ibm,configure-connector (LoPAR 13.5.3.5, 13.7.4.3; RTAS.md 3): the work-area protocol. Entry 0
// keeps the DRC index and entry 1 names the open sequence, so that several DRCs interleave, each
// with its own work area, and an abandoned sequence is simply replaced by the next first call.
#include <algorithm>
#include <cstring>
#include <optional>

#include "firmware/drc/drc_space.hpp"
#include "firmware/mobility/reports.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kEntry = 4, kHeader = 5 * kEntry, kLongestName = 256;

struct WorkArea {
  std::uint32_t drc = 0, sequence = 0;
  std::uint8_t* page = nullptr;    // nullptr: not a work area
};

// A page of the work area in guest memory; nullptr: not one that the partition may use. A page
// never lies across two LMBs.
std::uint8_t* page_at(const CallFrame& frame, std::uint64_t address) {
  if (address % kPage != 0 || !frame.in_rmo(address, kPage) ||
      !memory_usable(frame.core, frame.partition, address, kPage)) {
    return nullptr;
  }
  return frame.memory.rmo().data() + address;
}

WorkArea read_work_area(const CallFrame& frame) {
  std::uint8_t* page = page_at(frame, frame.in[0]);
  if (page == nullptr) return {};
  return {load_be32(page), load_be32(page + kEntry), page};
}

// Open point 12: the other reading goes on below connectors that are the partition's.
void add_owned_below(const CallFrame& frame, DrcPlace place, Node& node) {
  const PartitionState& p = frame.core.at(frame.partition);
  const TreeBasis basis = tree_basis(frame.core, frame.partition);
  for (const DrcArray array : {DrcArray::slots, DrcArray::hot_plug, DrcArray::resources}) {
    for (std::size_t i = 0; i < states(p, array).size(); ++i) {
      const DrcPlace below{array, i};
      const DrcState state = state_of(p, below);
      if (state != DrcState::configured && state != DrcState::slot_configured) continue;
      const auto above = place_above(frame.core, p, below);
      if (!above || above->array != place.array || above->position != place.position) continue;
      for (Node& child : connector_nodes(basis, drc_index(frame.core, below))) {
        add_owned_below(frame, below, child);
        node.children.push_back(std::move(child));
      }
    }
  }
}

// A processor comes with its caches, which are its own: the client has none of them from another.
std::vector<ConnectorPart> parts_to_report(CallFrame& frame, DrcPlace place, DrcIndex index) {
  std::vector<ConnectorPart> parts = connector_parts(tree_basis(frame.core, frame.partition), index,
                                                     frame.core.cpu_commons);
  if (frame.core.profile.drc.configure_passes_owned && !parts.empty()) {
    add_owned_below(frame, place, parts.front().node);
  }
  const bool memory = place.array == DrcArray::lmbs && !parts.empty();
  if (memory && frame.core.profile.drc.memory_region_node) {   // open point 16
    std::string& name = parts.front().node.name;
    name.replace(0, name.find('@'), "ibm,memory-region");
  }
  return parts;
}

void close(PartitionState& p, std::uint32_t drc) {
  std::erase_if(p.connectors,
                [&](const ConnectorContext& open) { return open.drc.value == drc; });
}

bool is_open(const PartitionState& p, std::uint32_t drc) {
  return std::any_of(p.connectors.begin(), p.connectors.end(),
                     [&](const ConnectorContext& open) { return open.drc.value == drc; });
}

void log_step(CallFrame& frame, std::uint32_t drc, TextId name, std::size_t length) {
  frame.core.services.log.add(EventKind::connector, frame.state().config.id, drc,
                              static_cast<std::uint64_t>(std::int64_t{frame.status()}), name,
                              length);
}

TextId log_name(EventLog& log, const ConnectorStep& step) {
  if (step.name.data() == nullptr) return 0;
  return step.log_name == nullptr ? log.text(step.name) : log.text(step.name, *step.log_name);
}

ConnectorContext* open_sequence(PartitionState& p, DrcIndex drc,
                                std::vector<ConnectorPart> parts, WalkStyle style = {}) {
  close(p, drc.value);   // restart: 13.5.3.5
  p.connectors.push_back({drc, ++p.connector_ids, 0,
                          std::make_shared<const ConnectorSequence>(std::move(parts), style)});
  return &p.connectors.back();
}

// Opens a sequence, or gives the status that answers the first call at once.
ConnectorContext* open(CallFrame& frame, std::uint32_t drc) {
  PartitionState& p = frame.state();
  const DrcIndex index{drc};
  const auto place = find_drc(frame.core, p, index);
  if (const Node* added = place ? nullptr : find_added(p.mobility, index)) {
    return open_sequence(p, index, {{*added, nullptr}});   // of ibm,update-nodes (7.3.24)
  }
  if (!place) {
    frame.answer(frame.core.profile.drc.configure_unknown_status);
    return nullptr;
  }
  const DrcReadings& readings = frame.core.profile.drc;
  const DrcVerdict verdict = perform(frame.core, frame.partition, *place, DrcCall::configure);
  const DrcState state = state_of(p, *place);
  const bool again = state == DrcState::configured || state == DrcState::slot_configured;
  if (verdict.action != DrcAction::walk || (again && !readings.configured_walks_again)) {
    frame.answer(verdict.status);
    return nullptr;
  }
  if (is_open(p, drc) && !readings.connector_restarts) {
    frame.answer(kRtasHardwareError);
    return nullptr;
  }
  if (const std::int32_t busy = powering_up(frame.core, p, *place)) {
    frame.answer(busy);
    return nullptr;
  }
  return open_sequence(p, index, parts_to_report(frame, *place, index),
                       {readings.connector_closes_top_level, readings.siblings_through_parent});
}

ConnectorContext* find_open(PartitionState& p, const WorkArea& area) {
  for (ConnectorContext& context : p.connectors) {
    if (context.drc.value == area.drc && context.id == area.sequence) return &context;
  }
  return nullptr;
}

void complete(CallFrame& frame, const ConnectorContext& context) {
  PartitionState& p = frame.state();
  const DrcIndex drc = context.drc;
  const auto place = find_drc(frame.core, p, drc);
  if (place) {
    const bool card = place->array == DrcArray::hot_plug;
    set_drc_state(frame.core, p, *place, card ? DrcState::slot_configured : DrcState::configured);
  }
  close(p, drc.value);
  frame.answer(kRtasSuccess);
  log_step(frame, drc.value, 0, 0);
}

// Where a step's value goes: behind its name, over into an adjoining further page, or to the start
// of a further page that lies elsewhere (pages need not adjoin; entry 4 is an offset from the first
// page, modulo 2^32). nullopt: there is no room.
std::optional<std::uint32_t> value_offset(const CallFrame& frame, std::size_t after_name,
                                          std::size_t size) {
  const std::uint32_t extent = frame.in[1];
  const bool adjoins = extent == frame.in[0] + kPage;
  if (after_name + size <= (adjoins ? 2 : 1) * kPage) return static_cast<std::uint32_t>(after_name);
  if (extent != 0 && size <= kPage) return extent - frame.in[0];
  return std::nullopt;
}

// Writes the step into the work area; false: it does not fit.
bool write_step(CallFrame& frame, std::uint8_t* raw, const ConnectorContext& context,
                const ConnectorStep& step) {
  // The name with its NUL.
  const std::size_t text_size = step.name.data() == nullptr ? 0 : step.name.size() + 1;
  const ByteView value = step.value == nullptr ? ByteView{} : ByteView{*step.value};
  const auto value_at = value_offset(frame, (kHeader + text_size + 3) / 4 * 4, value.size());
  if (text_size > kLongestName || !value_at) return false;
  store_be32(raw, context.drc.value);
  store_be32(raw + kEntry, context.id);
  store_be32(raw + 2 * kEntry, static_cast<std::uint32_t>(kHeader));
  store_be32(raw + 3 * kEntry, static_cast<std::uint32_t>(value.size()));
  store_be32(raw + 4 * kEntry, *value_at);
  if (text_size != 0) std::memcpy(raw + kHeader, step.name.data(), text_size);
  frame.memory.written(frame.in[0], kHeader + text_size);
  if (value.empty()) return true;
  const std::uint32_t target = frame.in[0] + *value_at;
  std::memcpy(frame.memory.rmo().data() + target, value.data(), value.size());
  frame.memory.written(target, value.size());
  return true;
}

// A further page is the caller's own, on a page boundary, and not the first one.
bool extent_is_sound(const CallFrame& frame) {
  return frame.in[1] == 0 ||
         (frame.in[1] != frame.in[0] && page_at(frame, frame.in[1]) != nullptr);
}

// -1, -9001, -9002 and -9003 end the sequence; busy, delays and 5 leave it as it is.
void connector_refused(CallFrame& frame) {
  const std::int32_t status = frame.status();
  const std::uint32_t drc = read_work_area(frame).drc;
  log_step(frame, drc, 0, 0);
  const bool ends = status < kRtasParameterError && frame.core.profile.drc.connector_errors_end;
  if (status == kRtasHardwareError || ends) close(frame.state(), drc);
}

void configure_connector(CallFrame& frame) {
  const WorkArea area = read_work_area(frame);
  if (area.page == nullptr || !extent_is_sound(frame)) return frame.answer(kRtasParameterError);
  ConnectorContext* context = nullptr;
  if (area.sequence == 0) {
    context = open(frame, area.drc);
    if (context == nullptr) return log_step(frame, area.drc, 0, 0);
  } else {
    context = find_open(frame.state(), area);
    if (context == nullptr) return frame.answer(kRtasHardwareError);   // aborted, or never opened
  }
  if (context->at == context->sequence->size()) return complete(frame, *context);
  const ConnectorStep step = context->sequence->step(context->at);
  if (!write_step(frame, area.page, *context, step)) {
    // With a further page given and still no room there is nothing left to ask for.
    const bool hopeless = frame.in[1] != 0;
    frame.answer(hopeless ? kRtasHardwareError : kNeedMoreMemory);
    if (area.sequence == 0 || hopeless) close(frame.state(), area.drc);
    return;
  }
  ++context->at;
  frame.answer(step.status);
  log_step(frame, area.drc, log_name(frame.core.services.log, step),
           step.value == nullptr ? 0 : step.value->size());
}

constexpr std::array kConnector{
    kNormal, kHardware, kBusy, Outcome{"need_more_memory", kNeedMoreMemory},
    Outcome{"not_supported_in_system", -9001}, Outcome{"not_supported_in_connector", -9002},
    Outcome{"unusable", -9003}, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,configure-connector", "rtas.ibm,configure-connector", 2, 2, 1, 1, true,
            Subject::work_area, configure_connector, connector_refused, kConnector},
};

}  // namespace

std::uint32_t work_area_drc(const CallFrame& frame) { return read_work_area(frame).drc; }

std::span<const CallRow> connector_rows() { return kRows; }

}  // namespace lparsim::firmware
