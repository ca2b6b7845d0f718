// Seeded nonsense for the files of I/O: whatever user space writes and firmware answers, the level
// `fixed` says an errno or a count, holds no lock and keeps a tree that can be walked.
#include <algorithm>
#include <set>

#include "tests/kernel/rig_tree.hpp"
#include "tests/kernel/seeded_host.hpp"

namespace lparsim::kernel {
namespace {

// Firmware that answers anything.
class RandomHost final : public SeededHost {
 public:
  using SeededHost::SeededHost;

  void rtas(std::uint32_t, std::uint64_t address) override {
    std::uint8_t* block = rmo(address, 76);
    const std::size_t in = load_be32(block + 4), out = load_be32(block + 8);
    constexpr std::array<std::int32_t, 12> kStatuses{0, 0, 0, 0, 1, 2, 3, 4, -1, -3, -9000, -9002};
    for (std::size_t i = 0; i < out; ++i) {
      const auto value = i == 0 ? static_cast<std::uint32_t>(kStatuses[pick(kStatuses.size())])
                                : pick(3);
      store_be32(block + 12 + 4 * (in + i), value);
    }
    std::uint8_t* area = rmo(kConnectorWorkArea, 4096);
    for (const std::size_t word : {8U, 12U, 16U}) store_be32(area + word, 20 + pick(5000));
    std::copy_n("reg\0pci@1", 10, area + 20);
  }
  bool allocation_fails(const char*) override { return pick(50) == 0; }
  std::uint32_t fault_point(const char*, std::uint64_t, const char* const*,
                            std::uint32_t) override {
    return pick(20) == 0 ? 1 : 0;
  }
};

class IoFuzzTest : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  IoFuzzTest() {
    level_.switches |= bit(Switch::dt_requests);
    if (GetParam() % 2 == 0) level_.switches |= bit(Switch::drconf_writes);
    kernel_ = make_linux(host_, level_);
    host_.kernel = kernel_.get();
    const Bytes flat = flat_tree({.v1 = true, .io = true, .bridge = GetParam() % 3 == 0,
                                  .drc_info = GetParam() % 5 == 0, .phandles = true});
    std::copy(flat.begin(), flat.end(), host_.rmo(0x100000, flat.size()));
    EXPECT_EQ(kernel_->boot(0x100000, flat.size()), 0);
  }

  std::string any_of(std::initializer_list<const char*> words) {
    return *(words.begin() + host_.pick(static_cast<std::uint32_t>(words.size())));
  }
  std::string any_path() {
    return any_of({"/pci@800000020000000", "/pci@800000020000001", "/pci@800000020000000/pci@2",
                   "/pci@800000020000000/a@4", "/vdevice/l-lan@30000002", "/vdevice", "/", "",
                   "/memory@60000000", "/memory@0", "/cpus/PowerPC,POWER9@1", "/nothing/x", "y"});
  }
  std::string any_bytes(std::uint32_t most) {
    std::string out(host_.pick(most + 1), '\0');
    for (char& c : out) c = static_cast<char>(host_.pick(4) == 0 ? host_.pick(256) : host_.pick(4));
    return out;
  }
  std::string any_property() {
    const std::string value = any_bytes(24);
    const std::size_t size = host_.pick(8) == 0 ? host_.pick(60) : value.size();
    return any_of({"reg", "device_type", "ibm,my-drc-index", "ibm,drc-names", "ibm,drc-info",
                   "name", "ibm,dynamic-memory", "bus-range", "ibm,ppc-interrupt-server#s",
                   "phandle", "ibm,drc-indexes", "linux,direct64-ddr-window-info", ""}) +
           " " + std::to_string(size) + " " + value;
  }
  std::string ofdt_command() {
    std::string command = any_of({"add_node ", "remove_node ", "add_property ", "remove_property ",
                                  "update_property ", "add_node", ""});
    command += host_.pick(2) == 0 ? any_path() : any_of({"0x777", "80", "0x50", "0", "x"});
    for (std::uint32_t i = host_.pick(4); i > 0; --i) command += " " + any_property();
    if (host_.pick(2) == 0) command += '\0';
    return command;
  }
  std::string any_name() {
    return any_of({"PHB 0", "PHB 1", "V3-C2", "V3-C1", "P1-C1", "C32", "", "\n"}) +
           (host_.pick(8) == 0 ? any_bytes(80) : "");
  }

  // Every file below is read.
  void walk(const std::string& path, int depth) {
    std::vector<DirectoryEntry> entries;
    if (depth > 12 || kernel_->list(path, entries) != 0) return;
    std::set<std::string> names;
    for (const DirectoryEntry& entry : entries) {
      EXPECT_TRUE(names.insert(std::to_string(static_cast<int>(entry.type)) + entry.name).second ||
                  path.starts_with("/proc/device-tree"))
          << path << "/" << entry.name;
      const std::string below = path + "/" + entry.name;
      FileStat stat;
      Bytes out;
      kernel_->stat(below, stat);
      if (entry.type == FileType::directory) walk(below, depth + 1);
      if (entry.type == FileType::file) kernel_->read(below, out);
    }
  }

  RandomHost host_{GetParam()};
  KernelLevel level_ = *find_level("fixed");
  std::unique_ptr<GuestKernel> kernel_;
};

TEST_P(IoFuzzTest, NothingHarmsTheFixedLevel) {
  const auto write = [&](const std::string& path, const std::string& text) {
    const Bytes data(text.begin(), text.end());
    const std::int64_t result = kernel_->write(path, data);
    EXPECT_TRUE(result < 0 || result == static_cast<std::int64_t>(data.size()))
        << path << ": " << result;
    EXPECT_GE(result, -4095) << path;
    EXPECT_TRUE(host_.held.empty()) << path;
  };
  for (int i = 0; i < 400; ++i) {
    switch (host_.pick(9)) {
      case 0: kernel_->load_module(any_of({"rpaphp", "rpadlpar_io", "virtio_pci", "x"})); break;
      case 1: write("/sys/bus/pci/slots/control/add_slot", any_name()); break;
      case 2: write("/sys/bus/pci/slots/control/remove_slot", any_name()); break;
      case 3: write("/sys/kernel/dlpar", any_of({"dt add index 0x21010010", "dt remove index 0x0",
                                                 "dt remove index 0x20000000", "dt add index 5",
                                                 "dt remove index 0x30000002", "dt"})); break;
      case 4: write("/sys/bus/pci/rescan", any_of({"1", "0", "x", ""})); break;
      case 5: {
        std::vector<DirectoryEntry> slots;
        kernel_->list("/sys/bus/pci/slots", slots);
        if (slots.empty()) break;
        const auto& slot = slots[host_.pick(static_cast<std::uint32_t>(slots.size()))].name;
        write("/sys/bus/pci/slots/" + slot + any_of({"/power", "/attention", "/adapter"}),
              any_of({"0", "1", "2", "256", ""}));
        break;
      }
      case 6: {
        std::vector<DirectoryEntry> devices;
        kernel_->list("/sys/bus/pci/devices", devices);
        if (!devices.empty()) write("/sys/bus/pci/devices/" + devices[0].name + "/remove", "1");
        break;
      }
      default: write("/proc/ppc64/ofdt", host_.pick(30) == 0 ? any_bytes(65536) : ofdt_command());
    }
    if (i % 100 == 99) {
      walk("/proc", 0);
      walk("/sys", 0);
    }
  }
  EXPECT_FALSE(kernel_->view().crashed);
}

INSTANTIATE_TEST_SUITE_P(Seeds, IoFuzzTest, ::testing::Range(1U, 31U));

}  // namespace
}  // namespace lparsim::kernel
