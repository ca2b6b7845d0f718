#include "hmc/inventory/listing.hpp"

#include <algorithm>
#include <map>

#include "hmc/inventory/levels.hpp"
#include "hmc/inventory/resolvers.hpp"
#include "hmc/inventory/text.hpp"

namespace lparsim::hmc {

namespace {

struct KeyedRow {
  std::string key;
  RowSource source;
};

struct Sources {
  const Inventory& inventory;
  const HypervisorPort& hypervisor;
  const RmcPort& rmc;

  RowSource row(const PartitionRecord* partition) const {
    RowSource source{&inventory, &hypervisor, &rmc};
    source.partition = partition;
    if (partition) source.values = hypervisor.partition(partition->id);
    return source;
  }
  const PartitionRecord* partition(PartitionId id) const {
    for (const PartitionRecord& record : inventory.partitions) {
      if (record.id == id) return &record;
    }
    return nullptr;
  }
};

std::string key_of(PartitionId id) { return std::to_string(id.value); }

std::vector<KeyedRow> system_rows(const Sources& from) {
  RowSource source = from.row(nullptr);
  source.system = from.hypervisor.system();
  return {{"", source}};
}

std::vector<KeyedRow> partition_rows(const Sources& from) {
  std::vector<KeyedRow> rows;
  for (const PartitionRecord& record : from.inventory.partitions) {
    rows.push_back({key_of(record.id), from.row(&record)});
  }
  return rows;
}

std::vector<KeyedRow> profile_rows(const Sources& from) {
  std::vector<KeyedRow> rows;
  for (const Profile& profile : from.inventory.profiles) {
    RowSource source = from.row(from.partition(profile.partition));
    if (!source.partition) continue;
    source.profile = &profile;
    rows.push_back({key_of(profile.partition) + "/" + profile.name, source});
  }
  return rows;
}

std::vector<KeyedRow> slot_rows(const Sources& from) {
  std::vector<KeyedRow> rows;
  for (const IoSlot& slot : from.inventory.slots) {
    const auto owner = from.hypervisor.slot_owner(slot.drc);
    RowSource source = from.row(owner ? from.partition(*owner) : nullptr);
    source.slot = &slot;
    rows.push_back({drc_text(slot.drc), source});
  }
  return rows;
}

std::vector<KeyedRow> adapter_rows(const Sources& from, std::string_view kind) {
  std::vector<KeyedRow> rows;
  for (const VirtualAdapter& adapter : from.inventory.adapters) {
    if (adapter.kind != kind) continue;
    RowSource source = from.row(from.partition(adapter.partition));
    if (!source.partition) continue;
    source.adapter = &adapter;
    rows.push_back({key_of(adapter.partition) + "/" + std::to_string(adapter.slot), source});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const KeyedRow& a, const KeyedRow& b) {
    return std::pair(a.source.partition->id, a.source.adapter->slot) <
           std::pair(b.source.partition->id, b.source.adapter->slot);
  });
  return rows;
}

std::vector<KeyedRow> rows_of(const Sources& from, Listing listing) {
  switch (listing) {
    case Listing::sys:
    case Listing::proc_sys:
    case Listing::mem_sys: return system_rows(from);
    case Listing::lpar:
    case Listing::proc_lpar:
    case Listing::mem_lpar:
    case Listing::virtual_slot: return partition_rows(from);
    case Listing::prof: return profile_rows(from);
    case Listing::io_slot: return slot_rows(from);
    case Listing::virtual_eth: return adapter_rows(from, "eth");
    case Listing::virtual_scsi: return adapter_rows(from, "scsi");
    case Listing::virtual_serial: return adapter_rows(from, "serial");
    case Listing::virtual_fc: return adapter_rows(from, "fc");
  }
  return {};
}

const Layout& layout_of(const Inventory& inventory, Listing listing) {
  static const Layout none;
  const auto found = inventory.layouts.find(listing_name(listing));
  return found == inventory.layouts.end() ? none : found->second;
}

// Captured order first; objects that came later follow in the natural order.
void sort_rows(std::vector<KeyedRow>& rows, const Layout& layout) {
  std::map<std::string_view, std::size_t> place;
  for (const std::string& key : layout.rows) place.emplace(key, place.size());
  const auto rank = [&](const KeyedRow& row) {
    const auto at = place.find(row.key);
    return at == place.end() ? place.size() : at->second;
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const KeyedRow& a, const KeyedRow& b) { return rank(a) < rank(b); });
}

