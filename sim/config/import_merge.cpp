// Captures of one listing become one: the same command twice, or the whole of it and a part (-F,
// --filter). What two of them tell about one object has to agree.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "hmc/inventory/text.hpp"
#include "sim/config/import_draft.hpp"

namespace lparsim::config {

using hmc::Listing;

namespace {

using Names = std::map<std::string, std::string, std::less<>>;

bool of_system(Listing listing) {
  return listing == Listing::sys || listing == Listing::proc_sys || listing == Listing::mem_sys;
}
bool of_adapter(Listing listing) {
  return listing == Listing::virtual_eth || listing == Listing::virtual_scsi ||
         listing == Listing::virtual_serial || listing == Listing::virtual_fc;
}
std::string_view name_attribute(Listing listing) {
  return listing == Listing::lpar ? "name" : "lpar_name";
}

const std::string* partition_number(const CapturedRow& row) {
  const std::string* id = row.find("lpar_id");
  return id && *id != "none" && *id != "any" ? id : nullptr;
}

// Names and ids that rows tell together, the list of partitions first.
class Identities {
 public:
  explicit Identities(Draft& draft) : draft_(draft) {
    for (const bool list_itself : {true, false}) {
      for (const Capture& capture : draft.captures) {
        if (!capture.listing || of_system(*capture.listing)) continue;
        if ((capture.listing == Listing::lpar) == list_itself) learn(capture);
      }
    }
  }

  // Adds the id or the name that a row lacks.
  void complete(const Capture& capture, CapturedRow& row) {
    const std::string_view attribute = name_attribute(*capture.listing);
    const bool named = partition_number(row) || row.find(attribute);
    if (!named && *capture.listing != Listing::io_slot) {
      if (!capture.partition.empty()) row.chosen.emplace_back(attribute, capture.partition);
      if (!capture.partition_id.empty()) row.chosen.emplace_back("lpar_id", capture.partition_id);
    }
    complete(row, attribute);
  }
  void complete(CapturedRow& row, std::string_view attribute) {
    const std::string* id = partition_number(row);
    const std::string* name = row.find(attribute);
    std::string other;   // a row's values move when one is added
    if (name && !id) other = id_of(*name);
    if (id && !name) other = name_of(*id);
    if (!other.empty()) row.chosen.emplace_back(name ? "lpar_id" : attribute, other);
  }

 private:
  void learn(const Capture& capture) {
    for (const CapturedRow& row : capture.rows) {
      const std::string* id = partition_number(row);
      const std::string* name = row.find(name_attribute(*capture.listing));
      if (id) used_.insert(*id);
      if (!id || !name) continue;
      ids_.emplace(*name, *id);
      names_.emplace(*id, *name);
    }
  }
  std::string id_of(const std::string& name) {
    const auto known = ids_.find(name);
    if (known != ids_.end()) return known->second;
    int id = 1;
    while (used_.contains(std::to_string(id))) ++id;
    const std::string text = std::to_string(id);
    draft_.note(fmt::format("partition {}: no capture tells its id, {} assumed", name, text));
    used_.insert(text);
    names_.emplace(text, name);
    return ids_[name] = text;
  }
  std::string name_of(const std::string& id) {
    const auto known = names_.find(id);
    if (known != names_.end()) return known->second;
    const Capture* list = draft_.capture(Listing::lpar);
    if (list && list->complete) return {};   // does not exist: refused where it is read
    std::string name = "partition" + id;
    draft_.note(fmt::format("partition {}: no capture tells its name, {} assumed", id, name));
    ids_.emplace(name, id);
    return names_[id] = name;
  }

  Draft& draft_;
  Names ids_, names_;
  std::set<std::string, std::less<>> used_;
};

// Adapters that were listed without their slots take the captured ones in their order, then those
// that are free.
class SlotNumbers {
 public:
  explicit SlotNumbers(const Draft& draft) {
    for (const Capture& capture : draft.captures) {
      if (!capture.listing || !of_adapter(*capture.listing)) continue;
      for (const CapturedRow& row : capture.rows) {
        const std::string* slot = row.find("slot_num");
        const std::string* id = row.find("lpar_id");
        if (!slot || !id) continue;
        if (used_.insert({*id, *slot}).second) known_[{*capture.listing, *id}].push_back(*slot);
      }
    }
  }

  void complete(Draft& draft, Capture& capture) {
    std::map<std::string, std::size_t> seen;
    for (CapturedRow& row : capture.rows) {
      const std::string* id = row.find("lpar_id");
      if (!id || row.find("slot_num")) continue;
      auto& known = known_[{*capture.listing, *id}];
      const std::size_t at = seen[*id]++;
      if (at == known.size()) {
        int slot = 2;  // 0 and 1 are the serial adapters
        while (!used_.insert({*id, std::to_string(slot)}).second) ++slot;
        known.push_back(std::to_string(slot));
        draft.note(fmt::format("{}: slot_num={} assumed", row.where, slot));
      }
      row.chosen.emplace_back("slot_num", known[at]);
    }
  }

