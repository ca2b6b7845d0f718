// Where the value of an attribute comes from, and how rows are ordered.
#include <gtest/gtest.h>

#include <algorithm>

#include "hmc/cli/print.hpp"
#include "hmc/inventory/levels.hpp"
#include "hmc/inventory/listing.hpp"

namespace lparsim::hmc {
namespace {

class TwoPartitions final : public HypervisorPort {
 public:
  SystemValues system() const override { return {}; }
  PartitionValues partition(PartitionId id) const override {
    PartitionValues values;
    if (id.value == 1) values.state = PartitionState::running;
    return values;
  }
  std::optional<PartitionId> slot_owner(DrcIndex) const override { return owner; }
  Answer set_processors(PartitionId, std::int32_t) override { return {}; }
  Answer set_units(PartitionId, ProcUnits) override { return {}; }
  Answer set_uncap_weight(PartitionId, std::int32_t) override { return {}; }
  Answer set_memory(PartitionId, std::int64_t) override { return {}; }
  void restore_processors(PartitionId) override {}
  void restore_memory(PartitionId) override {}
  Answer power_on(PartitionId, const ResourceSetting*) override { return {}; }
  Answer power_off(PartitionId, bool, bool) override { return {}; }

  std::optional<PartitionId> owner;
};

class Rmc final : public RmcPort {
 public:
  RmcState state(PartitionId) const override { return now; }
  RmcReply run(PartitionId, const std::string&, std::optional<Duration>) override { return {}; }
  RmcState now = RmcState::inactive;
};

class InventoryListing : public ::testing::Test {
 protected:
  InventoryListing() {
    inventory_.serial = "1234567";
    for (const int id : {1, 2}) {
      PartitionRecord record;
      record.id = PartitionId{static_cast<std::uint16_t>(id)};
      record.name = id == 1 ? "one" : "two";
      record.env = id == 1 ? "aixlinux" : "vioserver";
      inventory_.partitions.push_back(record);
    }
    inventory_.slots.push_back({DrcIndex{0x21010013}, {{"drc_name", "U1.2-P1-C4"}}, {}});
    inventory_.adapters.push_back({"eth", PartitionId{1}, 2, {}, {}});
    inventory_.adapters.push_back({"eth", PartitionId{2}, 3, {{"is_trunk", "1"}}, {}});
  }

  std::vector<Record> records(Listing listing) const {
    return list_records(inventory_, hypervisor_, rmc_, listing);
  }
  std::string value(Listing listing, std::size_t row, const std::string& name) const {
    const std::vector<Record> all = records(listing);  // find_value points into it
    const Value* found = find_value(all.at(row), name);
    return found ? joined(*found) : "-";
  }

