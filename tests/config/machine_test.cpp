// Machine files: what is read, what is refused and how, and that writing is stable. The JSON Schema
// must agree with the reader on every document here that is right or wrong in form.
#include "sim/config/machine.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "hmc/cli/print.hpp"
#include "hmc/inventory/listing.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/machine_view.hpp"

namespace lparsim::config {
namespace {

using nlohmann::json;

std::string source(const std::string& path) {
  std::ifstream in(std::string(LPARSIM_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

json small() { return json::parse(source("scenarios/machines/small.json")); }

bool schema_accepts(const json& document) {
  static const valijson::Schema* schema = [] {
    static valijson::Schema built;
    static const json text = json::parse(source("scenarios/schema/machine.schema.json"));
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), built);
    return &built;
  }();
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

// The reader's error line, empty when it accepts.
std::string refusal(const json& document) {
  const auto machine = parse_machine(document.dump(), "m.json");
  return machine ? "" : machine.error().line();
}

struct Change {
  const char* pointer;     // where
  const char* value;       // JSON text; null pointer: the member is removed
  const char* line;        // part of the reader's error; empty: accepted
};

json changed(const Change& change) {
  json document = small();
  const json::json_pointer at(change.pointer);
  if (change.value) document[at] = json::parse(change.value);
  else document[at.parent_pointer()].erase(at.back());
  return document;
}

class Form : public ::testing::TestWithParam<Change> {};

TEST_P(Form, ReaderAndSchemaAgree) {
  const json document = changed(GetParam());
  const std::string line = refusal(document);
  const std::string expected = GetParam().line;
  EXPECT_EQ(schema_accepts(document), expected.empty()) << GetParam().pointer;
  EXPECT_EQ(line.empty(), expected.empty()) << line;
  EXPECT_NE(line.find(expected), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Form,
    ::testing::Values(
        Change{"/name", R"("other")", ""}, Change{"/hmc_level", nullptr, ""},
        Change{"/facts/extra", R"("x")", ""}, Change{"/slots", nullptr, ""},
        Change{"/partitions/4/env", R"("os400")", ""},
        Change{"/partitions/0/processors/procs/1", "3", ""},
        Change{"/partitions/2/processors/units/1", "0.55", ""},
        Change{"/kind", R"("scenario")", "/kind: found \"scenario\", allowed is \"machine\""},
        Change{"/version", "2", "/version: found 2"},
        Change{"/name", nullptr, "the key \"name\" is missing"},
        Change{"/nmae", R"("x")", "/nmae: unknown key \"nmae\""},
        Change{"/hmc_level", R"("v9")", "/hmc_level: found \"v9\", allowed is one of v7, v8"},
        Change{"/processors/threads", "3", "/processors"},
        Change{"/processors/pvr", R"("power")", "/processors/pvr: found \"power\""},
        Change{"/memory/lmb_mb", "100", "/memory/lmb_mb: found 100"},
        Change{"/memory/installed_mb", "-1", "/memory/installed_mb: found -1"},
        Change{"/memory/installed_mb", nullptr, "the key \"installed_mb\" is missing"},
        Change{"/facts/extra", "1", "/facts/extra: found 1, allowed is a string"},
        Change{"/slots/0/drc", R"("210100100")", "/slots/0/drc: found"},
        Change{"/slots/0/owner", "65536", "/slots/0/owner: found 65536"},
        Change{"/slots/1/colour", "1", "/slots/1/colour: unknown key"},
        Change{"/slots/0/adapter", R"({"functions": []})", ""},
        Change{"/slots/0/adapter", R"({"functions": [{"msi": 3}]})", "functions/0/msi: found 3"},
        Change{"/slots/0/adapter", R"({"functions": [{"msi_x": 2049}]})", "msi_x: found 2049"},
        Change{"/slots/0/adapter", R"({"functions": [{"vendor": "14e4f"}]})", "vendor: found"},
        Change{"/slots/0/adapter", R"({"functions": [{"bars": [8]}]})", "bars/0: found 8"},
        Change{"/slots/0/adapter", R"({"functions": [{"bars": [64, 64, 64, 64]}]})",
               "bars/3: at most 3 ranges"},
        Change{"/slots/0/adapter", R"({"functions": [{},{},{},{},{},{},{},{},{}]})",
               "functions/8: at most 8 functions"},
        Change{"/slots/0/adapter", R"({"speed": 1})", "/slots/0/adapter/speed: unknown key"},
        Change{"/slots/0/hot_plug", R"({"drc": "21110020", "power_domain": 7, "fit": "harmful"})",
               ""},
        Change{"/slots/0/hot_plug", R"({"power_domain": 7})", "\"drc\" is missing"},
        Change{"/slots/0/hot_plug", R"({"drc": "21110020", "type": 9})", "type: found 9"},
        Change{"/slots/0/hot_plug", R"({"drc": "21110020", "power_domain": 0})",
               "power_domain: found 0"},
        Change{"/slots/0/hot_plug", R"({"drc": "21110020", "fit": "well"})", "fit: found"},
        Change{"/resources", R"([{"kind": "facility", "drc": "22000001", "name": "F"}])", ""},
        Change{"/resources",
               R"([{"kind": "memory_region", "drc": "90000001", "name": "R", "number": 1,
                    "address": "100000000000", "mb": 256}])",
               ""},
        Change{"/resources", R"([{"kind": "fan", "drc": "22000001", "name": "F"}])",
               "/resources/0/kind: found \"fan\""},
        Change{"/resources", R"([{"kind": "port", "drc": "25000001", "name": "P"}])",
               "\"parent\" is missing"},
        Change{"/resources", R"([{"kind": "facility", "drc": "22000001", "name": "F", "mb": 1}])",
               "/resources/0/mb: unknown key"},
        Change{"/partitions/0/lpar_id", "0", "/partitions/0/lpar_id: found 0"},
        Change{"/partitions/0/lpar_id", "1.5", "/partitions/0/lpar_id: found 1.5"},
        Change{"/partitions/0/env", R"("linux")", "/partitions/0/env: found \"linux\""},
        Change{"/partitions/0/os", nullptr, "the key \"os\" is missing"},
        Change{"/partitions/0/os/kind", R"("aix")", "/partitions/0/os/kind: found \"aix\""},
        Change{"/partitions/3/os/kernel", R"("6.1")", "/partitions/3/os/kernel: unknown key"},
        Change{"/partitions/0/os/rmc", R"("yes")", "/partitions/0/os/rmc: found \"yes\""},
        Change{"/partitions/0/processors/mode", R"("ded")", "/processors/mode: found \"ded\""},
        Change{"/partitions/0/processors/units", "[1,1,1]", "/processors/units: unknown key"},
        Change{"/partitions/0/processors/sharing_mode", R"("uncap")", "found \"uncap\""},
        Change{"/partitions/0/processors/procs", "[1,2]", "found 2 numbers, allowed are three"},
        Change{"/partitions/2/processors/units", nullptr, "the key \"units\" is missing"},
        Change{"/partitions/2/processors/uncap_weight", "256", "uncap_weight: found 256"},
        Change{"/partitions/0/virtual_adapters/0/kind", R"("usb")", "kind: found \"usb\""},
        Change{"/partitions/0/profiles/0/memory_mb/0", "true", "memory_mb/0: found true"},
        Change{"/partitions/0/profiles/0/lists/io", R"("none")", "lists/io: found \"none\""},
        Change{"/layouts", R"({"lpar": {"columns": []}})", "/layouts/lpar/columns: unknown"}));

// Right in form, wrong in sense: only the reader can see it.
class Sense : public ::testing::TestWithParam<Change> {};

TEST_P(Sense, ContradictionsAreNamed) {
  const json document = changed(GetParam());
  EXPECT_TRUE(schema_accepts(document));
  const std::string line = refusal(document);
  EXPECT_NE(line.find(GetParam().line), std::string::npos) << line;
  EXPECT_TRUE(line.starts_with("m.json: /")) << line;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Sense,
    ::testing::Values(
        Change{"/processors/configurable_units", "9", "9.0 units configurable, installed are 8.0"},
        Change{"/memory/configurable_mb", "131072", "131072 MB configurable, installed are 65536"},
        Change{"/memory/installed_mb", "1000", "multiple of lmb_mb (256)"},
        Change{"/slots/0/adapter", R"({"functions": [{"bars": [48]}]})",
               "bars/0: found 48, a power of two"},
        Change{"/slots/0/hot_plug", R"({"drc": "10000001"})",
               "slots/0/hot_plug/drc: found 10000001, allowed are 21000000"},
        Change{"/slots/0/hot_plug", R"({"drc": "21010010"})", "connector 21010010 exists twice"},
        Change{"/resources",
               R"([{"kind": "port", "drc": "25000001", "name": "P", "parent": "21999999"}])",
               "resources/0/parent: found 21999999, allowed is the connector of a slot"},
        Change{"/resources",
               R"([{"kind": "function", "drc": "22000011", "name": "F", "parent": "21010010"}])",
               "resources/0/parent: found 21010010, allowed is that of a facility"},
        Change{"/resources",
               R"([{"kind": "memory_region", "drc": "90000001", "name": "R", "number": 1,
                    "address": "10000000", "mb": 256}])",
               "resources/0/address: found 10000000 and 256 MB, allowed are whole LMBs from"},
        Change{"/resources",
               R"([{"kind": "memory_region", "drc": "90000001", "name": "R", "number": 1,
                    "address": "100000000000", "mb": 512},
                   {"kind": "memory_region", "drc": "90000002", "name": "S", "number": 2,
                    "address": "100010000000", "mb": 256}])",
               "resources/1/address: the memory at 100010000000 is also that of 90000001"},
        Change{"/resources",
               R"([{"kind": "facility", "drc": "22000001", "name": "F", "owner": 77}])",
               "the owner of resource 22000001 is partition 77"},
        Change{"/slots/0/owner", "9", "slots/0: the owner of slot 21010010 is partition 9"},
        Change{"/slots/1/drc", R"("21010010")", "slots/1: the slot 21010010 exists twice"},
        Change{"/partitions/1/lpar_id", "1", "partitions/1: the partition id 1 is used twice"},
        Change{"/partitions/1/name", R"("alpha")", "the partition name alpha is used twice"},
        Change{"/partitions/0/processors/procs", "[1,5,4]", "5 processors, allowed are 1 to 4"},
        Change{"/partitions/0/memory_mb", "[1024,512,8192]", "512 MB of memory, allowed are 1024"},
        Change{"/partitions/0/memory_mb", "[1024,62464,65536]", "72704 MB of memory are assigned"},
        Change{"/partitions/0/memory_mb", "[1024,4100,8192]", "found 4100, allowed is a multiple"},
        Change{"/partitions/0/processors/procs", "[1,7,8]", "9.00 processing units are assigned"},
        Change{"/partitions/2/processors/units", "[0.1,2,2]", "2.0 processing units for 1 virtual"},
        Change{"/partitions/2/processors/units/1", "0.555", "at most two decimals"},
        Change{"/partitions/0/virtual_adapters/0/slot", "2", "virtual slot 2 is used twice"},
        Change{"/partitions/0/virtual_adapters/0/slot", "10", "allowed are 0 to 9"},
        Change{"/partitions/4/os/powered_on", "true", "epsilon is powered on without resources"},
        Change{"/partitions/0/profiles/0/processors/procs", "[3,2,4]", "profile normal of alpha"},
        Change{"/partitions/0/count", "2", "the name must hold {id}"}));

