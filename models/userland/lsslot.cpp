#include "models/userland/lsslot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "models/userland/cpu_list.hpp"
#include "models/userland/files.hpp"
#include "models/userland/getopt.hpp"
#include "models/userland/lmb_list.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kUsage =
    "Usage: lsslot [-c | -a | -b | -p | -o | -s ][-F | -d | -w]\n"
    "        -c <connector type>\n"
    "                Display the slots of the specified connector type.  The valid\n"
    "                connector types are \"pci\" for hotplug PCI slots, \"slot\" for\n"
    "                logical slots, \"phb\" for PHB's, \"port\" for LHEA ports, \"mem\"\n"
    "                for memory, and \"cpu\" for cpu's. The default\n"
    "                is \"slot\" if no -c option is specified.\n"
    "        -a      Display available slots, valid for \"pci\" slots only.\n"
    "        -b      Display cpu's and caches, valid for \"cpu\" only.\n"
    "        -o      Display occupied slots, valid for \"pci\" slots only.\n"
    "        -p      Display caches, valid for \"cpu\" slots only.\n"
    "        -s [<slot> | <drc index>]\n"
    "                Display characteristics of the specified slot or the LMB\n"
    "                associated with drc index.\n"
    "        -F <delimiter>\n"
    "                Specified a single character to delimit the output.  The \n"
    "                heading is not displayed and the columns are delimited by the\n"
    "                specified character.\n"
    "        -d <detail level>\n"
    "                Enable debugging output. When displaying LMB information\n"
    "                this will enable printing of LMBs not owned by the system.\n"
    "        -w <timeout>\n"
    "                Specify a timeout when attempting to acquire locks.\n";

// False: the usage was printed, or must be.
bool apply(Session& session, const Option& option) {
  Request& request = session.request;
  switch (option.letter) {
    case 'a': request.available = true; return true;
    case 'b': request.cpus_and_caches = true; return true;
    case 'd': session.shown = std::atoi(option.value.c_str()); return true;
    case 'o': request.occupied = true; return true;
    case 'p': request.caches = true; return true;
    case 's': request.drc_name = option.value; return true;
    case 'w': return true;
    case 'F': request.delimiter = option.value; return true;
    case 'c':
      request.type = connector_type(option.value, session.has(Switch::type_by_prefix));
      if (request.type != ConnectorType::none) return true;
      session.process.out("\nThe specified connector type is invalid.\n\n");
      return false;
    default: return false;
  }
}

enum class Parsed : std::uint8_t { fine, usage, wrong };

// Flags that a kind of list does not have call for the usage.
bool flags_fit(Session& session) {
  const Request& request = session.request;
  const bool of_cpus = request.cpus_and_caches || request.caches;
  const bool of_slots = request.available || request.occupied;
  switch (request.type) {
    case ConnectorType::slot:
    case ConnectorType::port: return !of_cpus && !of_slots;
    case ConnectorType::phb: return !of_cpus && !of_slots && request.delimiter.empty();
    case ConnectorType::pci: return !of_cpus;
    case ConnectorType::cpu:
      if (of_slots || request.drc_name || !request.delimiter.empty()) return false;
      if (!request.cpus_and_caches || !request.caches) return true;
      session.say(kError, "You cannot specify both the -b and -p options.\n");
      return false;
    default: return true;
  }
}

Parsed parse(Session& session, const std::vector<std::string>& argv) {
  Request& request = session.request;
  request.type = ConnectorType::slot;
  OptionReader reader(argv, "abc:d:F:ops:w:");
  while (const std::optional<Option> option = reader.next()) {
    if (option->unknown != 0) session.process.err(option_error(argv[0], *option));
    if (!apply(session, *option)) return Parsed::usage;
    if (option->letter == 'F' && (request.delimiter.size() > 1 || request.delimiter == "%")) {
      session.say(kError, "You may specify only one character for the -F option,\nand it must not "
                          "be the % character.\n");
      return Parsed::wrong;
    }
  }
  return flags_fit(session) ? Parsed::fine : Parsed::usage;
}

