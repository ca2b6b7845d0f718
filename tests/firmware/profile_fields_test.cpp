// The rows of the profile's fields: shipped values are within their limits, every allowed value
// gives a platform that boots and answers, and the documentation lists them all.
#include "firmware/profiles/profile_fields.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "guest.hpp"
#include "sim/base/random.hpp"

namespace lparsim::firmware {
namespace {

using Kind = NumberLimits::Kind;

std::vector<std::int64_t> allowed(const NumberField& field) {
  const NumberLimits& limits = field.limits;
  if (limits.kind == Kind::values) return {limits.values.begin(), limits.values.end()};
  if (limits.kind == Kind::range) return {limits.min, limits.max};
  std::vector<std::int64_t> all;
  for (std::int64_t v = 0; v <= limits.max; ++v) all.push_back(v);
  return all;
}

std::string key(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
}

std::string shown(const NumberField& field, std::int64_t value) {
  switch (field.limits.kind) {
    case Kind::boolean: return value != 0 ? "true" : "false";
    case Kind::words: return std::string(field.limits.words[static_cast<std::size_t>(value)]);
    default: return std::to_string(value);
  }
}

std::string shown_limits(const NumberField& field) {
  switch (field.limits.kind) {
    case Kind::boolean: return "boolean";
    case Kind::range: return fmt::format("{} to {}", field.limits.min, field.limits.max);
    case Kind::values: return fmt::format("{}", fmt::join(field.limits.values, ", "));
    case Kind::words: break;
  }
  return fmt::format("{}", fmt::join(field.limits.words, ", "));
}

std::string markdown() {
  const FirmwareProfile& phyp = *find_profile("phyp");
  const FirmwareProfile& qemu = *find_profile("qemu");
  std::string text =
      "# Fields of a firmware profile\n\nGenerated from `firmware/profiles/profile_fields.cpp`; a "
      "test compares. Names that end in `_ns` are nanoseconds of simulated time.\nNumbers before a "
      "colon are the open points of LoPAR chapter 13 that the field decides.\n\n"
      "| field | allowed | phyp | qemu | meaning |\n|---|---|---|---|---|\n";
  for (const NumberField& field : number_fields()) {
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", key(field.group, field.name),
                        shown_limits(field), shown(field, field.get(phyp)),
                        shown(field, field.get(qemu)), field.about);
  }
  const auto row = [&](std::string_view group, std::string_view name, std::string_view type,
                       std::string_view about) {
    text += fmt::format("| `{}` | {} |  |  | {} |\n", key(group, name), type, about);
  };
  row("", "latencies_ns", "name of a call: nanoseconds", "latency of single calls");
  for (const auto& field : text_fields()) row(field.group, field.name, "text", field.about);
  for (const auto& field : text_list_fields()) row(field.group, field.name, "texts", field.about);
  for (const auto& field : number_list_fields()) {
    row(field.group, field.name, fmt::format("list of {} to {}", field.min, field.max),
        field.about);
  }
  return text;
}

// LPARSIM_UPDATE_GOLDENS=1 writes the file anew.
TEST(ProfileFields, TheDocumentIsTheOneOfTheRows) {
  const std::string path = LPARSIM_SOURCE_DIR "/docs/firmware-profile-fields.md";
  if (std::getenv("LPARSIM_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << markdown();
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), markdown());
}

TEST(ProfileFields, ShippedProfilesAreWithinTheLimits) {
  for (const std::string_view name : profile_names()) {
    const FirmwareProfile& profile = *find_profile(name);
    for (const NumberField& field : number_fields()) {
      EXPECT_TRUE(field.limits.allows(field.get(profile))) << name << " " << field.name;
    }
    const auto problem = contradiction(profile);
    EXPECT_FALSE(problem) << name << problem->pointer << problem->text;
  }
}

TEST(ProfileFields, SetWhatTheyGet) {
  for (const NumberField& field : number_fields()) {
    for (const std::int64_t value : allowed(field)) {
      FirmwareProfile profile = *find_profile("phyp");
      field.set(profile, value);
      EXPECT_EQ(field.get(profile), value) << field.name;
    }
  }
}

// A guest that calls what there is, with arguments that are often right.
void make_noise(Hypervisor& hypervisor, TestMemory& memory, ManualClock& clock, Random& random) {
  const auto tree = unflatten(hypervisor.flattened_tree(kDedicated));
  ASSERT_TRUE(tree);
  std::vector<std::uint32_t> tokens;
  for (const Property& property : tree->find("/rtas")->properties) {
    if (property.value.size() == 4) tokens.push_back(load_be32(property.value.data()));
  }
  constexpr std::uint32_t kLikely[] = {9001, 9002, 9003, 0,          1,          2,
                                       3,    100,  4096, 0x10000001, 0x80000007, 0x21010018};
  for (int i = 0; i < 200; ++i) {
    CellWriter block;
    const auto inputs = static_cast<std::uint32_t>(random.below(5));
    block.u32(tokens[random.below(tokens.size())]).u32(inputs);
    block.u32(static_cast<std::uint32_t>(1 + random.below(3)));
    for (int cell = 0; cell < 9; ++cell) block.u32(kLikely[random.below(std::size(kLikely))]);
    memory.write(GuestAddress{0x1000}, block.take());
    const auto entry = hypervisor.rtas_enter(kDedicated, ServerNumber{0}, GuestAddress{0x1000});
    clock.advance(entry.latency);
    hypervisor.rtas_commit(entry);
    std::array<std::uint64_t, 9> r{};
    for (auto& value : r) value = kLikely[random.below(std::size(kLikely))];
    hypervisor.hcall(kDedicated, ServerNumber{0}, random.below(0x100) * 4, r);
  }
}

TEST(ProfileFields, EveryAllowedValueGivesAPlatformThatRuns) {
  for (const NumberField& field : number_fields()) {
    for (const std::int64_t value : allowed(field)) {
      for (const std::string_view base : profile_names()) {
        SCOPED_TRACE(fmt::format("{} {}={}", base, key(field.group, field.name), value));
        FirmwareProfile profile = *find_profile(base);
        field.set(profile, value);
        if (contradiction(profile)) continue;
        ManualClock clock;
        ScriptedChoices choices{{}};
        EventLog log{clock};
        SeenEvents events;
        TestMemory memory{1U << 20};
        Hypervisor hypervisor(test_platform(), profile, {clock, choices, log}, events);
        ASSERT_EQ(hypervisor.power_on(kDedicated, memory).status, AssignStatus::done);
        hypervisor.client_architecture_support(kDedicated, {});
        Random random(static_cast<std::uint64_t>(value) + 17);
        make_noise(hypervisor, memory, clock, random);
        EXPECT_THAT(hypervisor.inconsistencies(), ::testing::IsEmpty());
      }
    }
  }
}

}  // namespace
}  // namespace lparsim::firmware