TEST(Machine, ShippedMachinesAreGood) {
  for (const char* name : {"small.json", "power10.json", "hot_plug.json", "spare.json"}) {
    const std::string path = std::string("scenarios/machines/") + name;
    EXPECT_TRUE(schema_accepts(json::parse(source(path)))) << name;
    const auto machine = read_machine(std::string(LPARSIM_SOURCE_DIR) + "/" + path);
    ASSERT_TRUE(machine) << machine.error().line();
    const std::string written = machine_text(*machine);
    EXPECT_TRUE(schema_accepts(json::parse(written))) << name;
    const auto again = parse_machine(written, "again.json");
    ASSERT_TRUE(again) << again.error().line();
    EXPECT_EQ(machine_text(*again), written);
  }
}

TEST(Machine, TheLargeMachineHasItsSize) {
  const auto machine =
      read_machine(std::string(LPARSIM_SOURCE_DIR) + "/scenarios/machines/power10.json");
  ASSERT_TRUE(machine) << machine.error().line();
  EXPECT_EQ(machine->platform.partitions.size(), 100U);
  EXPECT_EQ(machine->platform.installed_units, whole_processors(240));
  EXPECT_EQ(std::uint64_t{machine->platform.installed_lmbs} * machine->platform.lmb_bytes,
            std::uint64_t{16} << 40);
  EXPECT_EQ(machine->platform.processor.threads, 8);
  std::set<std::string> names;
  for (const auto& record : machine->inventory.partitions) names.insert(record.name);
  EXPECT_EQ(names.size(), 100U);
  EXPECT_TRUE(names.contains("web84"));
}

