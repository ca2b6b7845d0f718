// Every path of the file surface (drmgr.md section 2) in one table: type, mode, size, content, and
// the errno of reading, of writing what nobody understands, and on levels that do not have it.
#include <algorithm>
#include <array>
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kAttribute = 4096;      // size of what sysfs has
constexpr std::string_view kNotRead = "(not compared)";
constexpr std::string_view kAll = "2.6.33 4.12 6.1 6.12 fixed";
constexpr std::string_view kSince412 = "4.12 6.1 6.12 fixed";

struct Surface {
  std::string_view path;
  std::uint32_t mode;
  std::string_view content;            // what reading gives when `read` is 0
  int read = 0;                        // errno of reading
  int garbage = -EACCES;               // of writing "\xffnonsense"
  std::string_view levels = kAll;      // that have it; ENOENT on others
};

constexpr std::string_view kTree = "/proc/device-tree";

constexpr std::array kSurface{
    // 2.1
    Surface{"/proc/cpuinfo", 0444, kNotRead},
    Surface{"/proc/device-tree/device_type", 0444, "chrp\0"sv},
    Surface{"/proc/device-tree/model", 0444, "IBM,9009-42A\0"sv},
    Surface{"/proc/device-tree/ibm,partition-no", 0444, "\0\0\0\3"sv},
    Surface{"/proc/device-tree/rtas/get-sensor-state", 0444, "\0\0\x20\5"sv},
    Surface{"/proc/device-tree/rtas/ibm,associativity-reference-points", 0444, "\0\0\0\1"sv},
    Surface{"/proc/ppc64/rtas/rmo_buffer", 0400, "0000000000010000 10000\n"},
    Surface{"/proc/powerpc/rtas/rmo_buffer", 0400, "0000000000010000 10000\n"},
    Surface{"/sys/kernel/dlpar", 0644, kNotRead, 0, -EINVAL, kSince412},
    Surface{"/sys/bus/pci/slots/control/add_slot", 0644, "0\n", 0, -ENODEV},
    Surface{"/sys/bus/pci/slots/control/remove_slot", 0644, "0\n", 0, -ENODEV},
    // 2.2
    Surface{"/proc/device-tree/cpus/ibm,drc-indexes", 0444,
            "\0\0\0\4\x10\0\0\0\x10\0\0\2\x10\0\0\4\x10\0\0\6"sv},
    Surface{"/proc/device-tree/cpus/PowerPC,POWER9@2/ibm,my-drc-index", 0444, "\x10\0\0\2"sv},
    Surface{"/proc/device-tree/cpus/PowerPC,POWER9@2/reg", 0444, "\0\0\0\2"sv},
    Surface{"/proc/device-tree/cpus/PowerPC,POWER9@2/ibm,ppc-interrupt-server#s", 0444,
            "\0\0\0\2\0\0\0\3"sv},
    Surface{"/sys/devices/system/cpu/online", 0444, "0-3\n"},
    Surface{"/sys/devices/system/cpu/offline", 0444, "4-7\n"},
    Surface{"/sys/devices/system/cpu/present", 0444, "0-3\n"},
    Surface{"/sys/devices/system/cpu/possible", 0444, "0-7\n"},
    Surface{"/sys/devices/system/cpu/kernel_max", 0444, kNotRead},
    Surface{"/sys/devices/system/cpu/cpu0/physical_id", 0444, "0\n"},
    Surface{"/sys/devices/system/cpu/cpu3/physical_id", 0444, "3\n"},
    Surface{"/sys/devices/system/cpu/cpu7/physical_id", 0444, "-1\n"},
    Surface{"/sys/devices/system/cpu/cpu3/online", 0644, "1\n", 0, -EINVAL},
    Surface{"/sys/devices/system/cpu/cpu7/online", 0644, "0\n", 0, -EINVAL},
    Surface{"/sys/devices/system/cpu/probe", 0200, "", -EACCES, -EINVAL},
    Surface{"/sys/devices/system/cpu/release", 0200, "", -EACCES, -EINVAL},
    Surface{"/proc/ppc64/ofdt", 0200, "", -EACCES, -EINVAL},
    Surface{"/proc/ppc64/lparcfg", 0644, kNotRead, 0, -EINVAL},
    // 2.3
    Surface{"/sys/devices/system/memory/block_size_bytes", 0444, "10000000\n"},
    Surface{"/sys/devices/system/memory/memory0/removable", 0444, "1\n"},
    Surface{"/sys/devices/system/memory/memory0/state", 0644, "online\n", 0, -EINVAL},
    Surface{"/sys/devices/system/memory/memory3/phys_index", 0444, "00000003\n"},
    Surface{"/sys/devices/system/memory/probe", 0200, "", -EACCES, -EINVAL},
    Surface{"/proc/device-tree/memory@0/reg", 0444,
            "\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0"sv},
    Surface{"/proc/device-tree/ibm,dynamic-reconfiguration-memory/ibm,lmb-size", 0444,
            "\0\0\0\0\x10\0\0\0"sv},
    Surface{"/proc/device-tree/ibm,dynamic-reconfiguration-memory/ibm,dynamic-memory", 0444,
            kNotRead},
    Surface{"/proc/device-tree/ibm,dynamic-reconfiguration-memory/"
            "ibm,associativity-lookup-arrays",
            0444, "\0\0\0\1\0\0\0\1\0\0\0\0"sv},
    Surface{"/sys/devices/system/node/node0/cpumap", 0444, kNotRead},
    Surface{"/sys/devices/system/node/node0/meminfo", 0444, kNotRead},
    // 2.4
    Surface{"/proc/device-tree/vdevice/l-lan@30000002/ibm,my-drc-index", 0444, "\x30\0\0\2"sv},
    Surface{"/proc/device-tree/vdevice/ibm,drc-names", 0444,
            "\0\0\0\6V3-C0\0V3-C1\0V3-C2\0V3-C3\0V3-C4\0V3-C5\0"sv},
    Surface{"/sys/devices/vio/30000002/devspec", 0444, "/vdevice/l-lan@30000002\n"},
    Surface{"/sys/bus/pci/rescan", 0200, "", -EACCES, -EINVAL},
    Surface{"/sys/kernel/mobility/api_version", 0444, "1\n", 0, -EACCES, kSince412},
    Surface{"/sys/kernel/mobility/migration", 0200, "", -EACCES, -EINVAL, kSince412},
    Surface{"/sys/devices/system/power/hibernate", 0644, "1\n"},
    // Of hardware that is not there.
    Surface{"/proc/device-tree/ibm,lpar-capable", 0444, "", 0, -EACCES, ""},
    Surface{"/sys/devices/system/cpu/cpu8/online", 0644, "", 0, -EACCES, ""},
    Surface{"/sys/devices/system/memory/memory4/state", 0644, "", 0, -EACCES, ""},
    Surface{"/sys/bus/ibmebus/drivers/ehea/capabilities", 0444, "", 0, -EACCES, ""},
    Surface{"/sys/bus/ibmebus/probe", 0200, "", 0, -EACCES, ""},
    Surface{"/sys/devices/virtual/misc/vas/vas0/gzip/qos_capabilities/update_total_credits", 0644,
            "", 0, -EACCES, ""},
};

