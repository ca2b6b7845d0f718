// Virtual adapters of running partitions: which there are, who is at the other end, and how their
// queues are filled (LoPAR 17.2.1 to 17.2.3).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/hcall/tce_table.hpp"
#include "firmware/hcall/vio_state.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

struct AdapterPlace {
  std::size_t partition = 0;         // position in the platform
  std::uint16_t slot = 0;
};

// Transport events, table 17-11.
inline constexpr std::uint8_t kPartnerFailed = 1, kPartnerDeregistered = 2, kPartnerSuspended = 6,
                              kPrepareForSuspend = 9, kClientResumed = 10;

// The slot of a unit address, when the partition has an adapter there and may use it.
std::optional<AdapterPlace> find_adapter(const Core& core, std::size_t partition,
                                         std::uint64_t unit_address);
// What the configuration has in a slot; nullptr: nothing.
const VirtualSlotConfig* configured_slot(const PartitionState& partition, std::uint32_t slot);
VirtualSlotConfig adapter_config(const Core& core, AdapterPlace place);
AdapterState& adapter_state(Core& core, AdapterPlace place);   // made at first use
AdapterEnd end_of(const Core& core, AdapterPlace place);
// Position of an end, when its partition is powered on and owns the adapter.
std::optional<AdapterPlace> place_of(const Core& core, AdapterEnd end);

// Adapters that may be at the other end of this one by both configurations, ascending.
std::vector<AdapterPlace> possible_partners(const Core& core, AdapterPlace place);
// The connected partner whose queue is registered and connected to this adapter.
std::optional<AdapterPlace> connected_partner(const Core& core, AdapterPlace place);

// First window pane of the adapter.
TceTable* first_pane(Core& core, AdapterPlace place);
// Whether [address, +bytes) on the adapter's bus is mapped for reading and writing.
bool pane_mapped(Core& core, AdapterPlace place, std::uint64_t address, std::uint64_t bytes);
// Copies through the first pane; false, and nothing or a part copied, when it is not all mapped.
bool read_pane(Core& core, AdapterPlace place, std::uint64_t address,
               std::span<std::uint8_t> to);
bool write_pane(Core& core, AdapterPlace place, std::uint64_t address, ByteView from);

// Puts entries of `entry_bytes` each into free elements (header 0), all or none.
bool put_entries(Core& core, AdapterPlace place, MessageQueue& queue, ByteView entries,
                 std::size_t entry_bytes);
void signal(Core& core, AdapterPlace place, VirtualInterrupt& interrupt, std::uint32_t source);

// 0xFF entry in the adapter's queue, over its last entry when it is full; nothing when it has none.
void transport_event(Core& core, AdapterPlace place, std::uint8_t code);
// Closes the queue, its sub-queues and the connection; the partner finds `code`.
void close_crq(Core& core, AdapterPlace place, std::uint8_t code);
// The partition is suspended for migration: its partners and it find 0xFF06, and no connection of
// its adapters works until H_ENABLE_CRQ.
void suspend_connections(Core& core, std::size_t partition);

// The adapter leaves its partition, or its partition ends (code: what the partner is told).
void drop_adapter(Core& core, AdapterPlace place, std::uint8_t code);
void drop_all_adapters(Core& core, std::size_t partition);

// Entries that this connection lent to the server's devices are invalid; those of one page of a
// client's table (rdma_calls.cpp).
void drop_redirected(Core& core, AdapterPlace place);
void drop_loans(Core& core, PartitionId lender, std::uint32_t liobn, std::uint64_t page);

// Interrupt sources of an adapter: its first queue's, and those of its sub-queues.
std::uint32_t sub_queue_source(std::uint16_t slot, std::uint64_t number);
inline constexpr std::uint64_t kMostSubQueues = 16;

}  // namespace lparsim::firmware
