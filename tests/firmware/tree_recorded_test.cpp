// The `qemu` profile against a tree recorded from QEMU 7.2 (POWER9, 1 CPU of 4, 1 GiB of 4 GiB):
// whatever both trees publish must have the same bytes. Skipped where the recording is absent; the
// same values are compared one by one in tree_builder_test.cpp.
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

fs::path recorded_tree() {
  const char* shared = std::getenv("LPARSIM_SHARED");
  const fs::path base =
      shared != nullptr ? fs::path{shared} : fs::path{LPARSIM_SOURCE_DIR}.parent_path() / "shared";
  return base / "reference/qemu/trees/power9.dts";
}

// Ours by design: node identity, what a machine's description decides, order of a hash table.
const std::set<std::string> kOurs{
    "phandle", "ibm,drc-indexes", "ibm,drc-names", "ibm,drc-types", "linux,rtas-base",
    "linux,rtas-entry", "rtas-size", "interrupts", "interrupt-ranges", "clock-frequency",
    "set-indicator", "get-sensor-state", "ibm,drc-power-domains",
    "ibm,segment-page-sizes",   // PowerVM's list, which has all page sizes
    "ibm,pft-size"};            // from the largest memory, where QEMU starts with a smaller table

void compare(const Node& ours, const Node& theirs, const std::string& path, int& compared) {
  for (const Property& p : ours.properties) {
    const Property* other = theirs.property(p.name);
    if (other == nullptr || kOurs.contains(p.name)) continue;
    EXPECT_EQ(p.value, other->value) << path << " " << p.name;
    ++compared;
  }
  for (const Node& child : ours.children) {
    const Node* other = theirs.child(child.name);
    if (other != nullptr) compare(child, *other, path + "/" + child.name, compared);
  }
}

Fixture power9() {
  Fixture f;
  f.machine.processor = {"POWER9", 0x0f000005, 1, 1'000'000'000U, 512'000'000U};
  f.machine.installed_units = ProcUnits{400};
  f.machine.installed_lmbs = 16;
  f.machine.slots.clear();
  f.partition.procs = 1;
  f.partition.max_procs = 4;
  f.partition.max_lmbs = 16;
  f.partition.virtual_slots.clear();
  f.options = {.memory_v2 = true, .hot_plug_interrupts = true, .form1_affinity = true,
               .form2_affinity = true, .hpt_resize = true, .radix = true, .xive = true};
  return f;
}

TEST(TreeRecorded, QemuProfilePublishesWhatQemuPublished) {
  const fs::path dts = recorded_tree();
  if (!fs::exists(dts)) GTEST_SKIP() << "no recorded tree";
  if (std::system("dtc --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "dtc is not installed";
  const std::string dtb = std::string{::testing::TempDir()} + "lparsim_power9.dtb";
  const std::string command = "dtc -q -I dts -O dtb -o " + dtb + " " + dts.string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(dtb, std::ios::binary);
  const Bytes blob{std::istreambuf_iterator<char>(file), {}};
  const auto theirs = unflatten(blob);
  std::remove(dtb.c_str());
  ASSERT_TRUE(theirs.has_value());
  int compared = 0;
  compare(power9().tree("qemu"), *theirs, "", compared);
  EXPECT_GE(compared, 60);
}

}  // namespace
}  // namespace lparsim::firmware
