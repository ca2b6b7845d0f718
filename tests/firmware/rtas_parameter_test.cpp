// ibm,get-system-parameter and ibm,set-system-parameter (LoPAR 7.3.16).
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

class Parameters : public GuestTest {
 protected:
  using GuestTest::GuestTest;
  std::int32_t get(std::uint32_t token, std::uint32_t length = 4000,
                   std::uint32_t to = kBuffer) {
    return rtas("ibm,get-system-parameter", {token, to, length}).status;
  }
  std::int32_t set(std::uint32_t token, const Bytes& data) {
    memory.write(GuestAddress{kWork}, CellWriter{}
                                          .u16(static_cast<std::uint16_t>(data.size()))
                                          .bytes(data)
                                          .take());
    return rtas("ibm,set-system-parameter", {token, kWork}).status;
  }
  // The value that a get returns; empty when it fails.
  Bytes value(std::uint32_t token) {
    if (get(token) != 0) return {};
    const std::size_t length = load_be16(&memory.bytes[kBuffer]);
    EXPECT_LE(length, 4000U);
    const auto first = memory.bytes.begin() + kBuffer + 2;
    return {first, first + static_cast<std::ptrdiff_t>(length)};
  }
  std::string text(std::uint32_t token) {
    const Bytes bytes = value(token);
    return bytes.empty() ? "" : std::string(bytes.begin(), bytes.end() - 1);
  }
  std::map<std::string, std::string> words(std::uint32_t token) {
    std::map<std::string, std::string> out;
    std::string all = text(token) + ",";
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = all.find(',', at), equals = all.find('=', at);
      out[all.substr(at, equals - at)] = all.substr(equals + 1, end - equals - 1);
      at = end + 1;
    }
    return out;
  }
};

class SharedParameters : public Parameters {
 protected:
  SharedParameters() : Parameters("phyp", kShared) {}
};
class QemuParameters : public Parameters {
 protected:
  QemuParameters() : Parameters("qemu") {}
};

TEST_F(Parameters, DesiredProcessorsFollowTheOperatorLimitsOfTheMachineStay) {
  const auto before = words(20);
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  auto after = words(20);
  EXPECT_RULE("A.2-4", before.at("DesProcs") == "2" && after.at("DesProcs") == "3");
  EXPECT_RULE("A.2-4", after.at("MaxPlatProcs") == before.at("MaxPlatProcs") &&
                           after.at("CapInc") == before.at("CapInc"));
}

TEST_F(Parameters, TheNameIsThatOfTheOperator) {
  hypervisor.power_off(id);
  PartitionConfig config = hypervisor.partition(id).config;
  config.name = "renamed";
  ASSERT_EQ(hypervisor.configure(id, config).status, AssignStatus::done);
  boot();
  EXPECT_RULE("7.3.16-a", text(55) == "renamed");
}

TEST_F(Parameters, GetReturnsALengthAndTheDataAndSetTakesThem) {
  EXPECT_RULE("R1-7.3.16-1", tokens.count("ibm,get-system-parameter") == 1);
  EXPECT_RULE("R1-7.3.16-6", tokens.count("ibm,set-system-parameter") == 0 ||
                                 tokens.count("ibm,get-system-parameter") == 1);
  EXPECT_RULE("R1-7.3.16-5", get(21) == 0 && set(21, {1}) == 0);
  EXPECT_RULE("R1-7.3.16-9", value(21) == Bytes{1});
  EXPECT_RULE("R1-7.3.16-9", text(55) == "lp2");
}

TEST_F(Parameters, OneThatThePlatformHasNotIsUnsupported) {
  for (const std::uint32_t token : {16U, 17U, 48U, 49U, 51U, 59U, 9999U, 0xffffffffU}) {
    EXPECT_RULE("R1-7.3.16-7", get(token) == -3) << token;
    EXPECT_RULE("R1-7.3.16-7", set(token, {1}) == -3) << token;
  }
}

TEST_F(Parameters, SomeAreNeverSet) {
  for (std::uint32_t token = 0; token < 16; ++token) {
    EXPECT_RULE("R1-7.3.16.3-1", set(token, {1, 2, 3, 4}) == -9002) << token;
  }
  for (const std::uint32_t token : {18U, 19U, 20U, 37U, 38U, 39U, 43U, 44U, 52U, 53U, 55U}) {
    const Bytes before = value(token);
    EXPECT_RULE("R1-7.3.16-8", set(token, {1}) == -9002 && value(token) == before) << token;
  }
  EXPECT_RULE("R1-7.3.16.4.1-2", set(18, {1}) == -9002);
  EXPECT_RULE("R1-7.3.16.4.3-3", set(37, {1}) == -9002 && set(38, {1}) == -9002);
  EXPECT_RULE("R1-7.3.16.17-2", set(43, {1}) == -9002 && get(43) == 0);
  EXPECT_EQ(set(45, {1}), -9002);
}