TEST(Machine, SettingAndConfigurationAreTheSame) {
  const auto machine =
      read_machine(std::string(LPARSIM_SOURCE_DIR) + "/scenarios/machines/small.json");
  ASSERT_TRUE(machine) << machine.error().line();
  for (const auto& config : machine->platform.partitions) {
    const auto setting = models::setting_of(config, machine->platform.lmb_bytes);
    firmware::PartitionConfig copy;
    models::apply_setting(setting, machine->platform.lmb_bytes, copy);
    EXPECT_EQ(models::setting_of(copy, machine->platform.lmb_bytes).processors, setting.processors);
    EXPECT_EQ(models::setting_of(copy, machine->platform.lmb_bytes).memory, setting.memory);
  }
}

TEST(Machine, AnAdapterIsKept) {
  json document = small();
  document["slots"][0]["adapter"] = json::parse(R"({"bridge": true, "fundamental_reset": false,
      "function_level_reset": true, "functions": [{"vendor": "15b3", "device": "1017",
      "class": "020700", "bars": [33554432], "msi": 0, "msi_x": 64, "lsi": false}, {}]})");
  document["slots"][1]["adapter"] = json::parse(R"({"functions": []})");
  EXPECT_TRUE(schema_accepts(document));
  const auto machine = parse_machine(document.dump(), "m.json");
  ASSERT_TRUE(machine.has_value()) << machine.error().line();
  const firmware::AdapterConfig& adapter = machine->platform.slots[0].adapter;
  EXPECT_TRUE(adapter.bridge && !adapter.fundamental_reset && adapter.function_level_reset);
  ASSERT_EQ(adapter.functions.size(), 2U);
  EXPECT_EQ(adapter.functions[0].vendor, 0x15b3);
  EXPECT_EQ(adapter.functions[0].class_code, 0x02'0700U);
  EXPECT_EQ(adapter.functions[0].bars, std::vector<std::uint64_t>{33'554'432});
  EXPECT_EQ(adapter.functions[1], firmware::PciFunction{});
  EXPECT_TRUE(machine->platform.slots[1].adapter.functions.empty());
  const auto again = parse_machine(machine_text(*machine), "again.json");
  ASSERT_TRUE(again.has_value()) << again.error().line();
  EXPECT_EQ(again->platform.slots[0].adapter, adapter);
  EXPECT_EQ(again->platform.slots[1].adapter, machine->platform.slots[1].adapter);
  EXPECT_EQ(machine_text(*again), machine_text(*machine));
}

