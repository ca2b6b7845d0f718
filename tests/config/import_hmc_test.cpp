// Captured text in, the same text out: a machine that was imported prints what was captured, byte
// for byte. The real captures lie outside of the repository; data of our own always runs.
#include "sim/config/import_hmc.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "hmc/cli/print.hpp"
#include "hmc/inventory/listing.hpp"
#include "sim/base/random.hpp"
#include "sim/config/capture.hpp"
#include "sim/config/machine_view.hpp"

namespace lparsim::config {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// What the machine prints for a listing.
std::string printed(const Machine& machine, hmc::Listing listing) {
  const MachineHypervisor hypervisor(machine);
  const MachineRmc rmc(machine);
  std::string text;
  for (const auto& record : list_records(machine.inventory, hypervisor, rmc, listing)) {
    text += hmc::default_row(record) + "\n";
  }
  return text;
}

std::string without_first_line(const std::string& text) {
  std::string rest = text.substr(text.find('\n') + 1);
  while (rest.ends_with("\n\n")) rest.pop_back();
  return rest;
}

// Compares every listing among the files with what the imported machine prints; returns how many.
int expect_round_trip(const Files& files) {
  const auto report = import_hmc_texts(files);
  EXPECT_TRUE(report) << report.error().line();
  if (!report) return 0;
  // Through the file format, too: what is written is what was imported.
  const auto machine = parse_machine(machine_text(report->machine), "written.json");
  EXPECT_TRUE(machine) << machine.error().line();
  if (!machine) return 0;
  EXPECT_EQ(machine_text(*machine), machine_text(report->machine));
  int compared = 0;
  for (const auto& [name, text] : files) {
    const auto capture = parse_capture(text, name);
    if (!capture || !*capture || !(*capture)->listing || (*capture)->rows.empty()) continue;
    if (!(*capture)->ordered) continue;  // -F: round_trip_test.py asks the program
    EXPECT_EQ(printed(*machine, *(*capture)->listing), without_first_line(text)) << name;
    ++compared;
  }
  return compared;
}

std::optional<nlohmann::json> transcripts() {
  const char* shared = std::getenv("LPARSIM_SHARED");
  const std::filesystem::path base =
      shared ? std::filesystem::path(shared)
             : std::filesystem::path(LPARSIM_SOURCE_DIR) / ".." / "shared";
  const auto path = base / "reference" / "hmc-transcripts.json";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return nlohmann::json::parse(file_text(path));
}

Files files_of(const nlohmann::json& records, const std::set<int>& ids) {
  Files files;
  for (const auto& record : records) {
    const int id = record["id"].get<int>();
    if (!ids.contains(id)) continue;
    std::string output = record["output"].get<std::string>();
    if (!output.ends_with('\n')) output += '\n';
    files.emplace_back(fmt::format("{}.txt", id),
                       "$ " + record["command"].get<std::string>() + "\n" + output);
  }
  return files;
}

#define NEED_TRANSCRIPTS(name)                                                    \
  const auto name = transcripts();                                                \
  if (!name) GTEST_SKIP() << "no reference data beside the repository"

TEST(ImportHmcCaptured, TheFourPartitionSystemPrintsItsCaptures) {
  NEED_TRANSCRIPTS(records);
  EXPECT_EQ(expect_round_trip(files_of(*records, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})), 11);
}

TEST(ImportHmcCaptured, TheFourPartitionSystemFromADirectory) {
  NEED_TRANSCRIPTS(records);
  const std::filesystem::path directory = std::filesystem::path(::testing::TempDir()) / "captures";
  std::filesystem::create_directories(directory);
  for (const auto& [name, text] : files_of(*records, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})) {
    std::ofstream(directory / name, std::ios::binary) << text;
  }
  std::ofstream(directory / "notes.md") << "not a capture\n";
  const auto report = import_hmc(directory.string());
  ASSERT_TRUE(report) << report.error().line();
  const Machine& machine = report->machine;
  EXPECT_EQ(machine.platform.type_model, "9131-52A");
  EXPECT_EQ(machine.platform.lmb_bytes, std::uint64_t{128} << 20);
  EXPECT_EQ(machine.platform.firmware_lmbs, 5U);
  EXPECT_EQ(machine.inventory.hmc_level, "v7");
  EXPECT_FALSE(machine.os.at(PartitionId{1}).powered_on);
  EXPECT_TRUE(machine.os.at(PartitionId{5}).rmc);
  EXPECT_FALSE(machine.os.at(PartitionId{2}).rmc);
  EXPECT_EQ(machine.os.at(PartitionId{5}).kind, PartitionOs::Kind::generic);
  bool named = false;
  for (const std::string& note : report->notes) {
    named = named || note.find("notes.md: skipped") != std::string::npos;
  }
  EXPECT_TRUE(named);
}