const Facts& facts_of(const RowSource& row) {
  if (row.profile) return row.profile->facts;
  if (row.slot) return row.slot->facts;
  if (row.adapter) return row.adapter->facts;
  return row.partition ? row.partition->facts : row.inventory->system_facts;
}

const ShownValues& shown_of(const RowSource& row) {
  if (row.profile) return row.profile->shown;
  if (row.slot) return row.slot->shown;
  if (row.adapter) return row.adapter->shown;
  return row.partition ? row.partition->shown : row.inventory->system_shown;
}

bool is_absent(const RowSource& row, std::string_view name) {
  static const Absent none;
  const Absent& absent = row.profile     ? row.profile->absent
                         : row.slot      ? row.slot->absent
                         : row.adapter   ? row.adapter->absent
                         : row.partition ? row.partition->absent
                                         : none;
  return std::find(absent.begin(), absent.end(), name) != absent.end();
}

// io_slots and the other lists of a profile; an empty one is the word none.
Value list_value(const Profile& profile, std::string_view name) {
  std::vector<std::string> items;
  if (name == "io_slots") {
    items = profile.io_slots;
  } else if (const auto list = profile.lists.find(name); list != profile.lists.end()) {
    items = list->second;
  }
  if (items.empty()) return Value::text("none");
  return {std::move(items), true, false};
}

const LevelAttribute* level_attribute(Listing listing, std::string_view name) {
  for (const LevelAttribute& attribute : level_attributes(listing)) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

std::optional<Value> fallback_value(Listing listing, const RowSource& row,
                                    std::string_view name) {
  const LevelAttribute* known = level_attribute(listing, name);
  if (!known || !known->fallback) return std::nullopt;
  const std::uint8_t env = row.partition ? env_bit(row.partition->env) : std::uint8_t{kEvery};
  if (!(known->envs & env)) return std::nullopt;
  return Value::text(known->fallback);
}

// In this order: what the model knows, the machine's own fact, a derived value, the level's value.
std::optional<Value> known_value(Listing listing, const RowSource& row, const std::string& name) {
  if (is_absent(row, name)) return std::nullopt;
  const Resolver* resolver = find_resolver(listing, name);
  if (resolver && !resolver->fact_first) {
    const auto text = resolver->text(row);
    return text ? std::optional(Value::text(*text)) : std::nullopt;
  }
  if (row.profile && is_list_attribute(name)) return list_value(*row.profile, name);
  const Facts& facts = facts_of(row);
  if (const auto fact = facts.find(name); fact != facts.end()) return fact_value(fact->second);
  if (resolver) {
    const auto text = resolver->text(row);
    return text ? std::optional(Value::text(*text)) : std::nullopt;
  }
  return fallback_value(listing, row, name);
}

std::string plain(const Value& value) {
  std::string text;
  for (std::size_t i = 0; i < value.items.size(); ++i) text += (i ? "," : "") + value.items[i];
  return text;
}

// What is free moves with every change, also where something that no partition has holds a part
// back: the difference to the simulator's number stays.
std::optional<std::string> moved_amount(std::string_view name, const Shown& shown,
                                        const std::optional<std::string>& now) {
  if (name.find("_avail_sys_") == std::string_view::npos || !shown.text || !shown.instead || !now) {
    return std::nullopt;
  }
  const auto text = parse_units(*shown.text), old = parse_units(*shown.instead);
  const auto value = parse_units(*now);
  if (!text || !old || !value || (*value - *old + *text).hundredths < 0) return std::nullopt;
  const ProcUnits moved = *value - *old + *text;
  if (now->find('.') != std::string::npos) return units_text(moved);
  return std::to_string(moved.hundredths / 100);
}

// What the HMC shows in place of a value that is still the same.
std::optional<Value> value_of(Listing listing, const RowSource& row, const std::string& name) {
  auto value = known_value(listing, row, name);
  const ShownValues& shown = shown_of(row);
  const auto other = shown.find(name);
  if (other == shown.end()) return value;
  const auto text = value ? std::optional(plain(*value)) : std::nullopt;
  if (text != other->second.instead) {
    const auto moved = moved_amount(name, other->second, text);
    return moved ? Value::text(*moved) : value;
  }
  if (!other->second.text) return std::nullopt;
  return fact_value(*other->second.text);
}

// Names of the default row, then those that only -F shows.
struct Names {
  std::vector<std::string> shown, hidden;
  std::vector<std::string> quoted;
};

void add_new(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

Names names_of(const Inventory& inventory, Listing listing) {
  Names names;
  const Layout& layout = layout_of(inventory, listing);
  names.shown = layout.attributes;
  const std::uint8_t level = level_bit(inventory.hmc_level);
  for (const LevelAttribute& attribute : level_attributes(listing)) {
    const std::string name(attribute.name);
    if (std::find(names.shown.begin(), names.shown.end(), name) != names.shown.end()) continue;
    if (!layout.attributes.empty() || !(attribute.levels & level)) {
      names.hidden.push_back(name);
    } else {
      names.shown.push_back(name);
    }
  }
  for (const auto* more : {&layout.fields, &layout.more}) {
    for (const std::string& name : *more) {
      if (std::find(names.shown.begin(), names.shown.end(), name) == names.shown.end()) {
        add_new(names.hidden, {name});
      }
    }
  }
  names.quoted = layout.quoted.value_or(quoted_attributes(listing));
  return names;
}

std::vector<Attribute> attributes_of(Listing listing, const RowSource& row,
                                     const std::vector<std::string>& names,
                                     const std::vector<std::string>& quoted) {
  std::vector<Attribute> attributes;
  for (const std::string& name : names) {
    auto value = value_of(listing, row, name);
    if (!value) continue;
    value->quoted = std::find(quoted.begin(), quoted.end(), name) != quoted.end();
    attributes.push_back({name, std::move(*value)});
  }
  return attributes;
}

}  // namespace

// The parts of a fact; one that has commas inside is quoted: "2/1/1/3,4,5/0/1",7. Quotes around an
// item without commas are kept: that HMC prints them.
Value fact_value(const std::string& text) {
  if (!text.starts_with('"')) return Value::text(text);
  Value value{{}, true, false};
  std::string item;
  bool quoted = false, was_quoted = false;
  const auto add = [&] {
    const bool kept = was_quoted && item.find(',') == std::string::npos;
    value.items.push_back(kept ? "\"\"" + item + "\"\"" : item);
    item.clear();
    was_quoted = false;
  };
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '"') was_quoted = true;
    else if (c == ',' && !quoted) add();
    else item += c;
  }
  add();
  return value;
}

