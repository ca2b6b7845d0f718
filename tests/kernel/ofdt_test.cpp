// /proc/powerpc/ofdt: grammar, errno and what becomes of the tree (kernel.md 9, 11: 5, 15, 25).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

class OfdtTest : public KernelRig {
 protected:
  std::int64_t ofdt(const std::string& text) { return write("/proc/ppc64/ofdt", text); }
  bool exists(std::string_view path) {
    FileStat stat;
    return kernel_->stat(path, stat) == 0;
  }
};

// As drmgr writes it: raw values, one NUL at the end.
std::string add_ethernet() {
  return std::string("add_node /pci@800000020000000/ethernet@4 max-latency 4 ") +
         std::string("\0\0\0\0", 4) + " reg 20 " + std::string("\0\0\x20", 3) +
         std::string(17, '\0') + " ibm,loc-code 3 a \0" + std::string(1, '\0');
}

TEST_F(OfdtTest, IsOneFileWithTwoNamesForRootAlone) {
  start("6.1");
  FileStat stat;
  EXPECT_EQ(kernel_->stat("/proc/powerpc/ofdt", stat), 0);
  EXPECT_EQ(stat.mode, 0200U);
  EXPECT_EQ(stat.size, 0U);
  EXPECT_EQ(kernel_->stat("/proc/ppc64/ofdt", stat), 0);
  std::string target;
  EXPECT_EQ(kernel_->read_link("/proc/ppc64", target), 0);
  EXPECT_EQ(target, "powerpc");
  Bytes out;
  EXPECT_EQ(kernel_->read("/proc/ppc64/ofdt", out), -EACCES);
}

TEST_F(OfdtTest, AddsANodeWithRawValues) {
  start("6.1", {.io = true});
  const std::string command = add_ethernet();
  EXPECT_EQ(ofdt(command), static_cast<std::int64_t>(command.size()));
  const std::string node = "/proc/device-tree/pci@800000020000000/ethernet@4/";
  EXPECT_EQ(read(node + "max-latency"), std::string("\0\0\0\0", 4));
  EXPECT_EQ(read(node + "reg").size(), 20U);
  EXPECT_EQ(read(node + "ibm,loc-code"), std::string("a \0", 3));
  EXPECT_FALSE(exists(node + "name"));        // only what was given
  EXPECT_EQ(host_.tree_events,
            std::vector<std::string>{"+/pci@800000020000000/ethernet@4"});
  EXPECT_EQ(ofdt(command), -EINVAL);          // it is there now
}

TEST_F(OfdtTest, ChecksTheGrammarOfAddNode) {
  start("6.1", {.io = true});
  const std::vector<std::string> bad{
      "",
      "add_node",
      "add_node /x",                          // no blank behind the path
      "add_node /x a",
      "add_node /x a ",
      "add_node /x a 4",
      "add_node /x a 4 abc",                  // value cut short
      "add_node /x a 4 abcde",                // no blank behind the value
      "add_node /x a x abcd",
      "add_node /x a 4294967295 abcd",
      "add_node /x a 4294967290 abcd",
      std::string("add_node /x a 1 b \0\0", 20),
      "add_node / a 1 b",
      "add_node /cpus a 1 b",
      "remove_everything /x",
      std::string("add\0node /x a 1 b", 17),
      "add_node /x/ a 1 b"};
  for (const std::string& command : bad) EXPECT_EQ(ofdt(command), -EINVAL) << command;
  EXPECT_TRUE(host_.tree_events.empty());
  // What passes: a value that ends the write, an empty one before the NUL, blanks in a value.
  const std::vector<std::string> good{"add_node /x a 4 b cd", "add_node y a 1 b",
                                      std::string("add_node /z a 0 \0", 17), "add_node /w "};
  for (const std::string& command : good) {
    EXPECT_EQ(ofdt(command), static_cast<std::int64_t>(command.size())) << command;
  }
  EXPECT_EQ(read("/proc/device-tree/x/a"), "b cd");
  EXPECT_EQ(read("/proc/device-tree/z/a"), "");
  EXPECT_TRUE(exists("/proc/device-tree/y"));
}

TEST_F(OfdtTest, RemovesNodesWithoutChildren) {
  start("6.1", {.io = true});
  EXPECT_EQ(ofdt("remove_node /nothing"), -ENODEV);
  EXPECT_EQ(ofdt("remove_node /"), -EINVAL);
  EXPECT_EQ(ofdt("remove_node /vdevice"), -EBUSY);
  EXPECT_EQ(ofdt("remove_node /vdevice/l-lan@30000002\n"), -ENODEV);   // part of the name
  EXPECT_EQ(ofdt("remove_node /vdevice/l-lan@30000002/"), -ENODEV);
  EXPECT_EQ(ofdt("remove_node /vdevice/l-lan@30000002"), 35);
  EXPECT_FALSE(exists("/proc/device-tree/vdevice/l-lan@30000002"));
  EXPECT_EQ(host_.tree_events, std::vector<std::string>{"-/vdevice/l-lan@30000002"});
}

