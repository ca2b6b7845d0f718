// Remote DMA between partner adapters: H_COPY_RDMA, H_WRITE_RDMA, H_READ_RDMA, and translation
// entries that a server's devices borrow from its client, H_PUT_RTCE, H_PUT_RTCE_INDIRECT,
// H_REMOVE_RTCE (LoPAR 17.2.2.2, 17.2.3.2). A client's entry is lent once; when it changes, or the
// connection ends, the borrowed one is invalid (Bit Bucket Allowed is 1).
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"

namespace lparsim::firmware {
namespace {

// ibm,max-virtual-dma-size.
constexpr std::uint64_t kMostCopied = 128 << 10;
constexpr std::uint64_t kMostIndirect = 512;

struct Pane {                        // whose memory, and the table in front of it
  std::size_t partition = 0;
  TceTable* table = nullptr;
};

// The second pane of a server adapter is the first one of its connected client.
Pane second_pane(HcallFrame& frame, std::uint64_t liobn) {
  const std::uint64_t slot = liobn - remote_liobn(0);
  if (liobn < remote_liobn(0) || slot >= kAnySlot) return {};
  const auto place =
      find_adapter(frame.core, frame.partition, virtual_slot_drc_index(0).value + slot);
  if (!place || !adapter_config(frame.core, *place).server) return {};
  const auto client = connected_partner(frame.core, *place);
  if (!client) return {};
  return {client->partition, first_pane(frame.core, *client)};
}

Pane any_pane(HcallFrame& frame, std::uint64_t liobn) {
  const Pane remote = second_pane(frame, liobn);
  if (remote.table != nullptr) return remote;
  // Of the caller's own tables those of virtual adapters: devices have no business here.
  const std::uint64_t slot = liobn - virtual_liobn(0);
  if (liobn < virtual_liobn(0) || slot >= kAnySlot) return {};
  return {frame.partition, find_tce_table(frame.core, frame.partition, liobn)};
}

bool in_range(const TceTable& table, std::uint64_t address, std::uint64_t bytes) {
  return address >= table.first && address - table.first < table.bytes &&
         bytes <= table.bytes - (address - table.first);
}

bool copy_out(const Core& core, std::size_t partition, const std::vector<DmaPiece>& pieces,
              Bytes& data) {
  std::span<std::uint8_t> to = data;
  for (const DmaPiece& piece : pieces) {
    if (!read_guest(core, partition, piece.address, to.first(piece.bytes))) return false;
    to = to.subspan(piece.bytes);
  }
  return true;
}

bool copy_in(Core& core, std::size_t partition, const std::vector<DmaPiece>& pieces,
             ByteView data) {
  for (const DmaPiece& piece : pieces) {
    if (!write_guest(core, partition, piece.address, data.first(piece.bytes))) return false;
    data = data.subspan(piece.bytes);
  }
  return true;
}

std::int64_t h_copy_rdma(HcallFrame& frame) {
  Core& core = frame.core;
  const std::uint64_t bytes = frame.r[0];
  if (bytes > kMostCopied) return kHParameter;
  const Pane from = any_pane(frame, frame.r[1]), to = any_pane(frame, frame.r[3]);
  if (from.table == nullptr || !in_range(*from.table, frame.r[2], bytes)) return kHSParm;
  if (to.table == nullptr || !in_range(*to.table, frame.r[4], bytes)) return kHDParm;
  const auto sources = translate(*from.table, frame.r[2], bytes, kTceRead);
  const auto targets = translate(*to.table, frame.r[4], bytes, kTceWrite);
  Bytes data(bytes);
  if (!sources || !targets || !copy_out(core, from.partition, *sources, data) ||
      !copy_in(core, to.partition, *targets, data)) {
    return kHPermission;
  }
  return kHSuccess;
}

std::int64_t h_write_rdma(HcallFrame& frame) {
  const std::uint64_t bytes = frame.r[0];
  if (bytes > 48) return kHParameter;
  const Pane to = second_pane(frame, frame.r[1]);
  if (to.table == nullptr || !in_range(*to.table, frame.r[2], bytes)) return kHDParm;
  CellWriter data;
  for (std::size_t i = 3; i < 9; ++i) data.u64(frame.r[i]);
  const auto targets = translate(*to.table, frame.r[2], bytes, kTceWrite);
  const Bytes all = data.take();
  if (!targets || !copy_in(frame.core, to.partition, *targets, ByteView(all).first(bytes))) {
    return kHPermission;
  }
  return kHSuccess;
}

std::int64_t h_read_rdma(HcallFrame& frame) {
  const std::uint64_t bytes = frame.r[0];
  if (bytes > 72) return kHParameter;
  const Pane from = second_pane(frame, frame.r[1]);
  if (from.table == nullptr || !in_range(*from.table, frame.r[2], bytes)) return kHSParm;
  const auto sources = translate(*from.table, frame.r[2], bytes, kTceRead);
  Bytes data(bytes);
  if (!sources || !copy_out(frame.core, from.partition, *sources, data)) return kHPermission;
  data.resize(72, 0);
  for (std::size_t i = 0; i < 9; ++i) frame.r[i] = load_be64(data.data() + 8 * i);
  return kHSuccess;
}

// Where a client's entry is lent to, in the server partition.
struct Loan {
  TceTable* table = nullptr;
  std::uint64_t page = 0;
};

Loan find_loan(Core& core, std::size_t server, PartitionId lender, std::uint64_t remote) {
  for (TceTable& table : core.at(server).hcalls.tce_tables) {
    for (const auto& [page, entry] : table.entries) {
      if (entry.lender == lender && entry.remote == remote) return {&table, page};
    }
  }
  return {};
}

std::int64_t lend(HcallFrame& frame, const Pane& client, std::uint64_t address, TceTable& table,
                  std::uint64_t page) {
  Core& core = frame.core;
  const auto from = client.table->page_of(address);
  const auto entry = from ? client.table->entries.find(*from) : client.table->entries.end();
  if (entry == client.table->entries.end() || entry->second.lender != kNoPartition) return kHRParm;
  const PartitionId lender = core.at(client.partition).config.id;
  const std::uint64_t remote = std::uint64_t{client.table->liobn} << 32 | *from;
  const Loan loan = find_loan(core, frame.partition, lender, remote);
  if (loan.table == &table && loan.page == page) return kHInUse;
  if (loan.table != nullptr) return kHResource;
  set_tce(core, frame.partition, table, page, {entry->second.tce, lender, remote});
  ++core.state.hcalls.loans;
  return kHSuccess;
}

// The server's own table of 4 KB pages; not a second pane.
TceTable* borrowing_table(HcallFrame& frame, std::uint64_t liobn) {
  TceTable* table = find_tce_table(frame.core, frame.partition, liobn);
  return table != nullptr && table->page_shift == 12 ? table : nullptr;
}

// Lends `count` pages to consecutive entries; R4 tells how many were lent before one failed.
std::int64_t lend_all(HcallFrame& frame, const Pane& client, TceTable& table, std::uint64_t page,
                      std::uint64_t count, auto address_of) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto status = lend(frame, client, address_of(i), table, page + i);
    if (status == kHSuccess) continue;
    frame.r[0] = i;
    return status;
  }
  return kHSuccess;
}

