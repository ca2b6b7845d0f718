// What the platform services of RTAS keep: values, part of PartitionState and SystemState.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/cells.hpp"
#include "sim/base/ids.hpp"
#include "sim/base/time.hpp"

namespace lparsim::firmware {

// Outlives restarts and power-off.
struct KeptServices {
  Bytes nvram;                        // up to the last byte ever stored; what follows reads 0
  Duration clock_offset{};            // the partition's time of day less the platform's
  std::optional<TimePoint> power_on_at;           // set-time-for-power-on, in simulated time
  std::map<std::uint32_t, Bytes> parameters;      // its own system parameters that were set

  bool operator==(const KeptServices&) const = default;
};

struct RoutedSource {                 // an interrupt source that the OS has touched
  std::uint32_t source = 0, server = 0;
  std::uint8_t priority = 0xff, saved = 0xff;
  bool withheld = false;              // it was raised while it was masked

  bool operator==(const RoutedSource&) const = default;
};

// A list that is handed out in pieces: next is the number that goes on, 1 when none is open.
struct OpenList {
  std::uint32_t kind = 0, next = 1;
  std::size_t at = 0;                 // first byte or entry not yet handed out
  std::uint64_t digest = 0;           // of the whole list, to see that it changed

  bool operator==(const OpenList&) const = default;
};

struct Display {
  std::vector<std::string> lines;
  std::size_t line = 0, column = 0;

  bool operator==(const Display&) const = default;
};

// A call between its entry and its commit.
struct CallInFlight {
  ServerNumber server;
  std::uint16_t call = 0;

  bool operator==(const CallInFlight&) const = default;
};

// Begins anew with every boot.
struct BootServices {
  std::vector<CallInFlight> in_flight;
  std::vector<RoutedSource> sources;              // ascending source number
  std::array<std::uint32_t, 2> tone{};            // frequency and volume, percent
  std::optional<std::uint8_t> surveillance;       // minutes; nullopt: as the parameters say
  std::vector<ServerNumber> out_of_global_queue;  // ascending
  std::array<std::uint32_t, 2> nmi_entries{};     // system reset, machine check
  bool nmi_registered = false;
  OpenList indices, vpd;
  bool errinjct_offered = false;                  // its /rtas has the error injection calls
  std::uint32_t errinjct_token = 0;               // of the opener; 0: closed
  Bytes kernel_dump;                              // the registered structure; empty: none
  Display display;

  bool operator==(const BootServices&) const = default;
};

struct RtasState {
  KeptServices kept;
  BootServices boot;
  std::uint32_t boots = 0;            // tells entries of an earlier boot from those of this one
  std::uint32_t errinjct_opened = 0;  // how often, so that tokens differ
  std::string reference_code;         // what ibm,os-term said last, as the HMC shows it
  Bytes active_dump;                  // kernel dump that waits to be invalidated; empty: none

  bool operator==(const RtasState&) const = default;
};

struct PlatformDump {
  std::uint64_t tag = 0;
  PartitionId partition;              // who may fetch it
  Bytes data;
  bool complete = false;              // all of it went out; only the closing call is missing

  bool operator==(const PlatformDump&) const = default;
};

// Of the machine.
struct PlatformServices {
  std::map<std::uint32_t, Bytes> parameters;      // platform-wide system parameters that were set
  std::map<std::string, std::uint8_t> identify;   // location code to state of its light
  std::map<std::string, std::uint8_t> fault;
  PartitionId errinjct_partition;                 // the one that may inject errors, if any
  std::vector<PlatformDump> dumps;
  std::uint64_t dump_tags = 0;        // the last one given

  bool operator==(const PlatformServices&) const = default;
};

}  // namespace lparsim::firmware
