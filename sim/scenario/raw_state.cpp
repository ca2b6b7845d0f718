// The "expect" step: files, device tree, DRCs, ledger, events and agreement.
#include "sim/scenario/raw_steps.hpp"

namespace lparsim::scenario {

using config::Node;
using config::ObjectReader;

namespace {

constexpr std::string_view kTree = "/proc/device-tree";
constexpr std::int64_t kMostLmbs = 1 << 24;
constexpr std::int32_t kMostUnits = 1'000'000;

void read_content(ObjectReader& object, RawFile& file) {
  const int before = int{object.has("text")} + int{object.has("hex")} + int{object.has("absent")};
  if (before > 1) object.fail("only one of text, hex and absent may be given");
  if (const auto text = object.optional("text")) file.text = read_text(*text);
  file.hex = object.optional_string("hex");
  file.absent = object.boolean_or("absent", false);
}

RawFile read_file_expectation(const Node& node) {
  ObjectReader object = node.object();
  RawFile file;
  file.where = node.where();
  file.partition = object.string("partition");
  file.path = object.string("path");
  read_content(object, file);
  object.finish();
  return file;
}

// A node or property is what the partition's kernel shows below /proc/device-tree.
RawFile read_tree_expectation(const Node& node) {
  ObjectReader object = node.object();
  RawFile file;
  file.where = node.where();
  file.partition = object.string("partition");
  file.path = std::string(kTree);
  if (const auto path = object.string("node"); path != "/") file.path += path;   // the root
  const auto property = object.optional_string("property");
  if (property) file.path += "/" + *property;
  read_content(object, file);
  if (!property && (file.text || file.hex)) object.fail("text and hex need a property");
  object.finish();
  return file;
}

RawDrc read_drc_expectation(const Node& node) {
  ObjectReader object = node.object();
  RawDrc drc;
  drc.where = node.where();
  drc.partition = object.string("partition");
  drc.drc = static_cast<std::uint32_t>(object.required("drc").hexadecimal(8));
  drc.state = object.string("state");
  object.finish();
  return drc;
}

RawLedger read_ledger(const Node& node) {
  ObjectReader object = node.object();
  RawLedger ledger;
  ledger.where = node.where();
  ledger.system = object.optional_string("system");
  if (const auto units = object.optional("free_units")) {
    ledger.free_units_hundredths = units->hundredths(0, kMostUnits);
  }
  ledger.free_lmbs = object.optional_integer<std::uint32_t>("free_lmbs", 0, kMostLmbs);
  for (const Node& item : object.optional_array("partitions")) {
    ObjectReader share = item.object();
    RawShare raw;
    raw.where = item.where();
    raw.partition = share.string("partition");
    if (const auto units = share.optional("units")) {
      raw.units_hundredths = units->hundredths(0, kMostUnits);
    }
    raw.lmbs = share.optional_integer<std::uint32_t>("lmbs", 0, kMostLmbs);
    share.finish();
    ledger.shares.push_back(std::move(raw));
  }
  object.finish();
  return ledger;
}

RawEvent read_event(const Node& node) {
  ObjectReader object = node.object();
  RawEvent event;
  event.where = node.where();
  event.kind = object.string("kind");
  event.partition = object.optional_string("partition");
  if (auto fields = object.optional_object("fields")) {
    for (const auto& [name, value] : fields->members()) {
      event.fields.emplace_back(name, read_text(value));
    }
  }
  object.finish();
  return event;
}

}  // namespace

RawState read_state(const Node& node) {
  ObjectReader object = node.object();
  RawState state;
  for (const Node& item : object.optional_array("file")) {
    state.files.push_back(read_file_expectation(item));
  }
  for (const Node& item : object.optional_array("tree")) {
    state.files.push_back(read_tree_expectation(item));
  }
  for (const Node& item : object.optional_array("drc")) {
    state.drcs.push_back(read_drc_expectation(item));
  }
  if (const auto ledger = object.optional("ledger")) state.ledger = read_ledger(*ledger);
  for (const Node& item : object.optional_array("events")) {
    state.events.push_back(read_event(item));
  }
  for (const Node& item : object.optional_array("agree")) {
    state.agree.emplace_back(item.string(), item.where());
  }
  object.finish();
  return state;
}

}  // namespace lparsim::scenario