std::int64_t h_put_rtce(HcallFrame& frame) {
  const Pane client = second_pane(frame, frame.r[0]);
  TceTable* table = borrowing_table(frame, frame.r[2]);
  const std::uint64_t count = frame.r[4];
  if (client.table == nullptr || !client.table->page_of(frame.r[1], count) || table == nullptr ||
      client.table == table) {
    return kHParameter;
  }
  const auto page = table->page_of(frame.r[3], count);
  if (!page || count > kMostIndirect) return kHParameter;
  const std::uint64_t address = frame.r[1];
  return lend_all(frame, client, *table, *page, count,
                  [&](std::uint64_t i) { return address + i * kPageBytes; });
}

std::int64_t h_put_rtce_indirect(HcallFrame& frame) {
  const Pane client = second_pane(frame, frame.r[1]);
  TceTable* table = borrowing_table(frame, frame.r[2]);
  const std::uint64_t count = frame.r[4];
  if (client.table == nullptr || table == nullptr || client.table == table ||
      count > kMostIndirect || frame.r[0] % kPageBytes != 0) {
    return kHParameter;
  }
  const auto page = table->page_of(frame.r[3], count);
  Bytes list(count * 8);
  if (!page || !read_guest(frame.core, frame.partition, frame.r[0], list)) return kHParameter;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!client.table->page_of(load_be64(list.data() + 8 * i))) return kHParameter;
  }
  return lend_all(frame, client, *table, *page, count,
                  [&](std::uint64_t i) { return load_be64(list.data() + 8 * i); });
}