std::vector<Record> list_records(const Inventory& inventory, const HypervisorPort& hypervisor,
                                 const RmcPort& rmc, Listing listing) {
  std::vector<KeyedRow> rows = rows_of({inventory, hypervisor, rmc}, listing);
  sort_rows(rows, layout_of(inventory, listing));
  const Names names = names_of(inventory, listing);
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const KeyedRow& row : rows) {
    records.push_back({attributes_of(listing, row.source, names.shown, names.quoted),
                       attributes_of(listing, row.source, names.hidden, names.quoted)});
  }
  return records;
}

std::vector<std::string> attribute_names(const Inventory& inventory, Listing listing) {
  Names names = names_of(inventory, listing);
  names.shown.insert(names.shown.end(), names.hidden.begin(), names.hidden.end());
  return names.shown;
}

std::string refusal_of(const Inventory& inventory, Listing listing) {
  return layout_of(inventory, listing).refusal;
}

std::vector<std::string> all_fields(const Inventory& inventory, Listing listing) {
  const Layout& layout = layout_of(inventory, listing);
  return layout.fields.empty() ? attribute_names(inventory, listing) : layout.fields;
}

std::string row_key(Listing listing, const Record& record) {
  const auto text = [&](std::string_view name) {
    for (const auto* attributes : {&record.attributes, &record.hidden}) {
      for (const Attribute& attribute : *attributes) {
        if (attribute.name == name) return plain(attribute.value);
      }
    }
    return std::string();
  };
  switch (listing) {
    case Listing::sys:
    case Listing::proc_sys:
    case Listing::mem_sys: return {};
    case Listing::io_slot: return text("drc_index");
    case Listing::prof: return text("lpar_id") + "/" + text("name");
    case Listing::lpar:
    case Listing::proc_lpar:
    case Listing::mem_lpar:
    case Listing::virtual_slot: return text("lpar_id");
    default: return text("lpar_id") + "/" + text("slot_num");
  }
}

}  // namespace lparsim::hmc
