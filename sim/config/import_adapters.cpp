// Virtual adapters of an import.
#include <fmt/format.h>

#include <algorithm>

#include "hmc/inventory/text.hpp"
#include "sim/config/firmware_facts.hpp"
#include "sim/config/import_draft.hpp"

namespace lparsim::config {

using hmc::Listing;

namespace {

struct AdapterListing {
  Listing listing;
  const char* kind;
};
constexpr AdapterListing kAdapterListings[] = {
    {Listing::virtual_serial, "serial"},
    {Listing::virtual_eth, "eth"},
    {Listing::virtual_scsi, "scsi"},
    {Listing::virtual_fc, "fc"},
};

// A remote partition that exists has one name.
void check_remote(Draft& draft, const CapturedRow& row, hmc::VirtualAdapter& adapter) {
  const auto id = hmc::parse_number(draft.text(&row, "remote_lpar_id", "any"));
  const std::string* name = row.find("remote_lpar_name");
  if (!id || !name || *id > 65535) return;
  const PartitionId remote{static_cast<std::uint16_t>(*id)};
  const hmc::PartitionRecord* record = draft.partition(remote);
  if (!record) {
    adapter.facts["remote_lpar_name"] = *name;
    draft.note(fmt::format("{}: the remote partition {} ({}) is in no capture", row.where, *id,
                           *name));
  } else if (record->name != *name && !name->empty() && *name != "null") {
    draft.fail(row.where, fmt::format("remote partition {} is called {}, {} calls it {}", *id,
                                      *name, draft.named_at[remote], record->name));
  }
}

// One adapter per slot, and a slot that the partition has.
void check_place(Draft& draft, const CapturedRow& row, PartitionId partition, std::uint16_t slot) {
  const auto [old, added] = draft.slot_at.emplace(std::pair(partition, slot), row.where);
  if (!added) {
    draft.fail(row.where, fmt::format("the virtual slot {} is taken, see {}", slot, old->second));
  }
  const CapturedRow* slots = draft.row(partition, Listing::virtual_slot);
  const std::int64_t most = draft.number(slots, "curr_max_virtual_slots", 65536);
  if (slot >= most) {
    draft.fail(row.where, fmt::format("slot_num={}, {} says curr_max_virtual_slots={}", slot,
                                      slots->where, most));
  }
}

void import_row(Draft& draft, const Capture& capture, const CapturedRow& row, const char* kind) {
  const std::int64_t id = draft.number(&row, "lpar_id", 0);
  const std::int64_t slot = draft.number(&row, "slot_num", -1);
  hmc::PartitionRecord* owner =
      id > 0 && id < 65536 ? draft.partition(PartitionId{static_cast<std::uint16_t>(id)}) : nullptr;
  if (!owner || slot < 0 || slot > 65534) {
    draft.fail(row.where, "an adapter without partition and slot number");
    return;
  }
  check_place(draft, row, owner->id, static_cast<std::uint16_t>(slot));
  hmc::VirtualAdapter adapter;
  adapter.kind = kind;
  adapter.partition = owner->id;
  adapter.slot = static_cast<std::uint16_t>(slot);
  draft.add_facts(*capture.listing, row, adapter.facts);
  add_absent(capture, row, owner->env, adapter.absent);
  // The state follows the partition's unless the capture says otherwise.
  const auto state = adapter.facts.find("state");
  const bool on = draft.machine.os[owner->id].powered_on;
  if (state != adapter.facts.end() && state->second == (on ? "1" : "0")) {
    adapter.facts.erase(state);
  }
  check_remote(draft, row, adapter);
  owner->max_virtual_slots = std::max(owner->max_virtual_slots, adapter.slot + 1);
  draft.machine.inventory.adapters.push_back(std::move(adapter));
}

// Slots 0 and 1 of every partition (hmc.md 1.2).
void add_serial_adapters(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    if (capture.listing == Listing::virtual_serial && capture.complete) return;
  }
  for (const hmc::PartitionRecord& record : draft.machine.inventory.partitions) {
    for (const std::uint16_t slot : {std::uint16_t{0}, std::uint16_t{1}}) {
      if (draft.slot_at.contains({record.id, slot})) continue;
      draft.machine.inventory.adapters.push_back({"serial", record.id, slot, {}, {}, {}});
    }
  }
}

}  // namespace

void import_adapters(Draft& draft) {
  for (const Capture& capture : draft.captures) {
    for (const auto& [listing, kind] : kAdapterListings) {
      if (capture.listing != listing) continue;
      for (const CapturedRow& row : capture.rows) import_row(draft, capture, row, kind);
    }
  }
  add_serial_adapters(draft);
  auto& adapters = draft.machine.inventory.adapters;
  std::stable_sort(adapters.begin(), adapters.end(), [](const auto& a, const auto& b) {
    return std::pair(a.partition, a.slot) < std::pair(b.partition, b.slot);
  });
  for (firmware::PartitionConfig& config : draft.machine.platform.partitions) {
    config.max_virtual_slots =
        static_cast<std::uint16_t>(draft.partition(config.id)->max_virtual_slots);
    for (const hmc::VirtualAdapter& adapter : adapters) {
      if (adapter.partition == config.id) {
        config.virtual_slots.push_back(virtual_slot_of(adapter));
      }
    }
  }
}

}  // namespace lparsim::config