struct Group {
  const char* name;
  std::set<int> ids;
};

class OtherMachines : public ::testing::TestWithParam<Group> {};

// V8, V10 and V11 systems, each known from one or two listings only.
TEST_P(OtherMachines, PrintTheirCaptures) {
  NEED_TRANSCRIPTS(records);
  const Files files = files_of(*records, GetParam().ids);
  ASSERT_EQ(files.size(), GetParam().ids.size());
  EXPECT_EQ(expect_round_trip(files), static_cast<int>(files.size()));
}

INSTANTIATE_TEST_SUITE_P(
    All, OtherMachines,
    ::testing::Values(Group{"one_lpar", {38}}, Group{"slots_pending", {42}},
                      Group{"off_scsi", {45}}, Group{"off_serial", {46}}, Group{"prof", {47}},
                      Group{"nested_list", {51}}, Group{"older_prof", {55}},
                      Group{"v10_profiles", {210}}, Group{"v10_eth", {226}},
                      Group{"v11_fc_quoted", {223}}, Group{"sys_power_off", {37}},
                      Group{"free_slot", {76}}),
    [](const auto& test) { return test.param.name; });

// Every record that is a command, alone: no crash, and a clear line when it cannot be a machine.
TEST(ImportHmcCaptured, EveryRecordIsImportedOrRefusedInOneLine) {
  NEED_TRANSCRIPTS(records);
  int imported = 0;
  for (const auto& record : *records) {
    const auto report = import_hmc_texts(files_of(*records, {record["id"].get<int>()}));
    if (report) {
      ++imported;
      EXPECT_TRUE(parse_machine(machine_text(report->machine), "written.json"));
    } else {
      EXPECT_EQ(report.error().line().find('\n'), std::string::npos);
      EXPECT_FALSE(report.error().message.empty());
    }
  }
  EXPECT_GT(imported, 15);
}

// -- data of our own ------------------------------------------------------------------------------

