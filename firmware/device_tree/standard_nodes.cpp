// The nodes of every tree that describe no hardware: /chosen, /aliases, /options, /openprom; and
// the platform facilities that the client asked for (DEVICE_TREE.md 2 and 11).
#include <algorithm>
#include <array>
#include <string_view>

#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

// What a partition's own settings say; a client may read them, nothing here depends on them.
struct Setting {
  const char* name;
  const char* value;
};
constexpr std::array kSettings{
    Setting{"auto-boot?", "true"},     Setting{"boot-device", ""},
    Setting{"boot-file", ""},          Setting{"boot-command", "boot"},
    Setting{"diag-device", ""},        Setting{"diag-file", ""},
    Setting{"diag-switch?", "false"},  Setting{"fcode-debug?", "true"},
    Setting{"input-device", ""},       Setting{"nvramrc", ""},
    Setting{"oem-banner", ""},         Setting{"oem-banner?", "false"},
    Setting{"oem-logo", ""},           Setting{"oem-logo?", "false"},
    Setting{"output-device", ""},      Setting{"screen-#columns", "512"},
    Setting{"screen-#rows", "512"},    Setting{"security-#badlogins", "0"},
    Setting{"security-mode", "0"},     Setting{"security-password", ""},
    Setting{"selftest-#megs", "0"},    Setting{"use-nvramrc?", "false"},
    Setting{"direct-serial?", "false"}, Setting{"real-mode?", "true"},
    Setting{"load-base", "16384"},
};

struct Facility {
  std::uint8_t bit;                  // of OV5 byte 17
  const char* node;                  // versioned
  const char* compatible;            // not versioned
};
constexpr std::array kFacilities{
    Facility{0x80, "ibm,random-v1", "ibm,random"},
    Facility{0x40, "ibm,compression-v1", "ibm,compression"},
    Facility{0x20, "ibm,sym-encryption-v1", "ibm,sym-encryption"},
};

constexpr std::uint32_t kPower9Pvr = 0x0f00'0005U;

}  // namespace

bool has_isa_3(const TreeBasis& basis) {
  const std::uint32_t pvr = basis.platform->processor.pvr;
  return pvr >= kPower9Pvr && (pvr & 0x00f0'0000U) == 0;   // 0x0f100003 is a POWER7+
}

Node chosen_node(const TreeShape& shape) {
  Node node;
  node.name = "chosen";
  node.add_str("bootargs", "").add_str("stdout-path", kConsolePath);
  node.add_str("linux,stdout-path", kConsolePath);
  if (shape.options.reported) {      // its presence says that the client was asked (B.5.2.3-8)
    node.add("ibm,architecture-vec-5", vector5_answer(*shape.profile, shape.options));
  }
  if (shape.cas_reboots != 0) {
    node.add_u32("ibm,client-architecture-support-reboot", shape.cas_reboots);
  }
  // (vector byte, what the platform can): XIVE or XICS, MMU, segment tables, radix GTSE.
  const Supported& can = shape.profile->supported;
  const bool isa_3 = has_isa_3(shape);
  const std::uint8_t interrupts = can.xive && isa_3 ? 0x80 : 0;
  const std::uint8_t mmu = can.radix && isa_3 ? 0xc0 : 0;
  node.add("ibm,arch-vec-5-platform-support", {23, interrupts, 24, mmu, 25, 0, 26, 0x40});
  return node;
}

Node aliases_node(const TreeShape& shape) {
  Node node;
  node.name = "aliases";
  node.add_str("hvterm", kConsolePath);
  if (shape.profile->tree.lopar_properties) {
    node.add_str("ibm,sp", "/vdevice/IBM,sp@4000").add_str("rtc", "/vdevice/rtc@4001");
    node.add_str("nvram", "/vdevice/nvram@4002");
  } else {
    node.add_str("nvram", "/vdevice/nvram@71000000");
  }
  // The first adapter of a kind goes by the kind's name.
  constexpr std::array<std::array<std::string_view, 2>, 3> kKinds{
      {{"network", "eth"}, {"scsi", "scsi"}, {"fibre-channel", "fc"}}};
  for (const auto& [alias, kind] : kKinds) {
    const auto first = std::find_if(shape.virtual_slots.begin(), shape.virtual_slots.end(),
                                    [&](const VirtualSlotShape& s) { return s.kind == kind; });
    if (first == shape.virtual_slots.end()) continue;
    node.add_str(alias, "/vdevice/" + virtual_adapter_node(shape, *first, Origin::boot).name);
  }
  return node;
}

Node options_node() {
  Node node;
  node.name = "options";
  for (const Setting& setting : kSettings) node.add_str(setting.name, setting.value);
  return node;
}

Node openprom_node(const TreeShape& shape) {
  Node node;
  node.name = "openprom";
  node.add("relative-addressing").add_str("model", shape.profile->tree.openprom_model);
  return node;
}

void add_facilities(Node& root, const TreeShape& shape) {
  if (shape.options.facilities == 0) return;
  Node node;
  node.name = "ibm,platform-facilities";
  node.add_str("device_type", "ibm,platform-facilities");
  for (const Facility& facility : kFacilities) {
    if ((shape.options.facilities & facility.bit) == 0) continue;
    Node& child = node.children.emplace_back();
    child.name = facility.node;
    child.add_str("device_type", facility.node).add_str("compatible", facility.compatible);
    if (facility.bit != 0x40) continue;
    // Compressing, then expanding: one pair of bytes and list entries each, as seen on a POWER9.
    child.add_str("status", "okay").add_u32("ibm,max-sg-len", 4080);
    child.add("ibm,max-sync-cop", cells({1, 65'536, 510, 1, 65'536, 510}));
  }
  root.children.push_back(std::move(node));
}

}  // namespace lparsim::firmware