TEST_F(Parameters, ALengthOfZeroOnlyAsks) {
  memory.bytes[kBuffer] = 0x55;
  EXPECT_RULE("R1-7.3.16-10", get(20, 0) == 0 && memory.bytes[kBuffer] == 0x55);
  EXPECT_RULE("R1-7.3.16-10", get(9999, 0) == -3);
  ASSERT_EQ(set(21, {1}), 0);
  EXPECT_RULE("R1-7.3.16-11", set(21, {}) == 0 && value(21) == Bytes{1});
  EXPECT_RULE("R1-7.3.16-11", set(20, {}) == -9002 && set(9999, {}) == -3);
}

TEST_F(Parameters, DataTooShortTooLongOrOutOfRangeIsRefused) {
  ASSERT_EQ(set(28, {7}), 0);
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-7.3.16-3", set(28, {0}) == -9999);
  EXPECT_RULE("R1-7.3.16-3", set(33, {1}) == -9999);
  EXPECT_EQ(set(21, {2}), -9999);
  EXPECT_RULE("R1-7.3.16-12", set(25, Bytes(1025, 0)) == -9999);
  EXPECT_EQ(set(25, Bytes(8, 'x')), -9999) << "a text without an end";
  EXPECT_TRUE(hypervisor.is_in(*before));
  EXPECT_EQ(set(25, Bytes(1024, 0)), 0) << "lp2 has the lowest id";
  EXPECT_EQ(set(33, {1, 2}), 0);
  EXPECT_EQ(value(33), (Bytes{1, 2}));
}

TEST_F(Parameters, DataIsCutAtTheEndOfTheBuffer) {
  const Bytes whole = value(20);
  memory.bytes[kBuffer + 10] = 0x55;
  EXPECT_EQ(get(20, 10), 0);
  EXPECT_EQ(load_be16(&memory.bytes[kBuffer]), whole.size());
  EXPECT_EQ(memory.bytes[kBuffer + 9], whole[7]);
  EXPECT_EQ(memory.bytes[kBuffer + 10], 0x55);
  EXPECT_EQ(get(20, 1), -9999);
  EXPECT_RULE("R1-7.3.16.3-6", get(0, 6) == 0 && memory.bytes[kBuffer + 2] == 'H' &&
                                   memory.bytes[kBuffer + 10] == 0x55);
  EXPECT_EQ(get(20, 4000, (1U << 20) - 8), -9999) << "beyond memory";
  EXPECT_EQ(rtas("ibm,set-system-parameter", {21, (1U << 20) - 1}).status, -9999);
  EXPECT_EQ(rtas("ibm,set-system-parameter", {21, 0xfffffffe}).status, -9999);
}

TEST_F(Parameters, SurveillanceBeginsWithItsDefaults) {
  EXPECT_RULE("R1-7.3.16-4", value(27) == Bytes{0});
  EXPECT_RULE("R1-7.3.16-4", value(28) == Bytes{5});
  EXPECT_RULE("R1-7.3.16-4", value(29) == Bytes{10});
}

TEST_F(Parameters, AutoRestartIsThePartitionsAndKept) {
  ASSERT_EQ(value(21), Bytes{0});
  ASSERT_EQ(set(21, {1}), 0);
  ASSERT_TRUE(rtas("system-reboot", {}).parks);
  boot();
  EXPECT_RULE("R1-7.3.16.5.1-1", value(21) == Bytes{1});
  hypervisor.power_off(id);
  id = kShared;
  boot();
  EXPECT_RULE("R1-7.3.16.5.1-1", value(21) == Bytes{0});
}

TEST_F(Parameters, PlatformRestartIsOneOfTheMachineForOnePartition) {
  ASSERT_EQ(set(22, {1}), 0);
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-7.3.16.5.2-1", value(22) == Bytes{1});
  hypervisor.power_off(id);
  id = kShared;
  boot();
  EXPECT_RULE("R1-7.3.16.5.2-2", get(22) == -9002 && set(22, {0}) == -9002);
  EXPECT_RULE("R1-7.3.16-8", get(22, 0) == -9002 && set(22, {}) == -9002);
  EXPECT_EQ(get(33), 0) << "all may read it";
  EXPECT_EQ(set(33, {0, 1}), -9002);
}

