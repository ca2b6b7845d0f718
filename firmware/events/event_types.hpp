// What can happen to a partition that firmware has to tell it: the contents of the logs of
// LoPAR 10.3 without their encoding (EVENTS.md 2-6). Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// Bits 24:31 of the fixed part (table 10-4).
enum class LogType : std::uint8_t {
  epow = 64, prrn = 160, platform_error = 224, io = 225, information = 226, deallocation = 227,
  dump = 228, hot_plug = 229,
};

enum class LogSeverity : std::uint8_t {
  no_error, event, warning, error_sync, error, fatal, already_reported,
};

enum class HotPlugResource : std::uint8_t { cpu = 1, memory = 2, slot = 3, phb = 4, pci = 5 };
enum class HotPlugAction : std::uint8_t { add = 1, remove = 2 };
enum class HotPlugIdentifier : std::uint8_t { name = 1, index = 2, count = 3, count_indexed = 4 };

struct HotPlugEvent {
  HotPlugResource resource = HotPlugResource::cpu;
  HotPlugAction action = HotPlugAction::add;
  HotPlugIdentifier identifier = HotPlugIdentifier::index;
  DrcIndex index;                    // index and count_indexed
  std::uint32_t count = 0;           // count and count_indexed
  std::string name;                  // name
  bool non_transactional = false;    // as many as possible, instead of all or none
  std::uint32_t token = 0;           // 0: none
  bool operator==(const HotPlugEvent&) const = default;
};

// Environmental and power warning (table 10-3). Code 0 tells that the condition is gone.
struct EpowEvent {
  std::uint8_t code = 0;             // 0 to 5 and 7
  std::uint8_t modifier = 0;         // code 3: 1 normal, 2 on UPS, 3 function lost, 4 too hot
  bool partition_only = false;       // else the whole system is concerned
  std::uint64_t reason = 0;
};

enum class LostResource : std::uint8_t { processor = 0x10, shared = 0x11, page = 0x40, lmb = 0x41 };

// A resource that fails or will fail: the OS is asked to stop using it.
struct DeallocationEvent {
  LostResource resource = LostResource::processor;
  std::uint32_t id = 0;              // interrupt server of a processor, DRC index of an LMB
  ProcUnits capacity;                // shared processors
  std::uint64_t address = 0;         // page
};

struct IoEvent {
  std::uint8_t type = 1;             // 1 detected, 2 recovered, 3 event
  std::uint8_t scope = 0x38;         // 0x38 PHB, 0x51 service processor
  std::uint8_t subtype = 0;          // 1 rebalance, 3 on line, 4 off line, 5 dump size change
  DrcIndex drc;
  std::vector<std::uint8_t> data;
};

struct CallOut {                     // a part that may have to be replaced
  char priority = 'H';
  std::string location;
};

struct ErrorEvent {                  // type 224
  LogSeverity severity = LogSeverity::warning;
  std::uint8_t subsystem = 0x50;     // UH 0x08
  std::uint8_t uh_severity = 0x20;
  std::uint16_t action_flags = 0xa800;
  std::string reference_code;        // up to 32 characters
  std::array<std::uint32_t, 8> words{};
  std::vector<CallOut> call_outs;    // at most 10
  std::string enclosure_type, enclosure_serial;   // "9105-22A"; empty: no MT section
  std::vector<PartitionId> impacted;              // empty: no LP section
};

struct InformationEvent {            // type 226
  std::string reference_code;
  std::vector<std::uint8_t> user_data;
};

struct DumpEvent {                   // type 228
  std::uint8_t kind = 0;
  std::uint32_t id = 0;
  bool to_hmc = false;
  std::uint64_t size = 0;
  std::string name;                  // up to 40 characters
};

struct PrrnEvent {                   // fixed part only (15.6)
  std::uint32_t scope = 0;
};

using PlatformEvent = std::variant<HotPlugEvent, EpowEvent, DeallocationEvent, IoEvent, ErrorEvent,
                                   InformationEvent, DumpEvent, PrrnEvent>;

}  // namespace lparsim::firmware
