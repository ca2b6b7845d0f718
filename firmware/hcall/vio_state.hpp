// What a partition has set up at its virtual adapters, as values (LoPAR chapter 17).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// A circular queue in the partition's memory, known by its I/O bus address.
struct MessageQueue {
  std::uint64_t first = 0, bytes = 0;
  std::uint64_t next = 0;            // offset of the entry that is filled next

  bool operator==(const MessageQueue&) const = default;
};

struct VirtualInterrupt {
  bool enabled = false;              // H_VIO_SIGNAL, H_VIOCTL
  bool outstanding = false;          // raised and not yet ended by H_EOI

  bool operator==(const VirtualInterrupt&) const = default;
};

struct SubQueue {
  std::uint64_t number = 0;          // the cookie
  MessageQueue queue;
  VirtualInterrupt interrupt;

  bool operator==(const SubQueue&) const = default;
};

struct LanBuffer {
  std::uint64_t address = 0;         // on the I/O bus
  std::uint32_t bytes = 0;

  bool operator==(const LanBuffer&) const = default;
};

struct LanPort {                     // H_REGISTER_LOGICAL_LAN
  std::uint64_t buffer_list = 0;
  MessageQueue queue;
  bool toggle = false;               // entries are valid with the opposite bit
  std::uint64_t mac = 0;
  bool receives_multicast = false, filters_multicast = false;
  std::vector<std::uint64_t> filters;
  std::vector<LanBuffer> buffers;    // in the order they came
  std::vector<std::uint32_t> sizes;  // ascending; every pool there has been

  bool operator==(const LanPort&) const = default;
};

struct AdapterEnd {                  // an adapter of another partition
  PartitionId partition;
  std::uint16_t slot = 0;
  bool operator==(const AdapterEnd&) const = default;
};

enum class ConsoleHolder : std::uint8_t { nobody, console, server };

struct Terminal {
  ConsoleHolder holder = ConsoleHolder::nobody;
  AdapterEnd server;                 // holder == server, or of a server: its client
  std::string input;                 // for H_GET_TERM_CHAR
  std::string output;                // what the management console has not yet read

  bool operator==(const Terminal&) const = default;
};

struct AdapterState {
  std::optional<MessageQueue> crq;
  bool crq_enabled = true;           // false after a suspension until H_ENABLE_CRQ
  std::optional<AdapterEnd> partner; // connected to, while the CRQ is registered
  VirtualInterrupt interrupt;
  std::vector<SubQueue> sub_queues;
  bool migration_disabled = false;             // H_VIOCTL 6
  std::optional<std::uint64_t> suspend_timeout_ms;   // H_VIOCTL 0x1d
  bool suspend_ready = false;                  // H_VIOCTL 0x1e
  std::optional<LanPort> lan;
  std::uint64_t lan_attributes = 0;
  Terminal terminal;

  bool operator==(const AdapterState&) const = default;
};

}  // namespace lparsim::firmware