  Inventory inventory_;
  TwoPartitions hypervisor_;
  Rmc rmc_;
};

TEST_F(InventoryListing, TheLevelsUsualValueUnlessThereIsAFact) {
  EXPECT_EQ(value(Listing::lpar, 0, "os_version"), "Unknown");
  inventory_.partitions[0].facts["os_version"] = "Linux 6.1";
  EXPECT_EQ(value(Listing::lpar, 0, "os_version"), "Linux 6.1");
}

TEST_F(InventoryListing, WhatTheModelKnowsWinsOverAFact) {
  inventory_.partitions[0].facts["state"] = "Error";
  EXPECT_EQ(value(Listing::lpar, 0, "state"), "Running");
  EXPECT_EQ(value(Listing::lpar, 1, "state"), "Not Activated");
}

TEST_F(InventoryListing, AttributesOfOtherKindsOfPartitionsAreAbsent) {
  EXPECT_EQ(value(Listing::lpar, 0, "boot_mode"), "norm");
  EXPECT_EQ(value(Listing::lpar, 1, "boot_mode"), "-");
  EXPECT_EQ(value(Listing::mem_lpar, 0, "run_num_huge_pages"), "0");
  EXPECT_EQ(value(Listing::mem_lpar, 1, "run_num_huge_pages"), "-");
  EXPECT_EQ(value(Listing::virtual_eth, 0, "trunk_priority"), "-");
  EXPECT_EQ(value(Listing::virtual_eth, 1, "trunk_priority"), "1");
}

TEST_F(InventoryListing, AbsentMeansNotPrinted) {
  inventory_.partitions[0].absent = {"boot_mode", "auto_start"};
  EXPECT_EQ(value(Listing::lpar, 0, "boot_mode"), "-");
  EXPECT_EQ(value(Listing::lpar, 0, "auto_start"), "-");
}

TEST_F(InventoryListing, SlotsFollowTheirOwner) {
  EXPECT_EQ(value(Listing::io_slot, 0, "lpar_id"), "none");
  EXPECT_EQ(value(Listing::io_slot, 0, "lpar_name"), "-");
  EXPECT_EQ(value(Listing::io_slot, 0, "bus_id"), "19");
  EXPECT_EQ(value(Listing::io_slot, 0, "unit_phys_loc"), "U1.2");
  EXPECT_EQ(value(Listing::io_slot, 0, "phys_loc"), "C4");
  hypervisor_.owner = PartitionId{2};
  EXPECT_EQ(value(Listing::io_slot, 0, "lpar_name"), "two");
}

TEST_F(InventoryListing, RmcStateRemembersThatItWasNeverUp) {
  EXPECT_EQ(value(Listing::lpar, 0, "rmc_state"), "inactive");
  EXPECT_EQ(value(Listing::lpar, 0, "dlpar_mem_capable"), "0");
  inventory_.partitions[0].facts["rmc_state"] = "none";
  EXPECT_EQ(value(Listing::lpar, 0, "rmc_state"), "none");
  rmc_.now = RmcState::active;
  EXPECT_EQ(value(Listing::lpar, 0, "rmc_state"), "active");
  EXPECT_EQ(value(Listing::lpar, 0, "dlpar_mem_capable"), "1");
}

TEST_F(InventoryListing, LayoutsOrderRowsAndAttributesAndNewObjectsFollow) {
  inventory_.layouts["lpar"] = {{"lpar_id", "name"}, {"9", "2"}};
  const auto rows = records(Listing::lpar);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(default_row(rows[0]), "lpar_id=2,name=two");
  EXPECT_EQ(default_row(rows[1]), "lpar_id=1,name=one");
  EXPECT_EQ(value(Listing::lpar, 0, "lpar_env"), "vioserver");  // with -F still there
}

TEST_F(InventoryListing, NextVirtualSlotIsTheLowestFreeOne) {
  EXPECT_EQ(value(Listing::virtual_slot, 0, "next_avail_virtual_slot"), "3");
  EXPECT_EQ(value(Listing::virtual_slot, 1, "next_avail_virtual_slot"), "2");
  inventory_.partitions[0].max_virtual_slots = 3;
  EXPECT_EQ(value(Listing::virtual_slot, 0, "next_avail_virtual_slot"), "none");
}

TEST_F(InventoryListing, ProfilesPrintListsAndNone) {
  Profile profile;
  profile.name = "normal";
  profile.partition = PartitionId{1};
  profile.io_slots = {"21010013/none/1"};
  profile.lists["virtual_eth_adapters"] = {"2/1/1/3,4,5/0/1"};
  inventory_.profiles.push_back(profile);
  const std::string row = default_row(records(Listing::prof).at(0));
  EXPECT_NE(row.find(",io_slots=21010013/none/1,"), std::string::npos) << row;
  EXPECT_NE(row.find(R"(,"virtual_eth_adapters=""2/1/1/3,4,5/0/1""",)"), std::string::npos) << row;
  EXPECT_NE(row.find(",virtual_scsi_adapters=none,"), std::string::npos) << row;
}

TEST_F(InventoryListing, AdaptersOfDifferentSlotsHaveDifferentAddresses) {
  EXPECT_EQ(value(Listing::virtual_eth, 0, "mac_addr").size(), 12U);
  EXPECT_NE(value(Listing::virtual_eth, 0, "mac_addr"), value(Listing::virtual_eth, 1, "mac_addr"));
}

TEST(InventoryLevels, NoAttributeStandsTwiceInAListing) {
  for (int i = 0; i <= static_cast<int>(Listing::virtual_fc); ++i) {
    const Inventory inventory;
    auto names = attribute_names(inventory, static_cast<Listing>(i));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end())
        << listing_name(static_cast<Listing>(i));
    EXPECT_FALSE(names.empty());
  }
}

}  // namespace
}  // namespace lparsim::hmc
