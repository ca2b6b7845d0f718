// The inter-partition logical LAN (LoPAR 17.3): one virtual switch, ports by VLAN.
#pragma once

#include "firmware/hcall/adapters.hpp"

namespace lparsim::firmware {

// H_ILLAN_ATTRIBUTES, table 17-18: what is implemented and may be changed.
inline constexpr std::uint64_t kLanChecksumIpv4 = 2, kLanChecksumIpv6 = 4,
                               kLanBufferSizeControl = 1ULL << 12,
                               kLanAttributes =
                                   kLanChecksumIpv4 | kLanChecksumIpv6 | kLanBufferSizeControl;
inline constexpr std::size_t kLanFilters = 6;        // ibm,mac-address-filters
inline constexpr std::uint64_t kMacBits = 0xffff'ffff'ffffULL;

constexpr bool is_multicast(std::uint64_t mac) { return (mac >> 40 & 1) != 0; }

// Hands a frame to the port: takes the smallest buffer that holds it, fills it and makes a queue
// entry. False: dropped, and counted in the buffer list.
bool receive_frame(Core& core, AdapterPlace place, ByteView frame);
// A queue entry for a buffer that goes back unused (H_FREE_LOGICAL_LAN_BUFFER).
void return_buffer(Core& core, AdapterPlace place, const LanBuffer& buffer);
// Writes the first descriptor of the buffer list: the receive queue with its toggle.
void show_receive_queue(Core& core, AdapterPlace place);

}  // namespace lparsim::firmware
