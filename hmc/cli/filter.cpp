#include "hmc/cli/filter.hpp"

#include <algorithm>
#include <optional>

#include "hmc/cli/names.hpp"
#include "hmc/cli/options.hpp"
#include "hmc/cli/print.hpp"
#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

using enum Listing;

// Which attribute a filter looks at. Partition rows of lssyscfg call it name, all others lpar_name.
struct FilterRow {
  std::string_view filter;
  std::string_view attribute;
  std::vector<Listing> listings;
};

const std::vector<FilterRow>& filter_rows() {
  static const std::vector<FilterRow> rows = {
      {"lpar_names", "name", {lpar}},
      {"lpar_names", "lpar_name",
       {prof, proc_lpar, mem_lpar, io_slot, virtual_slot, virtual_eth, virtual_scsi,
        virtual_serial, virtual_fc}},
      {"lpar_ids", "lpar_id",
       {lpar, prof, proc_lpar, mem_lpar, io_slot, virtual_slot, virtual_eth, virtual_scsi,
        virtual_serial, virtual_fc}},
      {"work_groups", "work_group_id", {lpar}},
      {"profile_names", "name", {prof}},
      {"units", "unit_phys_loc", {io_slot}},
      {"buses", "bus_id", {io_slot}},
      {"slots", "drc_index", {io_slot}},
      {"pools", "slot_io_pool_id", {io_slot}},
      {"slots", "slot_num", {virtual_eth, virtual_scsi, virtual_serial, virtual_fc}},
      {"vlans", "port_vlan_id", {virtual_eth}},
      {"vswitches", "vswitch", {virtual_eth}},
  };
  return rows;
}

std::optional<std::string> attribute_for(const std::string& filter, Listing listing) {
  for (const FilterRow& row : filter_rows()) {
    const auto& in = row.listings;
    if (row.filter == filter && std::find(in.begin(), in.end(), listing) != in.end()) {
      return std::string(row.attribute);
    }
  }
  return std::nullopt;
}

// Quotes only keep a filter's values together, and a value without '=' does that by itself.
std::vector<std::string> pieces_of(std::string_view text) {
  std::string bare;
  for (const char c : text) {
    if (c != '"') bare += c;
  }
  return split_at(bare, ',');
}

// A blank around a value is tolerated: avocado writes "lpar_names= x".
std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

OrMessage<bool> check_value(const Filter& filter, const std::string& value,
                            const Inventory& inventory) {
  if (filter.name == "lpar_names" && find_partition(inventory, value) == nullptr) {
    return tl::make_unexpected(message(MessageId::no_such_partition, {{"partition", value}}));
  }
  if (filter.name == "lpar_ids" && find_partition_id(inventory, value) == nullptr) {
    return tl::make_unexpected(message(MessageId::no_such_partition_id, {{"id", value}}));
  }
  const auto& profiles = inventory.profiles;
  if (filter.name == "profile_names" &&
      std::none_of(profiles.begin(), profiles.end(),
                   [&](const Profile& profile) { return profile.name == value; })) {
    return tl::make_unexpected(message(MessageId::no_such_profile, {{"profile", value}}));
  }
  return true;
}

bool matches(const Record& row, const std::string& attribute, const Filter& filter) {
  const Value* value = find_value(row, attribute);
  const auto& wanted = filter.values;
  return value != nullptr &&
         std::find(wanted.begin(), wanted.end(), joined(*value)) != wanted.end();
}

}  // namespace

OrMessage<std::vector<Filter>> parse_filter(std::string_view text) {
  std::vector<Filter> filters;
  for (const std::string& piece : pieces_of(text)) {
    const auto equals = piece.find('=');
    if (equals != std::string::npos) {
      filters.push_back({trimmed(std::string_view(piece).substr(0, equals)),
                         {trimmed(std::string_view(piece).substr(equals + 1))}});
    } else if (!filters.empty()) {
      filters.back().values.push_back(trimmed(piece));
    } else {
      return missing("--filter");
    }
  }
  return filters;
}

OrMessage<bool> check_filters(const std::vector<Filter>& filters, Listing listing,
                              const Inventory& inventory) {
  for (const Filter& filter : filters) {
    if (!attribute_for(filter.name, listing)) return missing("--filter");
    for (const std::string& value : filter.values) {
      if (const auto ok = check_value(filter, value, inventory); !ok) return ok;
    }
  }
  return true;
}

std::vector<Record> apply_filters(std::vector<Record> rows, const std::vector<Filter>& filters,
                                  Listing listing) {
  for (const Filter& filter : filters) {
    const auto attribute = attribute_for(filter.name, listing);
    if (!attribute) continue;   // check_filters has refused it
    std::erase_if(rows, [&](const Record& row) { return !matches(row, *attribute, filter); });
  }
  return rows;
}

}  // namespace lparsim::hmc
