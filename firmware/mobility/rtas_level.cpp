#include "firmware/mobility/rtas_level.hpp"

#include <algorithm>

#include "firmware/mobility/reports.hpp"
#include "firmware/platform/views.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

namespace {

const TokenShape* find_token(const RtasLevel& level, std::string_view call) {
  const auto found = std::find_if(level.tokens.begin(), level.tokens.end(),
                                  [&](const TokenShape& token) { return token.name == call; });
  return found == level.tokens.end() ? nullptr : &*found;
}

void offer(RtasLevel& level, std::size_t row, std::string_view name, std::uint32_t token) {
  const std::size_t number = token - level.token_base;
  if (number >= level.row_of_token.size()) level.row_of_token.resize(number + 1, kUnknownCall);
  level.row_of_token[number] = static_cast<std::uint16_t>(row);
  level.tokens.push_back({std::string(name), RtasToken{token}});
}

}  // namespace

std::shared_ptr<const RtasLevel> make_rtas_level(const FirmwareProfile& profile,
                                                 const RtasLevel* before) {
  RtasLevel level;
  level.profile = &profile;
  level.token_base = before == nullptr ? profile.token_base : before->token_base;
  auto next = level.token_base;
  if (before != nullptr) next += static_cast<std::uint32_t>(before->row_of_token.size());
  const auto rows = call_table();
  const auto& absent = profile.absent_calls;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string_view name = rows[row].name;
    const auto token = token_of(profile, name);
    if (!token || std::find(absent.begin(), absent.end(), name) != absent.end()) continue;
    const TokenShape* known = before == nullptr ? nullptr : find_token(*before, name);
    offer(level, row, name,
          before == nullptr ? *token : known != nullptr ? known->token.value : next++);
  }
  std::sort(level.tokens.begin(), level.tokens.end(), [](const auto& a, const auto& b) {
    return a.token < b.token;
  });
  return std::make_shared<const RtasLevel>(std::move(level));
}

namespace {

bool stays(const Property& p) {
  return !may_report(ReportScope::migration, NodeKind::rtas, p.name);
}

}  // namespace

std::shared_ptr<const RtasLevel> level_with(const RtasLevel& level, const Node& rtas) {
  RtasLevel out = level;
  out.kept = rtas.properties;
  return std::make_shared<const RtasLevel>(std::move(out));
}

void keep_rtas_properties(const PartitionState& p, Node& root) {
  if (p.rtas_level == nullptr || p.rtas_level->kept.empty()) return;
  const auto found = std::find_if(root.children.begin(), root.children.end(),
                                  [](const Node& child) { return child.name == "rtas"; });
  if (found == root.children.end()) return;
  Node merged;
  for (const Property& known : p.rtas_level->kept) {
    const Property* here = found->property(known.name);
    if (stays(known)) {
      merged.properties.push_back(known);
    } else if (here != nullptr) {
      merged.properties.push_back(*here);
    }
  }
  for (const Property& here : found->properties) {
    if (!stays(here) && merged.property(here.name) == nullptr) merged.properties.push_back(here);
  }
  found->properties = std::move(merged.properties);
}

bool activation_pending(const Core& core, std::size_t partition) {
  const RtasLevel *own = core.at(partition).rtas_level.get(), *newer = core.state.firmware.get();
  if (own == nullptr || own == newer) return false;
  const auto& sets = own->profile->tree.hypertas_functions;
  const auto& newer_sets = newer->profile->tree.hypertas_functions;
  if (!std::equal(sets.begin(), sets.end(), newer_sets.begin(), newer_sets.end())) return true;
  return own->tokens.size() != newer->tokens.size() ||
         std::any_of(newer->tokens.begin(), newer->tokens.end(), [&](const TokenShape& token) {
           return find_token(*own, token.name) == nullptr;
         });
}

// Each call makes progress (R1-7.3.7.6-1): as many busy answers as the profile has, then the new
// properties of /rtas. A token that survives keeps its value (table 7-112, note).
void activate_firmware(CallFrame& frame) {
  constexpr std::int32_t kNothingToActivate = -9001, kScope = 2;
  Core& core = frame.core;
  PartitionState& p = frame.state();
  if (!activation_pending(core, frame.partition)) return frame.answer(kNothingToActivate);
  const MobilityStyle& style = core.profile.mobility;
  if (p.mobility.activation_calls < style.activation_busy_calls) {
    ++p.mobility.activation_calls;
    return frame.answer(style.activation_busy_status);
  }
  p.mobility.activation_calls = 0;
  const Node before = current_tree(core, frame.partition);
  p.rtas_level = make_rtas_level(*core.state.firmware->profile, p.rtas_level.get());
  forget_open(p.mobility, kScope);
  p.mobility.activation = std::make_shared<const TreeChanges>(
      changes_between(before, current_tree(core, frame.partition), ReportScope::activation,
                      style.node_order));
}

}  // namespace lparsim::firmware