TEST_F(Parameters, ConsoleDataIsPrintableAndItsTokensAreContiguous) {
  const Bytes data = value(0);
  const std::string console(data.begin(), data.end());
  EXPECT_RULE("R1-7.3.16.3-2", console.find("HscIPAddr=") != std::string::npos &&
                                   console.find("RMCKey=") != std::string::npos &&
                                   console.back() == ';');
  const bool printable = std::all_of(data.begin(), data.end(),
                                     [](std::uint8_t c) { return c >= 0x20 && c <= 0x7e; });
  EXPECT_RULE("R1-7.3.16.3-3", printable);
  bool ended = false;
  for (std::uint32_t token = 0; token < 16; ++token) {
    const std::int32_t status = get(token);
    EXPECT_RULE("R1-7.3.16.3-4", status == (ended ? -3 : 0) || (status == -3 && !ended));
    ended = ended || status == -3;
  }
}

TEST_F(Parameters, ModuleInformationIsTheMachines) {
  const Bytes info = value(43);
  EXPECT_RULE("R1-7.3.16.17-1", info == (Bytes{0, 1, 0, 2, 0, 1, 0, 4}));   // 8 cores, 4 a chip
  hypervisor.power_off(id);
  id = kShared;
  boot();
  EXPECT_RULE("R1-7.3.16.17-1", value(43) == info);
}

TEST_F(Parameters, LogsAreServiceActionsUnlessClassifiedOtherwise) {
  EXPECT_RULE("R1-7.3.16.14-1", value(40) == Bytes{0});
}

TEST_F(Parameters, CedeLatencyHasARecordForEachHint) {
  const Bytes data = value(45);   // two hints of 10 bytes, 1 us and 10 us of 512 ticks each
  ASSERT_EQ(data.size(), 21U);
  EXPECT_EQ(data[0], 10);
  EXPECT_EQ(load_be64(&data[2]), 512U);
  EXPECT_RULE("R1-14.14.1-3", data[1] == 0 && data[11] == 1);
  EXPECT_EQ(load_be64(&data[12]), 5120U);
}

TEST_F(Parameters, CharacteristicsOfADedicatedPartition) {
  auto w = words(20);
  EXPECT_RULE("R1-7.3.16-13", w["MinProcs"] == "1" && w["MinEntCap"] == "100");
  EXPECT_EQ(w["CapInc"], "100");
  EXPECT_EQ(w["DisWheRotPer"], "0");
  EXPECT_EQ(w["DesProcs"], "2");
  EXPECT_EQ(w["DesMem"], "2048");
  EXPECT_EQ(w["MinMem"], "512");
  EXPECT_EQ(w["MaxEntCap"], "600");
  EXPECT_EQ(w["MaxPlatProcs"], "8");
  EXPECT_EQ(w["DedDonMode"], "0");
  EXPECT_EQ(value(20).back(), 0) << "ends with NUL";
}

TEST_F(SharedParameters, CharacteristicsFollowTheConfigurationAndChangeWithIt) {
  auto w = words(20);
  EXPECT_RULE("R1-7.3.16-13", w["MinEntCap"] == "10" && w["MaxEntCap"] == "400");
  EXPECT_EQ(w["CapInc"], "1");
  EXPECT_EQ(w["DisWheRotPer"], "5120000");
  EXPECT_EQ(w["DesEntCap"], "50");
  EXPECT_EQ(w["DesVarCapWt"], "128");
  EXPECT_EQ(w["DesMem"], "1024");
  ASSERT_EQ(hypervisor.set_units(kShared, ProcUnits{80}).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(kShared, 5).status, AssignStatus::done);
  w = words(20);
  EXPECT_RULE("R1-7.3.16-13", w["DesEntCap"] == "80" && w["DesMem"] == "1280");
}

TEST_F(QemuParameters, AreThreeAndNoneCanBeSet) {
  for (std::uint32_t token = 0; token < 100; ++token) {
    const bool has = token == 20 || token == 42 || token == 48;
    EXPECT_EQ(get(token), has ? 0 : -3) << token;
  }
  EXPECT_EQ(text(20), "MaxEntCap=6,DesMem=2048,DesProcs=2,MaxPlatProcs=6");
  EXPECT_EQ(value(42), Bytes{0});
  EXPECT_EQ(value(48), Bytes(16, 0));
  EXPECT_EQ(set(48, {1}), -9002);
}

TEST_F(Parameters, EveryOtherStatusCanBeScripted) {
  const std::pair<const char*, std::int32_t> kAll[] = {
      {"hardware_error", -1}, {"busy", -2}, {"parameter_error", -3}, {"not_authorized", -9002},
      {"bad_parameter", -9999}, {"extended_delay_1ms", 9900}, {"extended_delay_100s", 9905}};
  for (const auto& [outcome, status] : kAll) {
    choices = ScriptedChoices(
        {{"rtas.ibm,get-system-parameter", id, true, 0, 1, 1, outcome, ""}});
    EXPECT_EQ(get(20), status) << outcome;
    EXPECT_EQ(get(20), 0);
  }
}

}  // namespace
}  // namespace lparsim::firmware
