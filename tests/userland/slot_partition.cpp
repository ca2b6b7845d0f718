#include "tests/userland/slot_partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lparsim::userland::testing {
namespace {

const std::string kTreeRoot = "/proc/device-tree";
const std::string kSlotFiles = "/sys/bus/pci/slots/";

constexpr std::array<const char*, 4> kServices{"get-sensor-state", "set-indicator",
                                               "set-power-level", "ibm,configure-connector"};

std::string texts(const std::vector<std::string>& all) {
  CellWriter out;
  out.u32(static_cast<std::uint32_t>(all.size()));
  for (const std::string& text : all) out.str(text);
  const Bytes bytes = out.take();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

SlotPartition::SlotPartition() : partition(power9_partition()) {
  for (std::uint32_t i = 0; i < kServices.size(); ++i) {
    partition.set_cells(kTreeRoot + "/rtas/" + kServices[i], {i + 1});
  }
  partition.set("/proc/ppc64/rtas/rmo_buffer", "10000 10000\n");
  partition.rtas = [this](std::uint8_t* block) { return firmware(block); };
  partition.on_write("/proc/ppc64/ofdt", [this](const std::string& text) {
    writes.push_back(text.substr(0, text.find(' ', text.find('/'))));
    return edit_tree(text);
  });
  partition.set("/proc/ppc64/ofdt", "");
  for (const char* file : {"control/add_slot", "control/remove_slot", "C1/power", "C2/power"}) {
    partition.set(kSlotFiles + file, "0\n");
    partition.on_write(kSlotFiles + file, [this, file](const std::string& text) {
      writes.push_back(std::string(file) + " " + text);
      if (std::string(file) == "C1/power") {
        partition.set(kSlotFiles + "C1/adapter", text == "1" ? "1\n" : "2\n");
      }
      return std::int64_t(text.size());
    });
  }
  partition.set(kSlotFiles + "C1/adapter", "1\n");
  partition.set(kSlotFiles + "C2/adapter", "0\n");
  partition.set("/sys/devices/x", "");
  partition.set("/sys/bus/pci/devices/x/devspec", "/none\n");
  set_connectors("", {0x20000000, 0x20000001, 0x20000002}, {"PHB 0", "PHB 1", "PHB 2"},
                 {"PHB", "PHB", "PHB"});
  set_connectors("/pci@0", {kC1, kC2}, {"C1", "C2"}, {"28", "28"});
  add_node("/pci@0", 0x20000000, "");
  add_node("/pci@0/ethernet@1", kC1, "C1");
  set_connectors("/pci@2", {kLogicalSlot}, {"P1-C1"}, {"SLOT"});
  add_node("/pci@2", 0x20000002, "");
  set_connectors("/vdevice", {0x30000000, 0x30000001, 0x30000002}, {"V1-C0", "V1-C1", "V1-C2"},
                 {"SLOT", "SLOT", "SLOT"});
  add_node("/vdevice/l-lan@30000002", 0x30000002, "V1-C2");
}

void SlotPartition::set_connectors(const std::string& node,
                                   const std::vector<std::uint32_t>& indexes,
                                   const std::vector<std::string>& names,
                                   const std::vector<std::string>& types) {
  std::vector<std::uint32_t> list{static_cast<std::uint32_t>(indexes.size())};
  std::vector<std::uint32_t> domains = list;
  list.insert(list.end(), indexes.begin(), indexes.end());
  domains.resize(list.size(), 5);
  partition.set_cells(kTreeRoot + node + "/ibm,drc-indexes", list);
  partition.set_cells(kTreeRoot + node + "/ibm,drc-power-domains", domains);
  partition.set(kTreeRoot + node + "/ibm,drc-names", texts(names));
  partition.set(kTreeRoot + node + "/ibm,drc-types", texts(types));
}

void SlotPartition::add_node(const std::string& path, std::uint32_t index,
                             const std::string& location) {
  const std::string node = kTreeRoot + path;
  partition.set_cells(node + "/ibm,my-drc-index", {index});
  const std::string name = path.substr(path.rfind('/') + 1);
  partition.set(node + "/name", name.substr(0, name.find('@')) + '\0');
  if (!location.empty()) partition.set(node + "/ibm,loc-code", location + '\0');
}

void SlotPartition::refuse(const std::string& file, int error) {
  partition.on_write(file, [error](const std::string&) { return std::int64_t{-error}; });
}

// "add_node PATH NAME LENGTH VALUE...": what lies behind a connector is known here by its index.
std::int64_t SlotPartition::edit_tree(const std::string& request) {
  const std::size_t slash = request.find('/');
  const std::string path = request.substr(slash, request.find(' ', slash) - slash);
  if (request.starts_with("remove_node ")) {
    partition.remove_tree(kTreeRoot + path);
  } else {
    add_node(path, walked_, walked_ == kLogicalSlot ? "P1-C1" : "C1");
    if (walked_ == kLogicalSlot) set_connectors(path, {0x31010001}, {"P1-C1-H1"}, {"24"});
  }
  return std::int64_t(request.size());
}

// One node with one property.
std::int32_t SlotPartition::walk() {
  std::uint8_t* area = partition.rmo.data();
  walked_ = load_be32(area);
  const std::uint32_t step = load_be32(area + 4);
  store_be32(area + 4, step + 1);
  store_be32(area + 8, 32);
  store_be32(area + 12, 4);
  store_be32(area + 16, 64);
  const std::string node = walked_ == kLogicalSlot ? "pci@1" : "ethernet@1";
  const std::string name = step == 0 ? node : "reg";
  std::copy(name.c_str(), name.c_str() + name.size() + 1, area + 32);
  if (step == 0) return 2;
  return step == 1 ? 3 : 0;
}

int SlotPartition::firmware(std::uint8_t* block) {
  const std::uint32_t token = load_be32(block), nargs = load_be32(block + 4);
  const auto in = [&](std::uint32_t i) { return load_be32(block + 12 + 4 * i); };
  const auto out = [&](std::uint32_t i, std::int32_t value) {
    store_be32(block + 12 + 4 * (nargs + i), static_cast<std::uint32_t>(value));
  };
  if (busy_answers > 0) {
    --busy_answers;
    out(0, 9902);
    return 0;
  }
  std::string text;
  std::int32_t status = 0;
  if (token == 1) {
    text = fmt::format("sense {:x}", in(1));
    const auto known = sensors.find(in(1));
    const std::int32_t state = known == sensors.end() ? 1 : known->second;
    status = std::min(state, 0);
    out(1, std::max(state, 0));
  } else if (token == 2) {
    constexpr std::array<const char*, 3> kWords{"isolate", "led", "allocate"};
    text = fmt::format("{} {:x} {}", kWords.at(in(0) - 9001), in(1), in(2));
  } else if (token == 3) {
    text = fmt::format("power {} {}", in(0), in(1));
    out(1, static_cast<std::int32_t>(in(1)));
  } else {
    status = walk();
    if (status == 2) text = fmt::format("configure {:x}", walked_);
  }
  if (const auto known = statuses.find(text); known != statuses.end()) status = known->second;
  if (!text.empty()) calls.push_back(text);
  out(0, status);
  return 0;
}

}  // namespace lparsim::userland::testing