std::string node_of(const Cpu& cpu) { return cpu.node.empty() ? "--" : cpu.node; }

// Widths of a list of CPUs. A blank stands before each thread, or behind it.
struct CpuColumns {
  std::size_t name, node, index_heading, index, thread, threads;
  bool blank_before;
  std::size_t counted;           // characters that a thread counts as, when the rest is padded
};
constexpr CpuColumns kUneven{11, 20, 13, 12, 0, 13, true, 0};
constexpr CpuColumns kUnevenWithCaches{10, 18, 11, 11, 0, 17, false, 2};
constexpr CpuColumns kEven{10, 20, 11, 11, 2, 13, false, 0};
constexpr CpuColumns kEvenWithCaches{10, 20, 11, 11, 2, 25, false, 3};

std::string cpu_heading(const CpuColumns& columns) {
  return fmt::format("{:<{}}{:<{}}{:<{}}{:<{}}", "drc-name", columns.name, "OFDT-node",
                     columns.node, "drc_index", columns.index_heading, "thread id(s)",
                     columns.threads);
}

std::string cpu_line(const CpuColumns& columns, const CpuList& list, const Cpu& cpu) {
  std::string line = fmt::format("{:<{}}{:<{}}{:<{}x}", cpu.drc_name, columns.name, node_of(cpu),
                                 columns.node, cpu.drc_index, columns.index);
  for (const std::size_t i : cpu.threads) {
    line += columns.blank_before ? " " : "";
    line += fmt::format("{:<{}x}", list.threads[i].id, columns.thread);
    line += columns.blank_before ? "" : " ";
  }
  return line;
}

void list_cpus(Session& session, const CpuList& list) {
  const CpuColumns& columns = session.has(Switch::lsslot_uneven_columns) ? kUneven : kEven;
  session.process.out(cpu_heading(columns) + "\n");
  for (const Cpu& cpu : list.cpus) {
    if (!cpu.owned && session.shown < kDebug) continue;
    session.process.out(cpu_line(columns, list, cpu) + "\n");
  }
}

// The cache of this phandle, told as that of "cpu NAME" or "cache NAME".
std::string cache_name(Session& session, const CpuList& list, std::uint32_t phandle,
                       const std::string& of_whom) {
  for (const CpuCache& cache : list.caches) {
    if (cache.phandle != phandle) continue;
    session.say(kExtraDebug, fmt::format("found cache {} for {}\n", cache.name, of_whom));
    return cache.name;
  }
  return "N/A";
}

// The first of all caches is taken for what was found of a cache that names itself.
std::string next_level_of(Session& session, const CpuList& list, std::uint32_t phandle) {
  for (const CpuCache& cache : list.caches) {
    if (cache.phandle != phandle) continue;
    const bool itself = session.has(Switch::lsslot_l3_not_found);
    if (itself && cache.l2_cache != cache.phandle) continue;
    return cache_name(session, list, itself ? list.caches.front().phandle : cache.l2_cache,
                      "cache " + cache.name);
  }
  return "N/A";
}

void list_cpus_and_caches(Session& session, const CpuList& list) {
  const CpuColumns& columns =
      session.has(Switch::lsslot_uneven_columns) ? kUnevenWithCaches : kEvenWithCaches;
  session.process.out(
      fmt::format("{}{:<15}{:<15}\n", cpu_heading(columns), "l2-cache", "l3-cache"));
  for (const Cpu& cpu : list.cpus) {
    std::string line = cpu_line(columns, list, cpu);
    const std::size_t counted =
        std::min(cpu.threads.size() * columns.counted, columns.threads);
    line += std::string(columns.threads - counted, ' ');
    const std::string first = cache_name(session, list, cpu.l2_cache, "cpu " + cpu.node);
    line += fmt::format("{:<15}{:<15}\n", first, next_level_of(session, list, cpu.l2_cache));
    session.process.out(line);
  }
}

