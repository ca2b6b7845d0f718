// What the listings of each HMC level show, as data: names in their order, on which levels, for
// which partitions, and the value of an attribute for which a machine has no fact of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hmc/inventory/listing.hpp"

namespace lparsim::hmc {

// Levels that show the attribute in the default row; 0 = only -F shows it.
enum LevelMask : std::uint8_t { kOnlyF = 0, kV7 = 1, kV8 = 2, kV10 = 4, kV8Up = 6, kAll = 7 };

enum EnvMask : std::uint8_t { kAixLinux = 1, kVios = 2, kOs400 = 4, kClients = 5, kEvery = 7 };

struct LevelAttribute {
  std::string_view name;
  std::uint8_t levels = kAll;
  const char* fallback = nullptr;     // null: absent unless known
  std::uint8_t envs = kEvery;
};

// Shipped order of a listing (hmc.md 1.2 and 1.3), hidden ones last.
std::span<const LevelAttribute> level_attributes(Listing listing);

// The bit of a level's name: "v7", "v8", "v10" and "fixed" (which is v10 here).
std::uint8_t level_bit(std::string_view hmc_level);
std::uint8_t env_bit(std::string_view lpar_env);

// Profile attributes that are lists; an empty one prints none.
bool is_list_attribute(std::string_view name);

// Lists that this listing quotes even when they have one item (captured: addl_vlan_ids, wwpns).
std::vector<std::string> quoted_attributes(Listing listing);

// The name of a listing in Inventory::layouts: "sys", "proc_lpar", "virtual_eth", ...
std::string_view listing_name(Listing listing);

}  // namespace lparsim::hmc