TEST(Machine, EverySharingModeIsKept) {
  using hmc::SharingMode;
  constexpr std::uint64_t kLmb = std::uint64_t{256} << 20;
  for (const auto mode : {SharingMode::keep_idle_procs, SharingMode::share_idle_procs,
                          SharingMode::share_idle_procs_active,
                          SharingMode::share_idle_procs_always, SharingMode::cap,
                          SharingMode::uncap}) {
    hmc::ResourceSetting setting;
    const bool shared = mode >= SharingMode::cap;
    setting.processors.mode = shared ? hmc::ProcMode::shared : hmc::ProcMode::dedicated;
    setting.processors.sharing = mode;
    setting.processors.procs = {1, 2, 3};
    if (shared) {
      setting.processors.units = {ProcUnits{10}, ProcUnits{55}, ProcUnits{200}};
      setting.processors.uncap_weight = 128;
      setting.processors.pool_id = 2;
    }
    setting.memory.mb = {256, 512, 1024};
    firmware::PartitionConfig config;
    config.id = PartitionId{7};
    models::apply_setting(setting, kLmb, config);
    EXPECT_EQ(config.max_lmbs, 4U);
    EXPECT_EQ(config.id, PartitionId{7});
    EXPECT_EQ(models::setting_of(config, kLmb).processors, setting.processors);
    EXPECT_EQ(models::setting_of(config, kLmb).memory, setting.memory);
  }
}

