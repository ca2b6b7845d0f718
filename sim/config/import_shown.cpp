// What the HMC showed and the machine would not: compared value by value, kept with the value that
// it stands for (inventory.hpp, Shown).
#include <fmt/format.h>

#include <algorithm>

#include "hmc/cli/print.hpp"
#include "hmc/inventory/text.hpp"
#include "sim/config/import_draft.hpp"
#include "sim/config/machine_view.hpp"

namespace lparsim::config {

using hmc::Listing;
using hmc::Record;

namespace {

std::string_view adapter_kind(Listing listing) {
  return listing == Listing::virtual_eth      ? "eth"
         : listing == Listing::virtual_scsi   ? "scsi"
         : listing == Listing::virtual_serial ? "serial"
                                              : "fc";
}

// Where the object of a row keeps what is shown of it.
hmc::ShownValues* values_of(Draft& draft, Listing listing, const CapturedRow& row) {
  hmc::Inventory& inventory = draft.machine.inventory;
  if (captured_key(listing, row).empty()) return &inventory.system_shown;
  if (listing == Listing::io_slot) {
    const auto drc = hmc::parse_drc(draft.text(&row, "drc_index", ""));
    for (hmc::IoSlot& slot : inventory.slots) {
      if (drc && slot.drc == *drc) return &slot.shown;
    }
    return nullptr;
  }
  const std::string id = draft.text(&row, "lpar_id", "");
  const auto owned = [&](PartitionId owner) { return std::to_string(owner.value) == id; };
  if (listing == Listing::prof) {
    const std::string name = draft.text(&row, "name", "");
    for (hmc::Profile& profile : inventory.profiles) {
      if (owned(profile.partition) && profile.name == name) return &profile.shown;
    }
    return nullptr;
  }
  if (const std::string* slot = row.find("slot_num")) {
    for (hmc::VirtualAdapter& adapter : inventory.adapters) {
      if (owned(adapter.partition) && adapter.kind == adapter_kind(listing) &&
          std::to_string(adapter.slot) == *slot) {
        return &adapter.shown;
      }
    }
    return nullptr;
  }
  for (hmc::PartitionRecord& record : inventory.partitions) {
    if (owned(record.id)) return &record.shown;
  }
  return nullptr;
}

class Comparison {
 public:
  Comparison(const Record& record, hmc::ShownValues& shown) : record_(record), shown_(shown) {}

  void expect(const std::string& name, const std::optional<std::string>& captured) {
    const hmc::Value* value = find_value(record_, name);
    const auto printed = value ? std::optional(joined(*value)) : std::nullopt;
    const auto wanted =
        captured ? std::optional(joined(hmc::fact_value(*captured))) : std::nullopt;
    if (printed == wanted) return;
    hmc::Shown shown{captured, std::nullopt};
    if (value) shown.instead = plain_text(*value);
    shown_.insert_or_assign(name, shown);
    names.push_back(name);
  }

  std::vector<std::string> names;

 private:
  static std::string plain_text(const hmc::Value& value) {
    std::string text;
    for (std::size_t i = 0; i < value.items.size(); ++i) text += (i ? "," : "") + value.items[i];
    return text;
  }

  const Record& record_;
  hmc::ShownValues& shown_;
};

void compare(Draft& draft, const Capture& capture, const CapturedRow& row, const Record& record) {
  hmc::ShownValues* shown = values_of(draft, *capture.listing, row);
  if (!shown) return;
  Comparison comparison(record, *shown);
  for (const auto& [name, value] : row.fields) comparison.expect(name, value);
  for (const auto& [name, value] : row.chosen) comparison.expect(name, value);
  for (const std::string& name : row.nulls) {
    if (!row.find(name)) comparison.expect(name, std::nullopt);
  }
  if (!row.fields.empty()) {
    for (const hmc::Attribute& attribute : record.attributes) {
      if (!row.find(attribute.name)) comparison.expect(attribute.name, std::nullopt);
    }
  }
  if (comparison.names.empty()) return;
  std::string list;
  for (const std::string& name : comparison.names) list += (list.empty() ? "" : ", ") + name;
  draft.note(fmt::format("{}: not what the machine would print, shown until it changes: {}",
                         row.where, list));
}

}  // namespace

void import_shown(Draft& draft) {
  const MachineHypervisor hypervisor(draft.machine);
  const MachineRmc rmc(draft.machine);
  for (const Capture& capture : draft.captures) {
    if (!capture.listing || capture.rows.empty()) continue;
    const Listing listing = *capture.listing;
    const auto records = list_records(draft.machine.inventory, hypervisor, rmc, listing);
    for (const CapturedRow& row : capture.rows) {
      if (listing == Listing::sys && &row != draft.sys) continue;
      const std::string key = captured_key(listing, row);
      const auto record = std::find_if(records.begin(), records.end(), [&](const Record& one) {
        return hmc::row_key(listing, one) == key;
      });
      if (record != records.end()) compare(draft, capture, row, *record);
    }
  }
}

}  // namespace lparsim::config