Files own_files(const std::string& name = "hmc-own") {
  Files files;
  const auto directory = std::filesystem::path(LPARSIM_SOURCE_DIR) / "tests/data" / name;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files.emplace_back(entry.path().filename().string(), file_text(entry.path()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string& content(Files& files, const std::string& name) {
  for (auto& [file, text] : files) {
    if (file == name) return text;
  }
  ADD_FAILURE() << name << " is missing";
  return files.front().second;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

TEST(ImportHmc, OurOwnMachinePrintsItsCaptures) {
  EXPECT_EQ(expect_round_trip(own_files()), 10);
}

TEST(ImportHmc, UnknownAttributesOddQuotesAndUnequalAmountsArePrintedAgain) {
  EXPECT_EQ(expect_round_trip(own_files("hmc-odd")), 6);
}

// -F without ids, slots and amounts: what is missing is assumed, the values are facts.
TEST(ImportHmc, ChosenFieldsMakeAMachine) {
  const auto report = import_hmc_texts(own_files("hmc-parts"));
  ASSERT_TRUE(report) << report.error().line();
  const Machine& machine = report->machine;
  ASSERT_EQ(machine.inventory.partitions.size(), 3U);
  EXPECT_EQ(machine.inventory.partitions[1].name, "flint");
  EXPECT_EQ(machine.platform.partitions[1].lmbs, 20U);
  EXPECT_EQ(machine.inventory.type_model, "9009-22A");
  EXPECT_EQ(machine.platform.slots[1].owner, PartitionId{1});
  EXPECT_EQ(machine.platform.slots[0].owner, kNoPartition);
}

TEST(ImportHmc, LineEndsByteOrderMarksAndBlankLinesMeanNothing) {
  const Files good = own_files();
  Files files = good;
  for (auto& [name, text] : files) {
    std::string changed = "\xef\xbb\xbf";
    for (const char c : text) changed += c == '\n' ? "\r\n\r\n" : std::string(1, c);
    text = changed;
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  }
  const auto expected = import_hmc_texts(good), found = import_hmc_texts(files);
  ASSERT_TRUE(expected && found) << found.error().line();
  EXPECT_EQ(machine_text(found->machine), machine_text(expected->machine));
}

TEST(ImportHmc, TheSameListingTwiceIsOne) {
  Files files = own_files();
  const std::string again = content(files, "proc-lpar.txt");
  files.emplace_back("proc-again.txt", again);
  const auto report = import_hmc_texts(files), once = import_hmc_texts(own_files());
  ASSERT_TRUE(report) << report.error().line();
  EXPECT_EQ(machine_text(report->machine), machine_text(once->machine));
  replace(files.back().second, "run_procs=4", "run_procs=3");
  const auto differs = import_hmc_texts(files);
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().line(),
            "proc-again.txt:3: run_procs=3, proc-lpar.txt:3 says run_procs=4");
}

TEST(ImportHmc, WhatAPipeLeftIsNoListing) {
  Files files = own_files();
  replace(content(files, "proc-lpar.txt"), "--level lpar", "--level lpar | grep apple");
  replace(content(files, "mem-lpar.txt"), "--level lpar", "--level lpar | sort");
  const auto report = import_hmc_texts(files);
  ASSERT_TRUE(report) << report.error().line();
  EXPECT_FALSE(report->machine.inventory.layouts.contains("proc_lpar"));
  EXPECT_EQ(std::count_if(report->notes.begin(), report->notes.end(), [](const auto& note) {
              return note.find("skipped") != std::string::npos;
            }), 2);
}

TEST(ImportHmc, OneOfSeveralSystemsIsNamedByTheCommands) {
  Files files = own_files();
  content(files, "sys.txt") += "name=meadow,type_model=9009-22A,serial_num=21B7C8D\n";
  const auto report = import_hmc_texts(files);
  ASSERT_TRUE(report) << report.error().line();
  EXPECT_EQ(report->machine.inventory.serial, "78A1234");
  for (const char* other : {"-m meadow", "-m 9009-22A*21B7C8D"}) {
    Files mixed = files;
    replace(content(mixed, "eth.txt"), "-m orchard", other);
    EXPECT_FALSE(import_hmc_texts(mixed)) << other;
  }
  replace(content(files, "eth.txt"), "-m orchard", "-m 9105-22A*78A1234");
  EXPECT_TRUE(import_hmc_texts(files)) << "the same system by its type and serial number";
}

TEST(ImportHmc, FirmwareHmcAndSystemsAreFilled) {
  const auto report = import_hmc_texts(own_files());
  ASSERT_TRUE(report) << report.error().line();
  const Machine& machine = report->machine;
  EXPECT_EQ(machine.inventory.system_name, "orchard");
  EXPECT_EQ(machine.inventory.hmc_level, "v10");
  EXPECT_EQ(machine.platform.type_model, "9105-22A");
  EXPECT_EQ(machine.platform.processor.chip, "POWER10");
  EXPECT_EQ(machine.platform.installed_lmbs, 256U);
  ASSERT_EQ(machine.platform.partitions.size(), 3U);
  const firmware::PartitionConfig& apple = machine.platform.partitions[0];
  EXPECT_TRUE(apple.dedicated);
  EXPECT_EQ(apple.procs, 4);
  EXPECT_EQ(apple.lmbs, 32U);
  EXPECT_EQ(apple.idle_sharing, firmware::IdleSharing::share_active);
  EXPECT_EQ(machine.os.at(apple.id).kind, PartitionOs::Kind::linux);
  EXPECT_EQ(machine.os.at(PartitionId{2}).kind, PartitionOs::Kind::generic);
  EXPECT_EQ(machine.platform.slots[0].owner, PartitionId{2});
}

struct Contradiction {
  const char* file;
  const char* from;
  const char* to;
  const char* line;     // part of the error's line
  const char* other;    // the other place that it names
};

class Contradictions : public ::testing::TestWithParam<Contradiction> {};

TEST_P(Contradictions, NameBothLines) {
  const Contradiction& test = GetParam();
  Files files = own_files();
  replace(content(files, test.file), test.from, test.to);
  const auto report = import_hmc_texts(files);
  ASSERT_FALSE(report);
  const std::string line = report.error().line();
  EXPECT_NE(line.find(test.line), std::string::npos) << line;
  EXPECT_NE(line.find(test.other), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
}

TEST(ImportHmc, PartsThatContradictTheWholeNameBothLines) {
  const Contradiction tests[] = {
      {"mem-part.txt", "9,2048", "9,2304", "mem-part.txt:3: pend_mem=2304", "mem.txt:3"},
      {"proc-crlf.txt", "otter,2", "otter,3", "proc-crlf.txt:2: curr_procs=3", "proc.txt:2"},
      {"fc.txt", "slot_num=30", "slot_num=2", "fc.txt:2: the virtual slot 2 is taken", "eth.txt:4"},
      {"mem-part.txt", "9,2048", "10,2048", "mem-part.txt:3: this row does not exist", "mem.txt:1"},
  };
  for (const Contradiction& test : tests) {
    Files files = own_files("hmc-odd");
    replace(content(files, test.file), test.from, test.to);
    const auto report = import_hmc_texts(files);
    ASSERT_FALSE(report) << test.to;
    const std::string line = report.error().line();
    EXPECT_NE(line.find(test.line), std::string::npos) << line;
    EXPECT_NE(line.find(test.other), std::string::npos) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Contradictions,
    ::testing::Values(
        Contradiction{"mem-sys.txt", "configurable_sys_mem=65536", "configurable_sys_mem=8192",
                      "mem-lpar.txt:3", "mem-sys.txt:2"},
        Contradiction{"proc-sys.txt", "configurable_sys_proc_units=16.0",
                      "configurable_sys_proc_units=3.0", "proc-lpar.txt:3", "proc-sys.txt:2"},
        Contradiction{"io-slot.txt", "lpar_name=cherry,lpar_id=2", "lpar_name=fig,lpar_id=9",
                      "io-slot.txt:2: partition 9 (fig) does not exist", "lpar.txt:1"},
        Contradiction{"io-slot.txt", "lpar_name=cherry,lpar_id=2", "lpar_id=9",
                      "io-slot.txt:2: the owner of slot 21010010 is partition 9", "lpar.txt:1"},
        Contradiction{"proc-lpar.txt", "lpar_name=apple,lpar_id=1", "lpar_name=grape,lpar_id=1",
                      "proc-lpar.txt:3: partition 1 is called grape", "lpar.txt:2"},
        Contradiction{"proc-lpar.txt", "lpar_name=apple,lpar_id=1", "lpar_name=apple,lpar_id=2",
                      "proc-lpar.txt:3: the same object", "proc-lpar.txt:2"},
        Contradiction{"mem-sys.txt", "curr_avail_sys_mem=", "curr_avail_sys_mem=1",
                      "mem-sys.txt:2: curr_avail_sys_mem=1", "mem-lpar.txt:2"},
        Contradiction{"proc-sys.txt", "curr_avail_sys_proc_units=", "curr_avail_sys_proc_units=1",
                      "proc-sys.txt:2: curr_avail_sys_proc_units=1", "proc-lpar.txt:2"},
        Contradiction{"mem-lpar.txt", "curr_min_mem=1024", "curr_min_mem=6144",
                      "mem-lpar.txt:2: curr_mem=4096", "curr_min_mem=6144"},
        Contradiction{"proc-sys.txt", "installed_sys_proc_units=20.0",
                      "installed_sys_proc_units=65535.0", "proc-sys.txt:2: installed_sys",
                      "up to 4096"},
        Contradiction{"proc-sys.txt", "installed_sys_proc_units=20.0",
                      "installed_sys_proc_units=12.0", "proc-sys.txt:2: more processing units",
                      "than installed"},
        Contradiction{"lpar.txt", "lpar_env=aixlinux", "lpar_env=plan9",
                      "lpar.txt:2: lpar_env=plan9", "vioserver"},
        Contradiction{"mem-lpar.txt", "curr_mem=8192", "curr_mem=8200",
                      "mem-lpar.txt:3: curr_mem=8200", "mem-sys.txt:2"},
        Contradiction{"scsi.txt", "remote_lpar_name=cherry", "remote_lpar_name=plum",
                      "scsi.txt:2: remote partition 2 is called plum", "lpar.txt:3"},
        Contradiction{"eth.txt", "-m orchard", "-m garden", "the system is", "orchard"},
        Contradiction{"lpar.txt", "name=plum,lpar_id=7", "name=apple,lpar_id=7",
                      "lpar.txt:4: partition apple has the id 7", "lpar.txt:2"},
        Contradiction{"eth.txt", "is_trunk=0", "is_trunk", "eth.txt:2", "attribute=value"},
        Contradiction{"proc-lpar.txt", "curr_procs=4", "curr_procs=four", "curr_procs=four",
                      "whole number"}));

TEST(ImportHmc, MissingCapturesAreAssumedAndNoted) {
  Files files;
  for (auto& file : own_files()) {
    if (file.first == "lpar.txt" || file.first == "prof.txt") files.push_back(file);
  }
  const auto report = import_hmc_texts(files);
  ASSERT_TRUE(report) << report.error().line();
  EXPECT_EQ(report->machine.platform.partitions[0].procs, 4);  // desired of the current profile
  EXPECT_EQ(report->machine.platform.installed_units, whole_processors(9));
  EXPECT_GE(report->notes.size(), 4U);
}

// One damage to one file: cut, a byte changed, a line lost, doubled or moved to another file, the
// file lost, options added to its command.
void damage(Files& files, Random& random) {
  const std::size_t index = random.below(files.size());
  std::string& text = files[index].second;
  const std::size_t at = random.below(text.size());
  const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::string line = text.substr(begin, text.find('\n', at) - begin) + "\n";
  constexpr std::string_view kBytes = "\",=\n9 /-\xff";
  constexpr const char* kOptions[] = {" -F", " -F name", " -F lpar_name,curr_procs --header", " -R",
                                      " --filter lpar_names=apple", " --filter lpar_ids=9"};
  switch (random.below(8)) {
    case 0: text.resize(at); break;
    case 1: text[at] = kBytes[random.below(kBytes.size())]; break;
    case 2: text.erase(begin, line.size()); break;
    case 3: text.insert(begin, line); break;
    case 4: files[random.below(files.size())].second += line; break;
    case 5: files.erase(files.begin() + static_cast<std::ptrdiff_t>(index)); break;
    case 6: text.insert(text.find('\n'), kOptions[random.below(std::size(kOptions))]); break;
    default: text.erase(at, 1 + random.below(12)); break;
  }
}

// Damaged captures: cut anywhere, or with a byte changed. Never more than one line, and what is
// accepted can be written and read again.
TEST(ImportHmc, DamagedCapturesAreAcceptedOrRefusedInOneLine) {
  Random random(2026);
  const Files sources[] = {own_files(), own_files("hmc-odd"), own_files("hmc-parts")};
  int refused = 0;
  constexpr int kRounds = 1200;
  for (int round = 0; round < kRounds; ++round) {
    Files files = sources[random.below(std::size(sources))];
    damage(files, random);
    const auto report = import_hmc_texts(files);
    if (report) {
      const auto again = parse_machine(machine_text(report->machine), "again.json");
      ASSERT_TRUE(again) << again.error().line();
      for (int i = 0; i <= static_cast<int>(hmc::Listing::virtual_fc); ++i) {
        printed(*again, static_cast<hmc::Listing>(i));
      }
    } else {
      ++refused;
      EXPECT_EQ(report.error().line().find('\n'), std::string::npos);
      EXPECT_FALSE(report.error().line().empty());
    }
  }
  EXPECT_GT(refused, kRounds / 8);
  EXPECT_LT(refused, kRounds);
}

TEST(ImportHmc, NothingToImportIsAnError) {
  EXPECT_FALSE(import_hmc_texts({}));
  EXPECT_FALSE(import_hmc("/nonexistent"));
  EXPECT_FALSE(import_hmc_texts({{"a.txt", "hello\n"}}));
}

TEST(Capture, QuotesAndListsAreTakenApart) {
  const auto fields = split_fields(R"(a=1,"b=x,y","c=""2/3,4/0"",5",d=)");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, (std::vector<std::string>{"a=1", "b=x,y", R"(c="2/3,4/0",5)", "d="}));
  EXPECT_EQ(split_items(R"("2/3,4/0",5)"), (std::vector<std::string>{"2/3,4/0", "5"}));
  EXPECT_FALSE(split_fields(R"(a=1,"b=x)"));
  EXPECT_FALSE(split_fields(R"("a=1"2)"));
  EXPECT_EQ(*split_fields("a=19\" rack,b"), (std::vector<std::string>{"a=19\" rack", "b"}));
}

}  // namespace
}  // namespace lparsim::config