TEST_F(OfdtTest, EditsPropertiesByPhandle) {
  start("6.1", {.io = true});
  const std::string node = "/proc/device-tree/pci@800000020000000/";
  EXPECT_EQ(ofdt("add_property 1911 color 3 red"), 29);          // 0x777
  EXPECT_EQ(read(node + "color"), "red");
  EXPECT_EQ(ofdt("update_property 0x777 color 5 green add 8 12345678"), 50);
  EXPECT_EQ(read(node + "color"), "green");
  EXPECT_EQ(ofdt("update_property 03567 size 1 s"), 30);         // octal; made when missing
  EXPECT_EQ(read(node + "size"), "s");
  EXPECT_EQ(ofdt("remove_property 1911 color"), 26);
  EXPECT_FALSE(exists(node + "color"));
  EXPECT_EQ(ofdt("remove_property 1911 color"), -ENODEV);
  EXPECT_EQ(ofdt("remove_property 1911 "), -EINVAL);
  EXPECT_EQ(ofdt("update_property 0x777  1 a"), -ENODEV);        // a property without a name
  EXPECT_EQ(ofdt("update_property 0x777 color 9 red"), -EINVAL);
  for (const char* command : {"add_property", "update_property", "remove_property"}) {
    EXPECT_EQ(ofdt(std::string(command) + " 0x778 a 1 b"), -ENODEV);
    EXPECT_EQ(ofdt(std::string(command) + " 0 a 1 b"), -ENODEV);
    EXPECT_EQ(ofdt(std::string(command) + " 0x777"), -ENODEV);
  }
  EXPECT_EQ(host_.tree_events.back(), "=/pci@800000020000000:color");
}

TEST_F(OfdtTest, MemoryRunsOut) {
  start("fixed", {.io = true});
  for (const char* site : {"kernel.ofdt_buffer", "kernel.ofdt_property", "kernel.ofdt_node"}) {
    host_.no_memory = {site};
    EXPECT_EQ(ofdt("add_node /x a 1 b"), -ENOMEM) << site;
  }
  EXPECT_TRUE(host_.tree_events.empty());
}

TEST_F(OfdtTest, UnknownParentIsABadAccessOnlyWithTheDefect) {
  start(alone(Switch::ofdt_unknown_parent, false));
  EXPECT_EQ(ofdt("add_node /nothing/x a 1 b"), -EINVAL);
  EXPECT_FALSE(kernel_->view().crashed);
  start(alone(Switch::ofdt_unknown_parent));
  EXPECT_EQ(ofdt("add_node /nothing/x a 1"), -EINVAL);           // the grammar comes first
  EXPECT_THROW(ofdt("add_node /nothing/x a 1 b"), BugHit);
  EXPECT_TRUE(kernel_->view().crashed);
}

TEST_F(OfdtTest, AddOfAnExistingPropertySucceedsOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start(alone(Switch::ofdt_add_ignores_result, there), {.io = true});
    const auto before = kernel_->view().allocations;
    EXPECT_EQ(ofdt("add_property 0x777 reg 1 b"), there ? 26 : -EEXIST);
    EXPECT_EQ(read("/proc/device-tree/pci@800000020000000/reg").size(), 16U);
    EXPECT_EQ(kernel_->view().allocations, before + (there ? 1 : 0));
  }
}

TEST_F(OfdtTest, ReferencesLeakOnlyWithTheDefects) {
  for (const bool there : {true, false}) {
    start(alone(Switch::ofdt_reference_leak, there), {.io = true});
    auto before = kernel_->view().allocations;
    EXPECT_EQ(ofdt("update_property 0x777 reg 1 b"), 29);
    EXPECT_EQ(ofdt("remove_property 0x777 nothing"), -ENODEV);
    EXPECT_EQ(kernel_->view().allocations, before + (there ? 2 : 0));
    start(alone(Switch::node_remove_leaks, there), {.io = true});
    before = kernel_->view().allocations;
    EXPECT_EQ(ofdt("add_node /x a 1 b"), 17);
    EXPECT_EQ(ofdt("remove_node /x"), 14);
    EXPECT_EQ(kernel_->view().allocations, before + (there ? 2 : 0));
  }
}

TEST_F(OfdtTest, ACpuNodeBringsItsThreads) {
  start("fixed");
  const std::string servers = std::string("\0\0\0\x01", 4);
  EXPECT_GT(ofdt("add_node /cpus/PowerPC,POWER9@1 ibm,ppc-interrupt-server#s 4 " + servers), 0);
  EXPECT_EQ(read("/sys/devices/system/cpu/present"), "0-1\n");
  EXPECT_EQ(online(), "0\n");
  EXPECT_GT(ofdt("remove_node /cpus/PowerPC,POWER9@1"), 0);
  EXPECT_EQ(read("/sys/devices/system/cpu/present"), "0\n");
}

TEST_F(OfdtTest, ACpuThatIsOnlineDoesNotGo) {
  start(alone(Switch::cpu_detach_while_online, false));
  EXPECT_EQ(ofdt("remove_node /cpus/PowerPC,POWER9@0"), -EBUSY);
  EXPECT_EQ(read("/sys/devices/system/cpu/present"), "0\n");
  start(alone(Switch::cpu_detach_while_online));
  EXPECT_THROW(ofdt("remove_node /cpus/PowerPC,POWER9@0"), BugHit);
}

}  // namespace
}  // namespace lparsim::kernel
