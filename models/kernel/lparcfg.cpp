// /proc/ppc64/lparcfg: "key=value" lines, entitlement through H_GET_PPP and H_SET_PPP
// (LoPAR 14.11.3.6, 14.11.3.7).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "models/kernel/files.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint64_t kGetPpp = 0xec;
constexpr std::uint64_t kSetPpp = 0xf0;
constexpr std::uint32_t kNoPool = 0xffff;

enum HcallStatus : std::int64_t {
  kSuccess = 0, kBusy = 1, kConstrained = 4, kHardware = -1, kParameter = -4
};

struct Ppp {
  std::int64_t status = kHardware;
  std::uint64_t entitlement = 0;       // hundredths of a processor
  std::uint64_t unallocated = 0;
  std::uint32_t group = 0;
  std::uint32_t pool = kNoPool;
  std::uint32_t capped = 0;
  std::uint32_t weight = 0;
  std::uint32_t unallocated_weight = 0;
  std::uint32_t pool_processors = 0;
  std::uint32_t active_processors = 0;
};

// Bytes are counted from the most significant end of the register.
std::uint32_t field(std::uint64_t value, int first_byte, int bytes) {
  const int shift = 8 * (8 - first_byte - bytes);
  return static_cast<std::uint32_t>((value >> shift) & ((1ULL << (8 * bytes)) - 1));
}

Ppp get_ppp(Kernel& kernel) {
  std::array<std::uint64_t, 9> r{};
  Ppp ppp;
  ppp.status = kernel.host.hcall(kernel.running_server(), kGetPpp, r.data());
  ppp.entitlement = r[0];
  ppp.unallocated = r[1];
  ppp.group = field(r[2], 4, 2);
  ppp.pool = field(r[2], 6, 2);
  ppp.capped = field(r[3], 1, 1) & 1;
  ppp.weight = field(r[3], 2, 1);
  ppp.unallocated_weight = field(r[3], 3, 1);
  ppp.pool_processors = field(r[3], 4, 2);
  ppp.active_processors = field(r[3], 6, 2);
  return ppp;
}

bool shared_processor_lpar(const Kernel& kernel) {
  constexpr std::string_view kWord = "hcall-splpar";
  if (kernel.state.rtas_node == kNoNode) return false;
  const Bytes* list = kernel.state.tree.property(kernel.state.rtas_node, "ibm,hypertas-functions");
  return list != nullptr &&
         std::search(list->begin(), list->end(), kWord.begin(), kWord.end()) != list->end();
}

std::size_t active_cores(const LiveTree& tree) {
  const NodeId parent = tree.find("/cpus");
  if (parent == kNoNode) return 0;
  const auto& nodes = tree.at(parent).children;
  return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [&](NodeId node) {
    return tree.text(node, "device_type") == "cpu";
  }));
}

std::uint32_t potential_cores(const Kernel& kernel) {
  const Bytes* capacity =
      kernel.state.rtas_node == kNoNode
          ? nullptr
          : kernel.state.tree.property(kernel.state.rtas_node, "ibm,lrdr-capacity");
  return capacity != nullptr && capacity->size() >= 20 ? load_be32(capacity->data() + 16) : 0;
}

void put(std::string& out, std::string_view key, std::uint64_t value) {
  out += fmt::format("{}={}\n", key, value);
}

void put_ppp(std::string& out, const Ppp& ppp) {
  if (ppp.status != kSuccess) return;
  put(out, "partition_entitled_capacity", ppp.entitlement);
  put(out, "group", ppp.group);
  put(out, "system_active_processors", ppp.active_processors);
  if (ppp.pool != kNoPool) {
    put(out, "pool", ppp.pool);
    put(out, "pool_capacity", std::uint64_t{ppp.pool_processors} * 100);
  }
  put(out, "unallocated_capacity_weight", ppp.unallocated_weight);
  put(out, "capacity_weight", ppp.weight);
  put(out, "capped", ppp.capped);
  put(out, "unallocated_capacity", ppp.unallocated);
}

std::int64_t set_ppp(Kernel& kernel, std::uint64_t entitlement, std::uint64_t weight) {
  std::array<std::uint64_t, 9> r{entitlement, weight};
  return kernel.host.hcall(kernel.running_server(), kSetPpp, r.data());
}

std::int64_t to_errno(std::int64_t status) {
  struct Row {
    std::int64_t status;
    int error;
  };
  constexpr std::array kMap{Row{kBusy, -EBUSY}, Row{kHardware, -EIO}, Row{kParameter, -EINVAL}};
  for (const Row& row : kMap) {
    if (row.status == status) return row.error;
  }
  return -EINVAL;
}

}  // namespace

std::string read_lparcfg(Kernel& kernel, std::uint64_t) {
  const LiveTree& tree = kernel.state.tree;
  std::string out = "lparcfg 1.9\n";
  out += fmt::format("serial_number={}\n", tree.text(kRootNode, "system-id"));
  out += fmt::format("system_type={}\n", tree.text(kRootNode, "model"));
  put(out, "partition_id", tree.word(kRootNode, "ibm,partition-no").value_or(0));
  const std::size_t cores = active_cores(tree);
  Ppp ppp;
  if (shared_processor_lpar(kernel)) {
    ppp = get_ppp(kernel);
    put_ppp(out, ppp);
  } else {
    put(out, "system_active_processors", cores);
    put(out, "partition_entitled_capacity", cores * 100);
  }
  put(out, "partition_active_processors", cores);
  put(out, "partition_potential_processors", potential_cores(kernel));
  put(out, "shared_processor_mode", ppp.pool != kNoPool ? 1 : 0);
  put(out, "slb_size", 32);
  return out;
}

std::int64_t write_lparcfg(Kernel& kernel, std::uint64_t, std::string_view data) {
  if (!shared_processor_lpar(kernel) || data.empty()) return -EINVAL;
  // The last character is taken for the newline, whatever it is.
  const std::string_view line = data.substr(0, data.size() - 1);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return -EINVAL;
  const std::string_view key = line.substr(0, equals);
  const std::string_view text = line.substr(equals + 1);
  std::uint64_t value = 0;
  const auto number = std::from_chars(text.data(), text.data() + text.size(), value);
  if (number.ec != std::errc()) return -EINVAL;
  const bool entitlement = key == "partition_entitled_capacity";
  if (!entitlement && (key != "capacity_weight" || value > 255)) return -EINVAL;

  const Ppp ppp = get_ppp(kernel);
  if (ppp.status != kSuccess) return to_errno(ppp.status);
  const std::int64_t status = entitlement ? set_ppp(kernel, value, ppp.weight)
                                          : set_ppp(kernel, ppp.entitlement, value);
  if (status == kSuccess || status == kConstrained) return static_cast<std::int64_t>(data.size());
  return to_errno(status);
}

}  // namespace lparsim::kernel
