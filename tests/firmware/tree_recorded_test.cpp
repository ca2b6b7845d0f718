// The `qemu` profile against trees recorded from QEMU 7.2: the same nodes and properties with the
// same bytes, but for what is named here. The values are compared one by one in
// tree_builder_test.cpp, too.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "firmware/device_tree/flatten.hpp"
#include "tests/firmware/tree_shapes.hpp"

namespace lparsim::firmware {
namespace {

namespace fs = std::filesystem;

fs::path recorded_trees() {
  return fs::path{LPARSIM_SOURCE_DIR} / "tests/data/conform/trees";
}

// Values that are ours by design: node identity, what a machine's description decides, the order of
// a hash table.
const std::set<std::string, std::less<>> kOurValues{
    "phandle", "ibm,drc-indexes", "ibm,drc-names", "ibm,drc-types", "linux,rtas-base",
    "linux,rtas-entry", "rtas-size", "ibm,drc-power-domains", "interrupt-map",
    "ibm,ddw-applicable", "ibm,ddw-extensions"};  // our token numbers

// Nodes and properties of theirs that we do not have: SLOF's own packages, QEMU's marks for itself,
// what Linux adds, persistent memory, PCI (another machine), RTAS calls that are not modelled.
bool left_out(std::string_view name, bool token) {
  static const std::set<std::string, std::less<>> kNames{
      "packages", "mmu", "ibm,persistent-memory", "phandle", "ibm,drc-indexes", "ibm,drc-names",
      "ibm,drc-types", "ibm,drc-power-domains"};
  for (const char* prefix : {"slof,", "qemu,", "linux,", "pci@"}) {
    if (name.starts_with(prefix)) return true;
  }
  return kNames.contains(name) || token;
}

struct Recorded {
  int compared = 0;

  void compare(const Node& ours, const Node& theirs, const std::string& path) {
    for (const Property& p : ours.properties) {
      const Property* other = theirs.property(p.name);
      if (other == nullptr) {
        EXPECT_TRUE(path == "/rtas" || p.name == "phandle" || p.name == "bootargs")
            << path << " " << p.name << " was not recorded";
        continue;
      }
      const bool token = path == "/rtas" && p.value.size() == 4 && other->value.size() == 4 &&
                         load_be32(other->value.data()) >> 8 == 0x20;
      if (token || kOurValues.contains(p.name)) continue;
      EXPECT_EQ(p.value, other->value) << path << " " << p.name;
      ++compared;
    }
    for (const Property& p : theirs.properties) {
      const bool token = p.value.size() == 4 && load_be32(p.value.data()) >> 8 == 0x20;
      if (left_out(p.name, path == "/rtas" && token)) continue;
      EXPECT_NE(ours.property(p.name), nullptr) << path << " " << p.name << " is missing";
    }
    for (const Node& child : ours.children) {
      const Node* other = theirs.child(child.name);
      EXPECT_NE(other, nullptr) << path << "/" << child.name << " was not recorded";
      if (other != nullptr) compare(child, *other, path + "/" + child.name);
    }
    for (const Node& child : theirs.children) {
      if (left_out(child.name, false)) continue;
      EXPECT_NE(ours.child(child.name), nullptr) << path << "/" << child.name << " is missing";
    }
  }
};

Fixture power9() {
  Fixture f;
  f.machine.processor = {"POWER9", 0x0f000005, 1, 1'000'000'000U, 512'000'000U};
  f.machine.installed_units = ProcUnits{400};
  f.machine.installed_lmbs = 16;
  f.machine.slots.clear();
  f.partition.procs = 1;
  f.partition.max_procs = 4;
  f.partition.lmbs = 4;
  f.partition.max_lmbs = 16;
  f.partition.virtual_slots.clear();
  f.options = {.memory_v2 = true, .hot_plug_interrupts = true, .form1_affinity = true,
               .form2_affinity = true, .hpt_resize = true, .radix = true, .xive = true};
  f.options.reported = true;
  return f;
}

Fixture power8() {
  Fixture f = power9();
  f.machine.processor = {"POWER8", 0x0f000004, 1, 1'000'000'000U, 512'000'000U};
  f.machine.installed_lmbs = f.partition.max_lmbs = 64;
  f.options.radix = f.options.xive = false;
  return f;
}

Fixture power9_with_two_nodes() {
  Fixture f = power9();
  f.machine.cores_per_chip = 2;
  return f;
}

struct Shape {
  const char* file;
  Fixture (*fixture)();
};

class TreeRecorded : public ::testing::TestWithParam<Shape> {};

TEST_P(TreeRecorded, QemuProfilePublishesWhatQemuPublishedAndNothingElse) {
  const fs::path dts = recorded_trees() / GetParam().file;
  ASSERT_TRUE(fs::exists(dts)) << dts;
  if (std::system("dtc --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "dtc is not installed";
  const std::string dtb = std::string{::testing::TempDir()} + "lparsim_" + GetParam().file + ".dtb";
  const std::string command = "dtc -q -I dts -O dtb -o " + dtb + " " + dts.string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(dtb, std::ios::binary);
  const Bytes blob{std::istreambuf_iterator<char>(file), {}};
  const auto theirs = unflatten(blob);
  std::remove(dtb.c_str());
  ASSERT_TRUE(theirs.has_value());
  Recorded recorded;
  recorded.compare(GetParam().fixture().tree("qemu"), *theirs, "");
  EXPECT_GE(recorded.compared, 100);
}

INSTANTIATE_TEST_SUITE_P(Qemu, TreeRecorded,
                         ::testing::Values(Shape{"power9.dts", power9}, Shape{"power8.dts", power8},
                                           Shape{"power9_numa2.dts", power9_with_two_nodes}));

}  // namespace
}  // namespace lparsim::firmware