 private:
  std::set<std::pair<std::string, std::string>> used_;
  std::map<std::pair<Listing, std::string>, std::vector<std::string>> known_;
};

// Rows that do not tell what they are about can be no part of a machine.
void drop_nameless(Draft& draft, Capture& capture) {
  const Listing listing = *capture.listing;
  std::string lacks;
  for (const CapturedRow& row : capture.rows) {
    if (listing == Listing::prof && !row.find("name")) lacks = "name";
    if (listing == Listing::io_slot && !row.find("drc_index")) lacks = "drc_index";
    if (!of_system(listing) && listing != Listing::io_slot && !partition_number(row)) {
      lacks = "lpar_id";
    }
    if (!lacks.empty() && capture.ordered) {
      draft.fail(row.where, fmt::format("the row lacks {}", lacks));
      return;
    }
  }
  if (lacks.empty()) return;
  draft.note(fmt::format("{}: skipped, its rows lack {}", capture.file, lacks));
  capture.rows.clear();
}

class Merger {
 public:
  Merger(Draft& draft, Capture& into) : draft_(draft), into_(into) {
    for (std::size_t i = 0; i < into.rows.size(); ++i) {
      const auto [old, added] = places_.emplace(key_of(into, into.rows[i]), i);
      if (added) continue;
      draft.fail(into.rows[i].where, fmt::format("the same object as in {}",
                                                 into.rows[old->second].where));
    }
  }

  void add(Capture& other) {
    Merger own(draft_, other);  // refuses rows that stand twice
    for (CapturedRow& row : other.rows) {
      const auto place = places_.find(key_of(other, row));
      if (place != places_.end()) {
        add_row(into_.rows[place->second], row);
      } else if (into_.complete) {
        draft_.fail(row.where, fmt::format("this row does not exist in {}:1, the same listing",
                                           into_.file));
      } else {
        places_.emplace(key_of(other, row), into_.rows.size());
        into_.rows.push_back(std::move(row));
      }
    }
    into_.names.insert(into_.names.end(), other.names.begin(), other.names.end());
    into_.complete = into_.complete || other.complete;
    draft_.note(fmt::format("{}: the same listing as {}, one machine is made of both", other.file,
                            into_.file));
    other.rows.clear();
  }

 private:
  // Systems may be listed without a name: then there is only one.
  static std::string key_of(const Capture& capture, const CapturedRow& row) {
    if (of_system(*capture.listing)) {
      return capture.listing == Listing::sys && capture.rows.size() > 1 ? row.where : "";
    }
    return captured_key(*capture.listing, row);
  }

  void add_row(CapturedRow& into, const CapturedRow& row) {
    for (const auto* told : {&row.fields, &row.chosen}) {
      for (const auto& [name, value] : *told) {
        const std::string* known = into.find(name);
        if (!known) {
          into.chosen.emplace_back(name, value);
        } else if (*known != value) {
          draft_.fail(row.where, fmt::format("{}={}, {} says {}={}", name, value, into.where, name,
                                             *known));
        }
      }
    }
    for (const std::string& name : row.nulls) {
      const std::string* known = into.find(name);
      if (known && *known != "null") {
        draft_.fail(row.where, fmt::format("{} is null, {} says {}={}", name, into.where, name,
                                           *known));
      }
      into.nulls.insert(name);
    }
  }

  Draft& draft_;
  Capture& into_;
  std::map<std::string, std::size_t> places_;
};

// The whole listing before a part of it, rows with all attributes before chosen ones.
int rank(const Capture& capture) { return (capture.ordered ? 2 : 0) + (capture.complete ? 1 : 0); }

void merge_listing(Draft& draft, Listing listing) {
  Capture* into = nullptr;
  for (Capture& capture : draft.captures) {
    if (capture.listing != listing || capture.rows.empty()) continue;
    if (!into || rank(capture) > rank(*into)) into = &capture;
  }
  if (!into) return;
  Merger merger(draft, *into);
  for (Capture& capture : draft.captures) {
    if (&capture == into || capture.listing != listing || capture.rows.empty()) continue;
    merger.add(capture);
  }
}

}  // namespace

std::string captured_key(Listing listing, const CapturedRow& row) {
  const auto text = [&](std::string_view name) {
    const std::string* value = row.find(name);
    return value ? *value : std::string();
  };
  if (of_system(listing)) return {};
  if (listing == Listing::io_slot) {
    const auto drc = hmc::parse_drc(text("drc_index"));
    return drc ? hmc::drc_text(*drc) : text("drc_index");
  }
  if (listing == Listing::prof) return text("lpar_id") + "/" + text("name");
  if (of_adapter(listing)) return text("lpar_id") + "/" + text("slot_num");
  return text("lpar_id");
}

void merge_captures(Draft& draft) {
  Identities identities(draft);
  for (Capture& capture : draft.captures) {
    if (!capture.listing || of_system(*capture.listing)) continue;
    for (CapturedRow& row : capture.rows) identities.complete(capture, row);
  }
  // A filter by name that found nothing names a partition all the same: others are refused.
  for (const Capture& capture : draft.captures) {
    if (!capture.listing || !capture.rows.empty() || !capture.refusal.empty()) continue;
    if (capture.partition.empty() && capture.partition_id.empty()) continue;
    CapturedRow row{capture.file + ":1"};
    if (!capture.partition.empty()) row.chosen.emplace_back("lpar_name", capture.partition);
    else row.chosen.emplace_back("lpar_id", capture.partition_id);
    identities.complete(row, "lpar_name");
    draft.unlisted.push_back(std::move(row));
  }
  SlotNumbers slots(draft);
  for (Capture& capture : draft.captures) {
    if (!capture.listing) continue;
    if (of_adapter(*capture.listing)) slots.complete(draft, capture);
    drop_nameless(draft, capture);
  }
  for (int i = 0; i <= static_cast<int>(Listing::virtual_fc); ++i) {
    merge_listing(draft, static_cast<Listing>(i));
  }
}

}  // namespace lparsim::config
