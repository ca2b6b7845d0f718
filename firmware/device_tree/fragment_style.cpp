#include "firmware/device_tree/fragment_style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lparsim::firmware {
namespace {

// In which QEMU 7.2 adds the properties of a node; what is not here comes last.
constexpr std::array<std::string_view, 31> kCpuOrder{
    "ibm,my-drc-index", "reg", "device_type", "cpu-version", "d-cache-block-size",
    "d-cache-line-size", "i-cache-block-size", "i-cache-line-size", "d-cache-size", "i-cache-size",
    "timebase-frequency", "clock-frequency", "slb-size", "ibm,slb-size", "status", "64-bit",
    "ibm,purr", "ibm,spurr", "ibm,processor-segment-sizes", "ibm,vmx", "ibm,dfp",
    "ibm,segment-page-sizes", "ibm,pa-features", "ibm,chip-id", "ibm,pft-size",
    "ibm,associativity", "ibm,ppc-interrupt-server#s", "ibm,ppc-interrupt-gserver#s",
    "ibm,processor-radix-AP-encodings", "ibm,dec-bits", "ibm,mmu-pid-bits"};

constexpr std::array<std::string_view, 3> kMemoryOrder{"device_type", "reg", "ibm,associativity"};

template <class Order>
void sort(std::vector<Property>& properties, const Order& order) {
  const auto place = [&](const Property& property) {
    return std::find(order.begin(), order.end(), property.name);
  };
  std::stable_sort(properties.begin(), properties.end(),
                   [&](const Property& a, const Property& b) { return place(a) < place(b); });
}

void move_lmb(Node& fragment, DrcIndex drc) {
  for (Property& property : fragment.properties) {
    if (property.name != "reg" || property.value.size() != 16) continue;
    const std::uint64_t bytes = load_be64(property.value.data() + 8);
    const std::uint64_t address = drc.value * bytes;
    fragment.name = fmt::format("memory@{:x}", address);
    property.value = CellWriter().u64(address).u64(bytes).take();
  }
}

}  // namespace

void style_as_qemu(Node& fragment, DrcIndex drc) {
  const bool cpu = fragment.name.starts_with("PowerPC,");
  auto& properties = fragment.properties;
  if (cpu) sort(properties, kCpuOrder);
  if (fragment.name.starts_with("memory@")) {
    move_lmb(fragment, drc);
    sort(properties, kMemoryOrder);
  }
  if (cpu || fragment.name.starts_with("pci@")) fragment.add_str("name", fragment.name);
  std::reverse(properties.begin(), properties.end());
}

}  // namespace lparsim::firmware
