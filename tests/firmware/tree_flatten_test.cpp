#include <gmock/gmock.h>

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "firmware/device_tree/flatten.hpp"
#include "tests/firmware/tree_shapes.hpp"

namespace lparsim::firmware {
namespace {

TEST(TreeFlatten, ReadsBackWhatItWrote) {
  Fixture f;
  f.options.memory_v2 = true;
  for (const char* name : {"phyp", "qemu"}) {
    const Node root = f.tree(name);
    const auto again = unflatten(flatten(root));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, root);
    EXPECT_EQ(flatten(*again), flatten(root));
  }
}

TEST(TreeFlatten, RefusesEveryShortenedBlob) {
  Node small;
  small.add_u32("a", 1);
  small.children.push_back({"b", {}, {}});
  const Bytes blob = flatten(small);
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const Bytes cut(blob.begin(), blob.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(unflatten(cut).has_value()) << size;
  }
}

TEST(TreeFlatten, SurvivesEveryDamagedByte) {
  Node small;
  small.add_str("compatible", "x");
  small.children.push_back({"child@1", {{"reg", ints({1})}}, {}});
  const Bytes blob = flatten(small);
  for (std::size_t at = 0; at < blob.size(); ++at) {
    Bytes bad = blob;
    bad[at] ^= 0xff;
    const auto result = unflatten(bad);                 // either a tree or an error, no crash
    EXPECT_TRUE(result.has_value() || !result.error().message.empty()) << at;
  }
}

TEST(TreeFlatten, DtcAcceptsIt) {
  if (std::system("dtc --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "dtc is not installed";
  Fixture f;
  for (const char* name : {"phyp", "qemu"}) {
    const std::string base = std::string{::testing::TempDir()} + "lparsim_tree_" + name;
    const Bytes blob = flatten(f.tree(name));
    std::ofstream(base + ".dtb", std::ios::binary)
        .write(reinterpret_cast<const char*>(blob.data()),
               static_cast<std::streamsize>(blob.size()));
    const std::string command =
        "dtc -I dtb -O dts -o " + base + ".dts " + base + ".dtb 2>" + base + ".err";
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 0);
    std::ifstream errors(base + ".err");
    for (std::string line; std::getline(errors, line);) {
      EXPECT_EQ(line.find("ERROR"), std::string::npos) << line;
      EXPECT_EQ(line.find("FATAL"), std::string::npos) << line;
    }
    for (const char* end : {".dtb", ".dts", ".err"}) std::remove((base + end).c_str());
  }
}

}  // namespace
}  // namespace lparsim::firmware
