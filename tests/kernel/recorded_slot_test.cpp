// The recorded kernel as oracle for slots: PHB 1 of the sessions pci_phb and pci_phb_rtas_errd,
// with each call, each kernel message of rpaphp and rpadlpar_io and each node as recorded. What
// drmgr and rtas_errd did to the files of the kernel is done here by hand (drmgr.md 4).
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using nlohmann::json;

constexpr const char* kSlots = "/sys/bus/pci/slots/";
constexpr const char* kPhb = "/pci@800000020000001";

json session(const std::string& name) {
  std::ifstream in(std::filesystem::path(LPARSIM_SOURCE_DIR) / "tests/data/conform/sessions" /
                   name);
  return json::parse(in);
}

std::uint32_t number(const json& text) {
  return static_cast<std::uint32_t>(std::stoll(text.get<std::string>(), nullptr, 0));
}

std::string bytes(const std::string& hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return out;
}

class RecordedSlotTest : public KernelRig {
 protected:
  // The kernel with rpadlpar_io, and the session.
  void load(const std::string& name) {
    session_ = session(name);
    start("6.1", {.io = true});
    for (const std::uint32_t drc : {0x40000020U, 0x40000028U}) {
      host_.expect(power_level(0xffffffff) + sense(drc, 0));
    }
    EXPECT_EQ(kernel_->load_module("rpadlpar_io"), 0);
  }

  const json& op(const std::string& name) const {
    for (const json& each : session_.at("ops")) {
      if (each.at("op") == name) return each;
    }
    throw std::runtime_error("no op " + name);
  }

  // The calls of the kernel without those of drivers and NVRAM, in order.
  Script kernel_calls(const std::string& name) const {
    Script out;
    for (const json& call : op(name).at("rtas")) {
      const auto service = call.at("call").get<std::string>();
      if (call.at("by") != "kernel" ||
          (service != "get-power-level" && service != "get-sensor-state")) {
        continue;
      }
      Step step{service, {}, {}, {}, {}, {}};
      for (const json& in : call.at("in")) step.in.push_back(number(in));
      for (const json& result : call.at("out")) {
        step.out.push_back(static_cast<std::int32_t>(number(result)));
      }
      out.push_back(std::move(step));
    }
    return out;
  }

  // Connectors in the order in which the kernel asked for their sensors, each once.
  std::vector<std::string> slots_asked(const std::string& name) const {
    std::vector<std::string> out;
    std::uint32_t last = 0;
    for (const Step& step : kernel_calls(name)) {
      if (step.call != "get-sensor-state" || step.in[1] == last) continue;
      last = step.in[1];
      out.push_back("C" + std::to_string(last - 0x40000000));
    }
    return out;
  }

  std::vector<std::string> messages(const std::string& name) const {
    std::vector<std::string> out;
    for (const json& line : op(name).at("kernel_log")) {
      const auto text = line.get<std::string>();
      if (text.starts_with("rpa")) out.push_back(text);
    }
    return out;
  }

  // As drmgr writes it: all properties in the order of configure-connector.
  void add_nodes(const std::string& name, const std::string& node) {
    std::string command = "add_node " + node;
    for (const auto& [path, value] : op(name).at("tree").at("props_added").items()) {
      const std::size_t slash = path.rfind('/');
      const std::string property = path.substr(slash + 1);
      if (path.substr(0, slash) != node || property.starts_with("linux,")) continue;
      const std::string raw = bytes(value.get<std::string>());
      command += " " + property + " " + std::to_string(raw.size()) + " " + raw;
    }
    command += '\0';
    EXPECT_EQ(write("/proc/ppc64/ofdt", command), static_cast<std::int64_t>(command.size()));
  }

  void add_phb(const std::string& name) {
    SCOPED_TRACE(name);
    add_nodes(name, kPhb);
    host_.messages.clear();
    host_.expect(kernel_calls(name));
    EXPECT_EQ(write("/sys/bus/pci/slots/control/add_slot", "PHB 1"), 5);
    EXPECT_EQ(host_.left(), 0U);
    EXPECT_EQ(host_.messages, messages(name));
  }

  // drmgr takes the power off each slot and looks at it before and after.
  void remove_phb(const std::string& name) {
    SCOPED_TRACE(name);
    host_.messages.clear();
    host_.expect(kernel_calls(name));
    for (const std::string& slot : slots_asked(name)) {
      // A device that came by a rescan: its slot still counts as empty.
      EXPECT_EQ(read(kSlots + slot + "/adapter"), "0\n");
      // One that stayed from the first PHB has no power to take; drmgr does not look at this.
      EXPECT_EQ(write(kSlots + slot + "/power", "0"), off_.insert(slot).second ? 1 : -EINVAL);
      if (read(kSlots + slot + "/adapter") == "0\n") continue;
      EXPECT_GT(write("/proc/ppc64/ofdt", std::string("remove_node ") + kPhb + "/ethernet@1"), 0);
    }
    EXPECT_EQ(write("/sys/bus/pci/slots/control/remove_slot", "PHB 1"), 5);
    EXPECT_EQ(host_.left(), 0U);
    EXPECT_EQ(host_.messages, messages(name));
    EXPECT_GT(write("/proc/ppc64/ofdt", std::string("remove_node ") + kPhb), 0);
    off_.erase("C65554");              // the one that went with the PHB
  }

  json session_;
  std::set<std::string> off_;
};

TEST_F(RecordedSlotTest, PhbByHand) {
  load("pci_phb.json");
  add_phb("phb_add");
  EXPECT_EQ(read("/sys/bus/pci/slots/C65554/address"), "0001:00\n");
  remove_phb("phb_remove_not_requested");
}

// The whole history: the second PHB finds the slots of the first still registered.
TEST_F(RecordedSlotTest, PhbWithADeviceAndAgain) {
  load("pci_phb_rtas_errd.json");
  add_phb("phb_add");
  add_nodes("phb_child_add", std::string(kPhb) + "/ethernet@1");
  EXPECT_EQ(write("/sys/bus/pci/rescan", "1"), 1);   // drmgr -V leaves rpaphp out of it
  FileStat stat;
  EXPECT_EQ(kernel_->stat("/sys/devices/pci0001:00/0001:00:01.0", stat), 0);
  remove_phb("phb_remove_with_child");
  add_phb("phb_add_again");
  EXPECT_EQ(read("/sys/bus/pci/slots/C65554/address"), "0002:00\n");
  remove_phb("phb_remove");
}

}  // namespace
}  // namespace lparsim::kernel
