#include "tests/kernel/rig_tree.hpp"

#include <array>
#include <string_view>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kFirstToken = 0x2000;
constexpr std::array kServices{
    "query-cpu-stopped-state", "start-cpu", "stop-self", "check-exception", "set-indicator",
    "get-sensor-state", "ibm,configure-connector", "nvram-fetch", "power-off",
    "system-reboot", "rtas-last-error", "set-power-level", "get-power-level",
    "ibm,suspend-me", "ibm,update-nodes", "ibm,update-properties", "ibm,activate-firmware",
    "ibm,get-system-parameter", "event-scan", "nvram-store",
    "ibm,query-pe-dma-window", "ibm,create-pe-dma-window", "ibm,remove-pe-dma-window"};

void put_rtas(Flat& out, const TreeOptions& options) {
  out.begin("rtas");
  out.text("ibm,hypertas-functions", "hcall-splpar");
  out.put("ibm,lrdr-capacity", CellWriter().u64(1ULL << 32).u64(1U << 28)
                                   .u32(options.possible_cores).take());
  out.word("ibm,associativity-reference-points", 1);
  if (options.error_log) out.word("rtas-event-scan-rate", 1);
  for (std::size_t i = 0; i < kServices.size(); ++i) {
    if (std::string_view(kServices[i]) == "rtas-last-error" && !options.last_error) continue;
    out.word(kServices[i], kFirstToken + static_cast<std::uint32_t>(i));
  }
  out.end();
}

void put_caches(Flat& out) {
  out.begin("l2-cache@30");
  out.text("device_type", "cache");
  out.word("phandle", 0x30);
  out.begin("l3-cache@31");
  out.word("phandle", 0x31);
  out.end();
  out.end();
}

void put_facilities(Flat& out) {
  out.begin("ibm,platform-facilities");
  out.text("device_type", "ibm,platform-facilities");
  out.word("phandle", 0x40);
  out.begin("ibm,random-v1");
  out.word("phandle", 0x41);
  out.end();
  out.end();
}

void put_cpus(Flat& out, const TreeOptions& options) {
  out.begin("cpus");
  if (options.phandles) out.word("phandle", 0x20);
  CellWriter indexes;
  indexes.u32(4);
  for (std::uint32_t i = 0; i < 4; ++i) indexes.u32(0x10000000 + i * options.threads);
  out.put("ibm,drc-indexes", indexes.take());
  for (std::uint32_t core = 0; core < options.cores; ++core) {
    const std::uint32_t first = core * options.threads;
    out.begin("PowerPC,POWER9@" + std::to_string(first));
    out.text("device_type", "cpu");
    out.word("reg", first);
    out.word("ibm,my-drc-index", 0x10000000 + first);
    CellWriter servers;
    for (std::uint32_t t = 0; t < options.threads; ++t) servers.u32(first + t);
    out.put("ibm,ppc-interrupt-server#s", servers.take());
    if (options.phandles) out.word("phandle", 0x100 + core);
    out.end();
  }
  if (options.phandles) put_caches(out);
  out.end();
}

void put_small_memory(Flat& out) {
  for (const std::uint64_t address : {0x40000000U, 0x41000000U}) {
    out.begin("memory@4" + std::string(address == 0x40000000U ? "0" : "1") + "000000");
    out.text("device_type", "memory");
    out.put("reg", CellWriter().u64(address).u64(16U << 20).take());
    out.end();
  }
}

void put_memory(Flat& out, const TreeOptions& options) {
  out.begin("memory@0");
  out.text("device_type", "memory");
  out.put("reg", CellWriter().u64(0).u64(4ULL << 28).take());
  out.end();
  if (options.no_lmbs) return put_small_memory(out);
  out.begin("ibm,dynamic-reconfiguration-memory");
  if (options.phandles) out.word("phandle", 0x50);
  out.put("ibm,lmb-size", CellWriter().u64(1U << 28).take());
  out.put("ibm,associativity-lookup-arrays", CellWriter().u32(1).u32(1).u32(0).take());
  CellWriter table;
  if (options.v1) {
    table.u32(12);
    for (std::uint32_t i = 0; i < 12; ++i) {
      table.u64(std::uint64_t{i} << 28).u32(i < 4 ? i : 0x80000000 + i).u32(0).u32(0xffffffff);
      table.u32(i < 4 ? 0xa0 : 0);
    }
    out.put("ibm,dynamic-memory", table.take());
  } else {
    const std::uint32_t run = options.hole ? 4 : 8;
    table.u32(options.hole ? 3 : 2).u32(4).u64(0).u32(0).u32(0xffffffff);
    table.u32(options.boot_assigned ? 0x88 : 0xa0);
    table.u32(run).u64(0x40000000).u32(0x80000004).u32(0xffffffff).u32(0);
    if (options.hole) table.u32(4).u64(0x90000000).u32(0x80000009).u32(0xffffffff).u32(0);
    out.put("ibm,dynamic-memory-v2", table.take());
  }
  out.end();
}

}  // namespace

std::string rig_service(std::uint32_t token) {
  return token - kFirstToken < kServices.size() ? kServices[token - kFirstToken] : "";
}

std::uint32_t rig_token(const std::string& service) {
  for (std::size_t i = 0; i < kServices.size(); ++i) {
    if (service == kServices[i]) return kFirstToken + static_cast<std::uint32_t>(i);
  }
  return 0;
}

Bytes flat_tree(const TreeOptions& options) {
  Flat out;
  out.begin("");
  out.text("device_type", "chrp");
  out.text("model", "IBM,9009-42A");
  out.word("ibm,partition-no", 3);
  if (options.io) put_phb_connectors(out);
  if (options.phandles) out.word("phandle", 1);
  put_rtas(out, options);
  put_cpus(out, options);
  put_memory(out, options);
  if (options.io) put_io(out, options);
  if (options.phandles) put_facilities(out);
  if (options.nvram != 0) {
    out.begin("nvram@71000000");
    out.text("device_type", "nvram");
    out.word("#bytes", options.nvram);
    out.end();
  }
  out.begin("event-sources");
  out.begin("hot-plug-events");
  out.put("interrupts", CellWriter().u32(0x1001).u32(0).take());
  out.end();
  if (options.epow) {
    out.begin("epow-events");
    out.put("interrupts", CellWriter().u32(0x1000).u32(0).take());
    out.end();
  }
  out.end();
  out.end();
  return out.take();
}

}  // namespace lparsim::kernel