// Listings of a machine that brings no captured order: the level's order and usual values.
std::vector<std::string> rows(const Machine& machine, hmc::Listing listing) {
  const MachineHypervisor hypervisor(machine);
  const MachineRmc rmc(machine);
  std::vector<std::string> lines;
  for (const auto& record : list_records(machine.inventory, hypervisor, rmc, listing)) {
    lines.push_back(hmc::default_row(record));
  }
  return lines;
}

TEST(MachineListings, SmallInTheOrderOfV10) {
  auto machine = read_machine(std::string(LPARSIM_SOURCE_DIR) + "/scenarios/machines/small.json");
  ASSERT_TRUE(machine) << machine.error().line();
  const auto procs = rows(*machine, hmc::Listing::proc_lpar);
  ASSERT_EQ(procs.size(), 5U);
  EXPECT_EQ(procs[0],
            "lpar_name=alpha,lpar_id=1,curr_proc_mode=ded,curr_min_procs=1,curr_procs=2,"
            "curr_max_procs=4,curr_sharing_mode=keep_idle_procs,pend_proc_mode=ded,"
            "pend_min_procs=1,pend_procs=2,pend_max_procs=4,pend_sharing_mode=keep_idle_procs,"
            "run_procs=2");
  EXPECT_TRUE(procs[2].starts_with(
      "lpar_name=gamma,lpar_id=3,curr_shared_proc_pool_id=0,"
      "curr_shared_proc_pool_name=DefaultPool,curr_proc_mode=shared,curr_min_proc_units=0.1,"
      "curr_proc_units=0.5,curr_max_proc_units=2.0,"))
      << procs[2];
  const auto slots = rows(*machine, hmc::Listing::virtual_slot);
  EXPECT_EQ(slots[0], "lpar_name=alpha,lpar_id=1,curr_max_virtual_slots=10,"
                      "pend_max_virtual_slots=10,next_avail_virtual_slot=4");
  const auto io = rows(*machine, hmc::Listing::io_slot);
  EXPECT_TRUE(io[3].starts_with("unit_phys_loc=U78DA.ND0.WZS0100,bus_id=32,phys_loc=C3,"
                                "drc_index=21010020,lpar_id=none,slot_io_pool_id=none,"
                                "description=Empty slot,"))
      << io[3];
  const auto scsi = rows(*machine, hmc::Listing::virtual_scsi);
  EXPECT_EQ(scsi[0], "lpar_name=alpha,lpar_id=1,slot_num=3,state=1,is_required=0,"
                     "adapter_type=client,remote_lpar_id=4,remote_lpar_name=delta,"
                     "remote_slot_num=11");
}

TEST(MachineListings, LevelsDifferByData) {
  auto machine = read_machine(std::string(LPARSIM_SOURCE_DIR) + "/scenarios/machines/small.json");
  ASSERT_TRUE(machine) << machine.error().line();
  const auto has = [&](hmc::Listing listing, const std::string& name) {
    return rows(*machine, listing)[0].find(name + "=") != std::string::npos;
  };
  EXPECT_TRUE(has(hmc::Listing::lpar, "lpar_avail_priority"));
  EXPECT_FALSE(has(hmc::Listing::lpar, "uuid"));
  machine->inventory.hmc_level = "v7";
  EXPECT_FALSE(has(hmc::Listing::lpar, "lpar_avail_priority"));
  EXPECT_FALSE(has(hmc::Listing::virtual_eth, "allowed_os_mac_addrs"));
  const auto names = attribute_names(machine->inventory, hmc::Listing::lpar);
  EXPECT_EQ(names.front(), "name");
  EXPECT_NE(std::find(names.begin(), names.end(), "uuid"), names.end());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

}  // namespace
}  // namespace lparsim::config
