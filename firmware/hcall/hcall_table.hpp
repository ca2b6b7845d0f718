// The hypervisor calls, one row each (LoPAR table 14-2; HCALLS.md 3). The same rows dispatch, say
// which function set a call belongs to and which statuses the Choices seam may ask for. A call is
// added as a handler and a row in the file of its subject; what has no row answers H_Function.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "firmware/guest_memory.hpp"
#include "firmware/hcall/status.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// One call being carried out. r[0] is R4, as input and as output.
struct HcallFrame {
  Core& core;
  std::size_t partition;
  ServerNumber server;               // the calling hardware thread, of this partition
  CallerState caller;
  std::array<std::uint64_t, 9>& r;
  ParkUntil park = ParkUntil::nothing;
  Duration at_most{};                // with park: how long at most; 0: no limit

  PartitionState& state() const { return core.at(partition); }
};

struct HcallRow {
  std::string_view site;             // of the choice point: "hcall.H_CEDE"
  std::uint64_t token;
  std::string_view set;              // must stand in ibm,hypertas-functions
  std::int64_t (*handler)(HcallFrame&);
  std::span<const Outcome> outcomes; // [0] normal, then every other status that it documents
  // A chosen status has an effect of its own (nullptr: the state does not change).
  void (*refused)(HcallFrame&) = nullptr;

  std::string_view name() const { return site.substr(6); }
};

// All calls, ascending by token.
std::span<const HcallRow> hcall_table();
const HcallRow* find_hcall(std::uint64_t token);          // nullptr: not modelled
bool has_function_set(const FirmwareProfile& profile, std::string_view set);

// The rows by subject; each file holds the handlers of its rows.
std::span<const HcallRow> area_rows();                    // area_calls.cpp
std::span<const HcallRow> dispatch_rows();                // dispatch_calls.cpp
std::span<const HcallRow> mobility_hcall_rows();          // mobility_calls.cpp
std::span<const HcallRow> performance_rows();             // performance_calls.cpp
std::span<const HcallRow> crq_rows();                     // crq_calls.cpp
std::span<const HcallRow> presentation_rows();               // interrupt_calls.cpp
std::span<const HcallRow> lan_rows();                     // lan_calls.cpp
std::span<const HcallRow> memory_rows();                  // memory_calls.cpp
std::span<const HcallRow> migrate_rows();                 // migrate_calls.cpp
std::span<const HcallRow> mode_rows();                    // mode_calls.cpp
std::span<const HcallRow> page_table_rows();              // page_table_calls.cpp
std::span<const HcallRow> page_table_size_rows();         // page_table_size_calls.cpp
std::span<const HcallRow> rdma_rows();                    // rdma_calls.cpp
std::span<const HcallRow> sharing_rows();                 // sharing_calls.cpp
std::span<const HcallRow> sub_crq_rows();                 // sub_crq_calls.cpp
std::span<const HcallRow> tce_rows();                     // tce_calls.cpp
std::span<const HcallRow> terminal_rows();                // terminal_calls.cpp
std::span<const HcallRow> vioctl_rows();                  // vioctl_calls.cpp

}  // namespace lparsim::firmware
