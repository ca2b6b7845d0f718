// Everything a generic OS knows, as values: a snapshot is a copy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::generic_os {

// One processor connector of /cpus.
struct Processor {
  std::uint32_t drc_index = 0;
  std::string node;                        // below /cpus; empty: not owned
  std::vector<std::uint32_t> servers;      // hardware threads, empty: not owned
};

struct Thread {
  std::uint32_t logical = 0;
  bool online = false;
};

struct MemoryBlock {
  std::uint64_t address = 0;
  std::uint32_t drc_index = 0;
  std::uint32_t associativity_index = 0;
  std::uint32_t flags = 0;
};

enum MemoryFlag : std::uint32_t {  // ibm,dynamic-memory (LoPAR 13.5.2, C.6.6.2)
  kAssigned = 0x08,
  kDrcInvalid = 0x20,
  kReserved = 0x80,
};

struct State {
  std::map<std::string, std::uint32_t, std::less<>> services;   // RTAS tokens
  std::vector<Processor> processors;
  std::map<std::uint32_t, Thread> threads;     // by server; those ever started
  std::vector<MemoryBlock> memory;
  std::uint64_t lmb_size = 0;
  std::uint64_t boot_memory_bytes = 0;
  std::uint32_t boot_server = 0;
  std::vector<std::uint32_t> stopping;         // servers whose stopping thread has not begun
};

// Fills a fresh state from a flattened tree: drc-info or the four lists, dynamic memory v1 or v2.
// False: not a tree, or no processor in it.
bool read_tree(ByteView flat, State& state);

}  // namespace lparsim::generic_os
