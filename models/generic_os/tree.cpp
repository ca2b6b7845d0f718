#include <libfdt.h>

#include <algorithm>
#include <string_view>

#include "models/generic_os/state.hpp"

namespace lparsim::generic_os {
namespace {

constexpr std::uint32_t kMostEntries = 1U << 20;   // more is a malformed property

ByteView property(const void* fdt, int node, const char* name) {
  int size = 0;
  const void* value = node < 0 ? nullptr : fdt_getprop(fdt, node, name, &size);
  if (value == nullptr || size < 0) return {};
  return {static_cast<const std::uint8_t*>(value), static_cast<std::size_t>(size)};
}

bool has_text(ByteView value, std::string_view text) { return CellReader(value).str() == text; }

void read_services(const void* fdt, State& state) {
  const int rtas = fdt_path_offset(fdt, "/rtas");
  int at = 0;
  fdt_for_each_property_offset(at, fdt, rtas) {
    const char* name = nullptr;
    int size = 0;
    const void* value = fdt_getprop_by_offset(fdt, at, &name, &size);
    if (value == nullptr || size != 4) continue;
    state.services[name] = load_be32(static_cast<const std::uint8_t*>(value));
  }
}

std::vector<std::uint32_t> from_drc_info(ByteView info) {
  CellReader reader(info);
  std::vector<std::uint32_t> indexes;
  for (std::uint32_t left = reader.u32(); left > 0 && reader.ok(); --left) {
    const bool cpu = reader.str() == "CPU";
    reader.str();  // name prefix
    const std::uint32_t first = reader.u32();
    reader.u32();  // name suffix
    const std::uint32_t count = reader.u32();
    const std::uint32_t increment = reader.u32();
    reader.u32();  // power domain
    if (!reader.ok() || count > kMostEntries) break;
    for (std::uint32_t i = 0; cpu && i < count; ++i) indexes.push_back(first + i * increment);
  }
  return indexes;
}

std::vector<std::uint32_t> cpu_connectors(const void* fdt, int cpus) {
  const ByteView info = property(fdt, cpus, "ibm,drc-info");
  if (!info.empty()) return from_drc_info(info);
  CellReader index(property(fdt, cpus, "ibm,drc-indexes"));
  CellReader type(property(fdt, cpus, "ibm,drc-types"));
  std::vector<std::uint32_t> indexes;
  type.u32();
  for (std::uint32_t left = index.u32(); left > 0 && index.ok() && type.ok(); --left) {
    const std::uint32_t drc = index.u32();
    if (type.str() == "CPU" && index.ok()) indexes.push_back(drc);
  }
  return indexes;
}

void read_processors(const void* fdt, State& state) {
  const int cpus = fdt_path_offset(fdt, "/cpus");
  for (const std::uint32_t index : cpu_connectors(fdt, cpus)) {
    state.processors.push_back({index, "", {}});
  }
  int node = 0;
  fdt_for_each_subnode(node, fdt, cpus) {
    if (!has_text(property(fdt, node, "device_type"), "cpu")) continue;
    const ByteView drc = property(fdt, node, "ibm,my-drc-index");
    const std::uint32_t index = drc.size() == 4 ? load_be32(drc.data()) : 0;
    auto at = std::find_if(state.processors.begin(), state.processors.end(),
                           [&](const Processor& cpu) { return cpu.drc_index == index; });
    // A processor without a connector works, but can never be released.
    if (at == state.processors.end()) {
      at = state.processors.insert(state.processors.end(), {index, "", {}});
    }
    at->node = fdt_get_name(fdt, node, nullptr);
    CellReader servers(property(fdt, node, "ibm,ppc-interrupt-server#s"));
    while (servers.left() >= 4) at->servers.push_back(servers.u32());
  }
}

void read_memory_v1(ByteView value, State& state) {
  CellReader reader(value);
  for (std::uint32_t left = reader.u32(); left > 0; --left) {
    MemoryBlock block;
    block.address = reader.u64();
    block.drc_index = reader.u32();
    reader.u32();  // reserved
    block.associativity_index = reader.u32();
    block.flags = reader.u32();
    if (!reader.ok()) break;
    state.memory.push_back(block);
  }
}

void read_memory_v2(ByteView value, State& state) {
  CellReader reader(value);
  for (std::uint32_t sets = reader.u32(); sets > 0; --sets) {
    const std::uint32_t count = reader.u32();
    MemoryBlock block;
    block.address = reader.u64();
    block.drc_index = reader.u32();
    block.associativity_index = reader.u32();
    block.flags = reader.u32();
    if (!reader.ok() || count > kMostEntries) break;
    for (std::uint32_t i = 0; i < count; ++i) {
      state.memory.push_back(block);
      block.address += state.lmb_size;
      ++block.drc_index;
    }
  }
}

void read_memory(const void* fdt, State& state) {
  const int node = fdt_path_offset(fdt, "/ibm,dynamic-reconfiguration-memory");
  const ByteView size = property(fdt, node, "ibm,lmb-size");
  if (size.size() == 8) state.lmb_size = load_be64(size.data());
  const ByteView v1 = property(fdt, node, "ibm,dynamic-memory");
  if (!v1.empty()) {
    read_memory_v1(v1, state);
  } else {
    read_memory_v2(property(fdt, node, "ibm,dynamic-memory-v2"), state);
  }
  int below = 0;
  fdt_for_each_subnode(below, fdt, 0) {
    if (!has_text(property(fdt, below, "device_type"), "memory")) continue;
    CellReader reg(property(fdt, below, "reg"));
    while (reg.left() >= 16) {
      reg.u64();
      state.boot_memory_bytes += reg.u64();
    }
  }
}

bool owns(const State& state, std::uint32_t server) {
  return std::any_of(state.processors.begin(), state.processors.end(), [&](const Processor& cpu) {
    return std::find(cpu.servers.begin(), cpu.servers.end(), server) != cpu.servers.end();
  });
}

}  // namespace

bool read_tree(ByteView flat, State& state) {
  if (flat.size() < sizeof(fdt_header) || fdt_check_full(flat.data(), flat.size()) != 0) {
    return false;
  }
  state = State{};
  read_services(flat.data(), state);
  read_processors(flat.data(), state);
  read_memory(flat.data(), state);
  state.boot_server = fdt_boot_cpuid_phys(flat.data());
  if (owns(state, state.boot_server)) return true;
  // The tree does not say where we run: the first processor that is there.
  for (const Processor& cpu : state.processors) {
    if (cpu.servers.empty()) continue;
    state.boot_server = cpu.servers.front();
    return true;
  }
  return false;
}

}  // namespace lparsim::generic_os