int list_cpu_slots(Session& session) {
  if (!exists(session.files, std::string(kTree) + "/ibm,lpar-capable")) {
    session.process.err("\nThe system is not LPAR.\n\n");
    return 1;
  }
  const std::optional<CpuList> list = read_cpus(session);
  if (!list) {
    session.process.err("\nThere are no dynamically reconfigurable CPUs on this system.\n\n");
    return 1;
  }
  if (session.request.cpus_and_caches) {
    list_cpus_and_caches(session, *list);
  } else if (session.request.caches) {
    session.process.out("cache-name              phandle\n");
    for (const CpuCache& cache : list->caches) {
      session.process.out(fmt::format("{:<21}{:<8x}\n", cache.name, cache.phandle));
    }
  } else {
    list_cpus(session, *list);
  }
  return 0;
}

std::string associativity_of(const AssociativityArrays& arrays, std::uint32_t index) {
  if (index == kNoAssociativity) return "Not Set\n";
  std::string text = fmt::format("(index: {}) ", static_cast<std::int32_t>(index));
  for (std::uint32_t i = 0; i < arrays.size; ++i) {
    const std::size_t at = std::size_t{index} * arrays.size + i;
    text += fmt::format("{} ", at < arrays.cells.size() ? arrays.cells[at] : 0);
  }
  return text + "\n";
}

// The name before the colon is always empty: a drconf LMB has none.
void list_lmb(Session& session, const Lmb& lmb, const AssociativityArrays& arrays) {
  const std::string address = session.has(Switch::lsslot_decimal_addresses)
                                  ? std::to_string(lmb.address)
                                  : fmt::format("{:x}", lmb.address);
  std::string text = fmt::format(
      ": {}\n    DRC Index: {:x}        Address: {}\n    Removable: {}             "
      "Associativity: {}",
      lmb.owned ? "" : "Not Owned", lmb.drc_index, address, lmb.removable ? "Yes" : "No ",
      associativity_of(arrays, lmb.associativity_index));
  if (lmb.owned) {
    text += "    Section(s):";
    for (std::size_t i = 0; i < lmb.blocks.size(); ++i) {
      text += fmt::format("{} {}", i == 0 ? "" : ",", lmb.blocks[i]);
    }
    text += "\n";
  }
  session.process.out(text);
}

int list_memory(Session& session) {
  const std::optional<LmbList> list = read_lmbs(session);
  if (!list || list->lmbs.empty()) return -1;
  const auto arrays = read_associativity(session);
  if (!arrays) {
    session.say(kError, "Could not get associativity information.\n");
    return 0;
  }
  std::uint32_t only = 0;
  if (session.request.drc_name) {
    only = static_cast<std::uint32_t>(
        std::strtol(session.request.drc_name->c_str(), nullptr, 0));
  }
  const std::uint64_t size = session.has(Switch::lmb_size_32_bits)
                                 ? static_cast<std::uint32_t>(list->lmb_size)
                                 : list->lmb_size;
  session.process.out(
      fmt::format("Dynamic Reconfiguration Memory (LMB size 0x{:x})\n", size));
  for (const Lmb& lmb : list->lmbs) {
    if (only != 0 && only != lmb.drc_index) continue;
    if (session.shown < kDebug && !lmb.owned) continue;
    list_lmb(session, lmb, *arrays);
  }
  return 0;
}

}  // namespace

int lsslot(Process& process, const std::vector<std::string>& argv) {
  if (!supported_platform(process, argv.at(0))) return 1;
  Session session(process);
  session.shown = 0;             // unlike drmgr, it says nothing unless -d asks for it
  if (!valid_chrp(session)) return 1;
  const Parsed parsed = parse(session, argv);
  if (parsed == Parsed::usage) process.err(kUsage);
  if (parsed != Parsed::fine || !session.lock()) return 1;
  switch (session.request.type) {
    case ConnectorType::slot:
    case ConnectorType::pci: return list_slots(session);
    case ConnectorType::phb: return list_host_bridges(session) & 0xff;
    case ConnectorType::cpu: return list_cpu_slots(session);
    case ConnectorType::mem: return list_memory(session) & 0xff;
    case ConnectorType::port: return list_ports(session);
    default: return 0;
  }
}

}  // namespace lparsim::userland