std::int64_t h_remove_rtce(HcallFrame& frame) {
  const Pane client = second_pane(frame, frame.r[0]);
  TceTable* table = borrowing_table(frame, frame.r[2]);
  const std::uint64_t count = frame.r[4];
  if (client.table == nullptr || !client.table->page_of(frame.r[1], count) || table == nullptr ||
      client.table == table) {
    return kHParameter;
  }
  const auto page = table->page_of(frame.r[3], count);
  if (!page) return kHParameter;
  for (std::uint64_t i = 0; i < count; ++i) {
    set_tce(frame.core, frame.partition, *table, *page + i, {});
  }
  return kHSuccess;
}

constexpr auto& kCopy = kHcallOutcomes<kHParameter, kHSParm, kHDParm, kHPermission>;
constexpr auto& kWrite = kHcallOutcomes<kHParameter, kHDParm, kHPermission>;
constexpr auto& kRead = kHcallOutcomes<kHParameter, kHSParm, kHPermission>;
constexpr auto& kPut = kHcallOutcomes<kHParameter, kHRescinded, kHResource, kHInUse, kHRParm>;
constexpr auto& kRemove = kHcallOutcomes<kHParameter, kHRescinded>;
constexpr std::array kRows{
    HcallRow{"hcall.H_PUT_RTCE", 0x10c, "hcall-rdma", h_put_rtce, kPut},
    HcallRow{"hcall.H_COPY_RDMA", 0x110, "hcall-rdma", h_copy_rdma, kCopy},
    HcallRow{"hcall.H_WRITE_RDMA", 0x128, "hcall-rdma", h_write_rdma, kWrite},
    HcallRow{"hcall.H_READ_RDMA", 0x12c, "hcall-rdma", h_read_rdma, kRead},
    HcallRow{"hcall.H_PUT_RTCE_INDIRECT", 0x140, "hcall-multi-tce", h_put_rtce_indirect, kPut},
    HcallRow{"hcall.H_REMOVE_RTCE", 0x24c, "hcall-rdma", h_remove_rtce, kRemove},
};

void drop_matching(Core& core, std::size_t server, auto matches) {
  for (TceTable& table : core.at(server).hcalls.tce_tables) {
    for (auto entry = table.entries.begin(); entry != table.entries.end();) {
      const auto [page, tce] = *entry++;
      if (tce.lender != kNoPartition && matches(tce)) set_tce(core, server, table, page, {});
    }
  }
}

}  // namespace

std::span<const HcallRow> rdma_rows() { return kRows; }

void drop_redirected(Core& core, AdapterPlace place) {
  const auto partner = connected_partner(core, place);
  if (!partner || core.state.hcalls.loans == 0) return;
  const bool serves = adapter_config(core, place).server;
  const AdapterPlace server = serves ? place : *partner, client = serves ? *partner : place;
  const AdapterEnd lender = end_of(core, client);
  drop_matching(core, server.partition, [&](const TceEntry& entry) {
    return entry.lender == lender.partition && entry.remote >> 32 == virtual_liobn(lender.slot);
  });
}

void drop_loans(Core& core, PartitionId lender, std::uint32_t liobn, std::uint64_t page) {
  const std::uint64_t remote = std::uint64_t{liobn} << 32 | page;
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    drop_matching(core, i, [&](const TceEntry& entry) {
      return entry.lender == lender && entry.remote == remote;
    });
  }
}

}  // namespace lparsim::firmware