using FileSurface = KernelRig;

TEST_F(FileSurface, EveryPathOfDrmgrOnEveryLevel) {
  for (const KernelLevel& level : levels()) {
    start(level, {.threads = 2, .cores = 2, .v1 = true, .io = true});
    // Each hot-plug slot is asked for its power when rpaphp finds it.
    host_.expect(power_level(~0U, -1) + power_level(~0U, -1));
    EXPECT_EQ(kernel_->load_module("rpadlpar_io"), 0);
    for (const Surface& row : kSurface) {
      SCOPED_TRACE(level.name + " " + std::string(row.path));
      FileStat stat;
      Bytes value;
      const bool there = row.levels.find(level.name) != std::string_view::npos;
      if (!there) {
        EXPECT_EQ(kernel_->stat(row.path, stat), -ENOENT);
        EXPECT_EQ(kernel_->read(row.path, value), -ENOENT);
        EXPECT_EQ(write(row.path, "1"), -ENOENT);
        continue;
      }
      EXPECT_EQ(kernel_->stat(row.path, stat), 0);
      EXPECT_EQ(stat.mode, row.mode);
      EXPECT_EQ(stat.type, FileType::file);
      EXPECT_EQ(kernel_->read(row.path, value), row.read);
      const std::string text(value.begin(), value.end());
      if (row.read == 0 && row.content != kNotRead) { EXPECT_EQ(text, row.content); }
      if (row.path.starts_with(kTree)) { EXPECT_EQ(stat.size, value.size()); }
      if (row.path.starts_with("/sys")) { EXPECT_EQ(stat.size, kAttribute); }
      EXPECT_EQ(write(row.path, "\xffnonsense"), row.garbage);
    }
  }
}

}  // namespace
}  // namespace lparsim::kernel
