// Drivers of PCI devices and the DMA window that they make the kernel open (LoPAR 7.3.27; values of
// the recorded op pci_add_virtio), and drivers that take their time.
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

Script query(std::int32_t status, std::int32_t windows, std::int32_t high, std::int32_t low,
             std::int32_t pages) {
  return {{"ibm,query-pe-dma-window", {0x2800, 0x08000000, 0x20000000},
           {status, windows, high, low, pages, 0}, {}, {}, {}}};
}
Script create(std::uint32_t page, std::uint32_t window, std::int32_t status = 0) {
  return {{"ibm,create-pe-dma-window", {0x2800, 0x08000000, 0x20000000, page, window},
           {status, static_cast<std::int32_t>(0x80000001), 0x08000000, 0}, {}, {}, {}}};
}

class PciDriverTest : public KernelRig {
 protected:
  static constexpr const char* kPhb = "/proc/device-tree/pci@800000020000000/";
  void add_card() {
    const auto word = [](std::string_view bytes) { return std::string(bytes); };
    ASSERT_GT(write("/proc/ppc64/ofdt",
                    "add_node /pci@800000020000000/ethernet@5 reg 20 " + word({"\0\0\x28", 3}) +
                        std::string(17, '\0') + " vendor-id 4 " + word({"\0\0\x1a\xf4", 4}) +
                        " device-id 4 " + word({"\0\0\x10\0", 4}) + " ibm,my-drc-index 4 " +
                        word({"\x40\0\0\x28", 4})),
              0);
  }
  bool exists(const std::string& path) {
    FileStat stat;
    return kernel_->stat(path, stat) == 0;
  }
  std::int64_t rescan() { return write("/sys/bus/pci/rescan", "1"); }
};

TEST_F(PciDriverTest, ALoadedDriverOpensAWindowAsRecorded) {
  start("6.1", {.io = true});
  EXPECT_EQ(kernel_->load_module("virtio_pci"), 0);
  add_card();
  host_.expect(query(0, 1, 0x20, 0, 0x107) + create(24, 32));
  EXPECT_EQ(rescan(), 1);
  EXPECT_EQ(read(std::string(kPhb) + "linux,direct64-ddr-window-info"),
            std::string("\x80\0\0\1\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\x18\0\0\0\x20", 24));
  EXPECT_TRUE(host_.logged("virtio-pci 0000:00:05.0: ibm,query-pe-dma-windows("));
  EXPECT_TRUE(host_.logged(" 2800 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1"));
  EXPECT_TRUE(host_.logged(" 2800 8000000 20000000 18 20 returned 0 (liobn = 0x80000001 starting "
                           "addr = 8000000 0)"));
  // It stays when the device goes, and serves the next one.
  EXPECT_EQ(write("/sys/bus/pci/devices/0000:00:05.0/remove", "1"), 1);
  EXPECT_TRUE(exists(std::string(kPhb) + "linux,direct64-ddr-window-info"));
  EXPECT_EQ(rescan(), 1);
}

TEST_F(PciDriverTest, ADriverThatIsLoadedLaterTakesWhatIsThere) {
  start("6.1", {.io = true});
  add_card();
  EXPECT_EQ(rescan(), 1);
  EXPECT_EQ(kernel_->load_module("e1000e"), 0);       // not its device
  host_.expect(query(0, 1, 0x20, 0, 0x107) + create(24, 32));
  EXPECT_EQ(kernel_->load_module("virtio_pci"), 0);
  EXPECT_EQ(kernel_->load_module("virtio_pci"), 0);
}

TEST_F(PciDriverTest, ASmallBlockMapsAPartOfMemory) {
  start("6.1", {.io = true});
  EXPECT_EQ(kernel_->load_module("virtio_pci"), 0);
  add_card();
  host_.expect(query(0, 1, 0, 0x40, 3) + create(16, 22, 9900) + create(16, 22));
  EXPECT_EQ(rescan(), 1);
  EXPECT_FALSE(exists(std::string(kPhb) + "linux,direct64-ddr-window-info"));
  EXPECT_TRUE(exists(std::string(kPhb) + "linux,dma64-ddr-window-info"));
}

TEST_F(PciDriverTest, WithoutAWindowTheDeviceWorksAllTheSame) {
  for (const Script& script : {query(-3, 0, 0, 0, 0), query(0, 0, 0x20, 0, 0x107),
                               query(0, 1, 0, 0, 0x107), query(0, 1, 0x20, 0, 0),
                               query(0, 1, 0x20, 0, 0x107) + create(24, 32, -1)}) {
    start("6.1", {.io = true});
    EXPECT_EQ(kernel_->load_module("virtio_pci"), 0);
    add_card();
    host_.expect(script);
    EXPECT_EQ(rescan(), 1);
    EXPECT_TRUE(exists("/sys/bus/pci/devices/0000:00:05.0"));
    EXPECT_FALSE(exists(std::string(kPhb) + "linux,direct64-ddr-window-info"));
  }
}

TEST_F(PciDriverTest, ThePhbThatGoesGivesItsWindowBack) {
  start("fixed", {.io = true});
  EXPECT_EQ(kernel_->load_module("virtio_pci"), 0);
  add_card();
  host_.expect(query(0, 1, 0x20, 0, 0x107) + create(24, 32));
  EXPECT_EQ(rescan(), 1);
  EXPECT_GT(write("/proc/ppc64/ofdt", "remove_node /pci@800000020000000/ethernet@5"), 0);
  host_.expect({{"ibm,remove-pe-dma-window", {0x80000001}, {0}, {}, {}, {}}});
  EXPECT_GT(write("/proc/ppc64/ofdt", "remove_node /pci@800000020000000"), 0);
}

TEST_F(PciDriverTest, ADriverMayTakeTwoMinutesToLetGo) {
  start("6.1", {.io = true});
  host_.expect(power_level(0xffffffff) + sense(0x40000020, 0) + power_level(0xffffffff) +
               sense(0x40000028, 0));
  EXPECT_EQ(kernel_->load_module("rpadlpar_io"), 0);
  add_card();
  EXPECT_EQ(rescan(), 1);
  host_.refuse["kernel.driver_remove"] = {0x40000028, 0x30000002};
  const auto slow = [&](std::string_view path, std::string_view text) {
    const auto before = host_.now_ns();
    EXPECT_EQ(write(path, text), static_cast<std::int64_t>(text.size())) << path;
    EXPECT_EQ(host_.now_ns() - before, 120'000'000'000U) << path;
    EXPECT_TRUE(host_.logged("blocked for more than 120 seconds"));
    host_.messages.clear();
  };
  slow("/sys/bus/pci/slots/control/remove_slot", "V3-C2");
  slow("/sys/bus/pci/slots/C40/power", "0");
  EXPECT_FALSE(exists("/sys/bus/pci/devices/0000:00:05.0"));
  EXPECT_EQ(rescan(), 1);
  slow("/sys/bus/pci/devices/0000:00:05.0/remove", "1");
}

}  // namespace
}  // namespace lparsim::kernel
