#include <array>
#include <filesystem>
#include <set>

#include "sim/config/json_reader.hpp"
#include "sim/conform/session.hpp"

namespace lparsim::conform {
namespace {

using config::Node;
using config::ObjectReader;
using config::Word;

constexpr std::int64_t kMost = 0xffff'ffffLL;

constexpr std::array kVerbs{
    Word<Verb>{"plug_core", Verb::plug_core},       Word<Verb>{"unplug_core", Verb::unplug_core},
    Word<Verb>{"plug_dimm", Verb::plug_dimm},       Word<Verb>{"unplug_dimm", Verb::unplug_dimm},
    Word<Verb>{"plug_pci", Verb::plug_pci},         Word<Verb>{"unplug_pci", Verb::unplug_pci},
    Word<Verb>{"plug_phb", Verb::plug_phb},         Word<Verb>{"unplug_phb", Verb::unplug_phb},
    Word<Verb>{"write", Verb::write},               Word<Verb>{"read", Verb::read},
    Word<Verb>{"run", Verb::run},                   Word<Verb>{"load_modules", Verb::load_modules},
    Word<Verb>{"pin_lmb", Verb::pin_lmb},           Word<Verb>{"unpin_lmb", Verb::unpin_lmb},
};
constexpr std::array kCompare{
    Word<Compare>{"full", Compare::full},
    Word<Compare>{"outcome", Compare::outcome},
    Word<Compare>{"setup", Compare::setup},
};
constexpr std::array kStatus{Word<bool>{"ok", true}, Word<bool>{"error", false}};

NumaNode read_numa_node(ObjectReader in) {
  NumaNode out;
  out.node = in.integer<std::uint32_t>("node", 0, 1023);
  out.memory_mib = in.integer<std::uint32_t>("memory_mib", 0, kMost);
  for (const Node& core : in.optional_array("cores")) {
    out.cores.push_back(core.integer<std::uint32_t>(0, 65535));
  }
  in.finish();
  return out;
}

Machine read_machine(ObjectReader in) {
  Machine out;
  out.firmware_profile = in.string("firmware_profile");
  out.cpu = in.string("cpu");
  out.lmb_size_mib = in.integer<std::uint32_t>("lmb_size_mib", 16, 1 << 20);
  out.memory_mib = in.integer<std::uint32_t>("memory_mib", 1, kMost);
  out.max_memory_mib = in.integer<std::uint32_t>("max_memory_mib", out.memory_mib, kMost);
  in.optional("dimm_slots");
  out.cores = in.integer<std::uint32_t>("cores", 1, 2048);
  out.max_cores = in.integer<std::uint32_t>("max_cores", out.cores, 2048);
  out.threads_per_core = in.integer<std::uint32_t>("threads_per_core", 1, 8);
  for (const Node& node : in.optional_array("numa_nodes")) {
    out.numa_nodes.push_back(read_numa_node(node.object()));
  }
  in.optional("phbs");
  out.rtas_errd = in.boolean_or("rtas_errd", false);
  out.guest_modules = in.strings_or_none("guest_modules");
  in.finish();
  return out;
}

GuestState read_state(ObjectReader in) {
  GuestState out;
  out.online_cpus = in.string("online_cpus");
  out.present_cpus = in.string("present_cpus");
  out.memory_kib = in.integer<std::uint64_t>("memory_kib", 0, 1LL << 60);
  out.memory_blocks_online = in.integer<std::uint32_t>("memory_blocks_online", 0, kMost);
  out.memory_blocks_offline = in.integer<std::uint32_t>("memory_blocks_offline", 0, kMost);
  in.optional("nodes");
  in.finish();
  return out;
}

void read_dimm(ObjectReader in, Step& step) {
  step.target = in.string("id");
  step.number = in.integer<std::uint32_t>("mib", 1, kMost);
  step.node = in.optional_integer<std::uint32_t>("node", 0, 1023);
  in.finish();
}

void read_argument(const Node& value, Step& step) {
  switch (step.verb) {
    case Verb::plug_core:
    case Verb::unplug_core:
    case Verb::unplug_phb: step.number = value.integer<std::uint32_t>(0, 65535); break;
    case Verb::plug_dimm: read_dimm(value.object(), step); break;
    case Verb::pin_lmb: step.number = static_cast<std::uint32_t>(value.hexadecimal(8)); break;
    case Verb::unplug_dimm:
    case Verb::unplug_pci:
    case Verb::write:
    case Verb::read:
    case Verb::run: step.target = value.string(); break;
    case Verb::load_modules: step.modules = value.strings(); break;
    case Verb::plug_pci:
    case Verb::plug_phb:
    case Verb::unpin_lmb: break;      // their arguments are the device's own
  }
}

Step read_step(const Node& node) {
  ObjectReader in = node.object();
  Step step;
  step.pointer = node.pointer();
  for (const auto& [key, value] : in.members()) {
    if (key == "text") {
      step.text = value.string();
      continue;
    }
    const auto* known = std::find_if(kVerbs.begin(), kVerbs.end(),
                                     [&](const Word<Verb>& word) { return word.word == key; });
    if (known == kVerbs.end()) {
      value.fail("found " + key + ", allowed is a step of docs/conform.md");
      break;
    }
    step.verb = known->value;
    read_argument(value, step);
  }
  return step;
}

Call read_call(ObjectReader in) {
  Call call;
  call.name = in.string("call");
  call.in = in.required("in").strings();
  call.out = in.required("out").strings();
  call.by = in.string_or("by", "kernel");
  call.node = in.string_or("cc_node", "");
  call.property = in.string_or("cc_prop", "");
  if (const auto value = in.optional_string("cc_value")) {
    call.value = *value;
    call.has_value = true;
  }
  if (auto event = in.optional_object("event")) {
    call.event = event->string("raw");   // the rest says the same in words
  }
  in.optional("polls");
  in.optional("cc_length");
  in.finish();
  return call;
}

Outcome read_outcome(ObjectReader in) {
  Outcome out;
  out.ok = in.enumeration("status", kStatus);
  const auto number = [&](std::string_view key) -> std::optional<std::int64_t> {
    const auto node = in.optional(key);
    if (!node || node->is_null()) return std::nullopt;
    return node->integer(-4096, 1 << 30);
  };
  const auto text = [&](std::string_view key) {
    const auto node = in.optional(key);
    return !node || node->is_null() ? std::string() : node->string();
  };
  out.error = text("errno");
  out.exit = number("exit");
  out.written = number("written");
  out.out = text("stdout");
  out.err = text("stderr");
  out.drmgr_log = text("drmgr_log");
  out.pending = in.boolean_or("pending", false);
  for (const Node& node : in.optional_array("hypervisor_events")) {
    ObjectReader event = node.object();
    out.events.push_back({event.string("event"), event.string_or("device", "")});
  }
  for (const Node& node : in.optional_array("steps")) {
    out.steps.push_back(read_outcome(node.object()));
  }
  return out;   // not finished: what else is there are remarks of the recorder
}

Properties read_properties(ObjectReader in) {
  Properties out;
  for (const auto& [path, value] : in.members()) out.emplace_back(path, value.string());
  return out;
}

TreeDelta read_tree(ObjectReader in) {
  TreeDelta out;
  out.nodes_added = in.strings_or_none("nodes_added");
  out.nodes_removed = in.strings_or_none("nodes_removed");
  if (auto added = in.optional_object("props_added")) out.added = read_properties(*added);
  if (auto removed = in.optional_object("props_removed")) out.removed = read_properties(*removed);
  if (auto changed = in.optional_object("props_changed")) {
    for (const auto& [path, values] : changed->members()) {
      const auto both = values.strings();
      if (both.size() != 2) values.fail("allowed are the value before and the value after");
      if (both.size() == 2) out.changed[path] = {both[0], both[1]};
    }
  }
  in.finish();
  return out;
}

Op read_op(ObjectReader in) {
  Op op;
  op.name = in.string("op");
  in.optional("actor");
  in.optional("note");
  const Node steps = in.required("do");
  if (steps.is_array()) {
    for (const Node& step : steps.array()) op.steps.push_back(read_step(step));
  } else {
    op.steps.push_back(read_step(steps));
  }
  op.compare = in.enumeration_or("compare", kCompare, Compare::full);
  op.recorded.result = read_outcome(in.object("result"));
  for (const Node& call : in.optional_array("rtas")) {
    op.recorded.calls.push_back(read_call(call.object()));
  }
  if (auto tree = in.optional_object("tree")) op.recorded.tree = read_tree(*tree);
  op.recorded.kernel_log = in.strings_or_none("kernel_log");
  op.recorded.after = read_state(in.object("after"));
  in.finish();
  return op;
}

// A tree is named as the recorder saw it: beside the session, or beside the folder of sessions.
std::string find_tree(const std::string& session, const std::string& tree) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(session).parent_path();
  for (const fs::path& base : {folder, folder / "..", fs::path()}) {
    std::error_code error;
    if (fs::exists(base / tree, error)) return (base / tree).lexically_normal().string();
  }
  return {};
}

void read_all(ObjectReader in, Session& out) {
  const Node format = in.required("format");
  if (format.string() != "recorded-session-1") format.fail("allowed is recorded-session-1");
  out.name = in.string("name");
  in.optional("recorded_on");
  out.machine = read_machine(in.object("machine"));
  const Node tree = in.required("boot_tree");
  out.boot_tree = find_tree(out.file, tree.string());
  if (out.boot_tree.empty()) {
    tree.fail("found " + tree.found() + ", there is no such tree beside the session");
  }
  out.boot_state = read_state(in.object("boot_state"));
  out.driver_calls = in.strings_or_none("driver_calls");
  std::set<std::string> names;
  for (const Node& node : in.array("ops")) {
    out.ops.push_back(read_op(node.object()));
    if (!names.insert(out.ops.back().name).second) {
      node.fail("found the operation " + out.ops.back().name + " for the second time");
    }
  }
  in.finish();
}

}  // namespace

Result<Session> read_session(const std::string& path) {
  const auto document = config::read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  Session session;
  session.file = path;
  read_all(document->root(), session);
  if (const auto ok = document->check(); !ok) return tl::make_unexpected(ok.error());
  return session;
}

}  // namespace lparsim::conform
