// Indicators and sensors that are not connectors', lists of them, vital product data (LoPAR
// 7.3.5, 7.3.17 to 7.3.20).
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

class Indicators : public GuestTest {
 protected:
  using GuestTest::GuestTest;
  std::int32_t set(std::uint32_t type, std::uint32_t index, std::uint32_t value,
                   std::uint32_t server = 0) {
    return rtas("set-indicator", {type, index, value}, 1, server).status;
  }
  Reply get(std::uint32_t type, std::uint32_t index, std::uint32_t server = 0) {
    return rtas("get-sensor-state", {type, index}, 2, server);
  }
  Node tree() const { return *unflatten(hypervisor.flattened_tree(id)); }
  std::vector<std::uint32_t> cells(std::string_view property) const {
    const Node root = tree();
    const Property* found = root.find("/rtas")->property(property);
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; found != nullptr && i + 4 <= found->value.size(); i += 4) {
      out.push_back(load_be32(found->value.data() + i));
    }
    return out;
  }
};

TEST_F(Indicators, EachListedTypeTakesItsIndexAndNoOther) {
  const auto listed = cells("rtas-indicators");
  EXPECT_EQ(listed, (std::vector<std::uint32_t>{1, 0, 2, 0, 9000, 0, 9005, 0}));
  for (std::size_t i = 0; i < listed.size(); i += 2) {
    EXPECT_RULE("R1-7.3.5.4-1", set(listed[i], listed[i + 1], 1) == 0) << listed[i];
    const auto before = hypervisor.snapshot();
    EXPECT_RULE("R1-7.3.5.4-2", set(listed[i], listed[i + 1] + 1, 1) == -3) << listed[i];
    EXPECT_TRUE(hypervisor.is_in(*before));
  }
  for (const std::uint32_t type : {0U, 3U, 4U, 9U, 9004U, 9006U, 9007U, 9999U, 0xffffffffU}) {
    EXPECT_RULE("R1-7.3.5.4-1", set(type, 0, 0) == -3) << type;
  }
  EXPECT_RULE("R1-7.3.5.4-3", set(1, 0, 440) == 0 && set(2, 0, 100) == 0 && set(2, 0, 101) == -3);
  EXPECT_EQ(set(9000, 0, 256), -3);
  EXPECT_EQ(set(9005, 0, 2), -3);
}

TEST_F(Indicators, EachListedSensorHasItsIndexAndNoOther) {
  const auto listed = cells("rtas-sensors");
  EXPECT_EQ(listed, (std::vector<std::uint32_t>{9, 0, 9000, 0, 9005, 0}));
  for (std::size_t i = 0; i < listed.size(); i += 2) {
    EXPECT_RULE("R1-7.3.5.5-1", get(listed[i], listed[i + 1]).status == 0) << listed[i];
    EXPECT_RULE("R1-7.3.5.5-3", get(listed[i], listed[i + 1] + 1).status == -3) << listed[i];
  }
  for (const std::uint32_t type : {0U, 1U, 2U, 3U, 9001U, 9002U, 9004U, 9006U, 9007U}) {
    EXPECT_RULE("R1-7.3.5.5-1", get(type, 0).status == -3) << type;
  }
  EXPECT_EQ(get(9, 0).value, 0U) << "no power event";
}

TEST_F(Indicators, TypesHaveALocationPropertyThatIsEmptyWhereThereIsNoThing) {
  const Node root = tree();
  const Node* rtas_node = root.find("/rtas");
  for (const char* name : {"ibm,indicator-1", "ibm,indicator-2", "ibm,indicator-9000"}) {
    const Property* property = rtas_node->property(name);
    EXPECT_RULE("R1-7.2.6.1.1-1", property != nullptr) << name;
    EXPECT_RULE("R1-7.2.6.1.1-2", property != nullptr && property->value == Bytes{0}) << name;
  }
  for (const char* name : {"ibm,sensor-9", "ibm,sensor-9000", "ibm,sensor-9005"}) {
    const Property* property = rtas_node->property(name);
    EXPECT_RULE("R1-7.2.6.1.2-1", property != nullptr) << name;
    EXPECT_RULE("R1-7.2.6.1.2-2", property != nullptr && property->value == Bytes{0}) << name;
  }
  EXPECT_RULE("R1-7.2.6.1.1-4", rtas_node->property("ibm,indicator-4") == nullptr);
  for (const char* name : {"ibm,sensor-3", "ibm,sensor-9001", "ibm,sensor-9002"}) {
    EXPECT_RULE("R1-7.2.6.1.2-4", rtas_node->property(name) == nullptr);
  }
  for (const std::uint32_t type : {9001U, 9002U, 9003U}) {
    const auto listed = cells("rtas-indicators");
    for (std::size_t i = 0; i < listed.size(); i += 2) EXPECT_NE(listed[i], type);
  }
}

TEST_F(Indicators, FastTypesAreNeverBusy) {
  const auto armed = [&](const char* site, const char* outcome) {
    choices = ScriptedChoices({{site, id, true, 0, 1, 0, outcome, ""}});
  };
  for (const char* outcome : {"busy", "extended_delay_1ms", "extended_delay_100s"}) {
    armed("rtas.set-indicator", outcome);
    for (const auto& [type, index] : std::map<std::uint32_t, std::uint32_t>{
             {1, 0}, {2, 0}, {9000, 0}, {9005, 0}}) {
      EXPECT_RULE("R1-7.3.5.4-4", set(type, index, 1) == 0) << type << " " << outcome;
    }
    EXPECT_NE(set(9001, cpu(0).value, 0), 0) << "a connector's may";
    armed("rtas.get-sensor-state", outcome);
    for (const std::uint32_t type : {9U, 9000U, 9005U}) {
      EXPECT_RULE("R1-7.3.5.5-4", get(type, 0).status == 0) << type << " " << outcome;
    }
    EXPECT_NE(get(9003, cpu(0).value).status, 0);
  }
}

TEST_F(Indicators, SurveillanceIsOneSensorThatFollowsTheIndicatorAndTheParameters) {
  EXPECT_EQ(get(9000, 0).value, 0U);
  ASSERT_EQ(set(9000, 0, 7), 0);
  EXPECT_RULE("R1-7.3.5.5.1-1", get(9000, 0).value == 7);
  ASSERT_EQ(set(9000, 0, 0), 0);
  EXPECT_RULE("R1-7.3.5.4.1.1-1", get(9000, 0).value == 0);
  ASSERT_EQ(set(9000, 0, 255), 0);
  EXPECT_RULE("R1-7.3.5.4.1.1-1", set(9000, 0, 256) == -3 && get(9000, 0).value == 255);
  const auto parameter = [&](std::uint32_t token, std::uint8_t value) {
    memory.write(GuestAddress{kWork}, CellWriter{}.u16(1).u8(value).take());
    return rtas("ibm,set-system-parameter", {token, kWork}).status;
  };
  ASSERT_EQ(parameter(27, 1), 0);
  ASSERT_EQ(parameter(28, 9), 0);
  EXPECT_EQ(get(9000, 0).value, 255U);
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-7.3.5.2.1-1", get(9000, 0).value == 9);
  EXPECT_RULE("R1-7.3.5.4.1.1-1", set(9000, 0, 3) == 0 && get(9000, 0).value == 3);
  EXPECT_RULE("R1-7.3.5.2.1-4", tokens.count("ibm,os-term") == 1);
}

TEST_F(Indicators, TheGlobalQueueIsEachProcessorsOwn) {
  ASSERT_EQ(set(9005, 0, 0, 3), 0);
  EXPECT_RULE("R1-7.3.5.4.1.2-1", get(9005, 0, 3).value == 0);
  EXPECT_RULE("R1-7.3.5.5.1.4-1", get(9005, 0, 3).value == 0 && get(9005, 0, 4).value == 1);
  ASSERT_EQ(set(9005, 0, 1, 3), 0);
  EXPECT_RULE("R1-7.3.5.5.1.4-1", get(9005, 0, 3).value == 1);
  // gserver# 0xffff in 8 bits: index 2^8 - 1 - 0xff
  EXPECT_RULE("R1-7.3.5.4.1.2-2", set(9005, 255, 0) == -3 && set(9005, 0, 0) == 0);
  EXPECT_RULE("R1-7.3.5.5.1.4-2", get(9005, 255).status == -3 && get(9005, 0).status == 0);
}

class Lights : public Indicators {
 protected:
  static constexpr std::uint32_t kIndicator = 0, kSensor = 1;
  static constexpr const char* kOwn = "U78D5.ND1.CSS130E-P2-C1";
  static constexpr const char* kOther = "U78D5.ND1.CSS130E-P2-C2";
  Reply list(std::uint32_t side, std::uint32_t type, std::uint32_t size = 4096,
             std::uint32_t start = 1) {
    std::fill_n(memory.bytes.begin() + kBuffer, 256, 0xee);
    return rtas("ibm,get-indices", {side, type, kBuffer, size, start}, 2);
  }
  void put_location(const std::string& code, std::uint32_t length = 0) {
    memory.write(GuestAddress{kWork},
                 CellWriter{}
                     .u32(length != 0 ? length : static_cast<std::uint32_t>(code.size() + 1))
                     .str(code)
                     .take());
  }
  std::int32_t light(std::uint32_t type, std::uint32_t value) {
    return rtas("ibm,set-dynamic-indicator", {type, value, kWork}).status;
  }
  Reply lit(std::uint32_t type) {
    return rtas("ibm,get-dynamic-sensor-state", {type, kWork}, 2);
  }
  void give_second_slot() {
    ASSERT_EQ(hypervisor.assign_slot(kFreeSlot, kDedicated).status, AssignStatus::done);
  }
};

TEST_F(Lights, AreListedWithTheirLocationsInPieces) {
  give_second_slot();
  const Reply both = list(kIndicator, 9007);
  EXPECT_RULE("R1-7.3.17-1", both.status == 0 && both.value == 1);
  EXPECT_RULE("R1-7.3.17-7", memory.cell(kBuffer) == 2 && memory.cell(kBuffer + 4) == 0xffffffff &&
                                 memory.cell(kBuffer + 8) == 24 &&
                                 memory.text(kBuffer + 12) == kOwn &&
                                 memory.cell(kBuffer + 36) == 0xffffffff &&
                                 memory.text(kBuffer + 44) == kOther);
  const Reply first = list(kIndicator, 9007, 40);
  EXPECT_RULE("R1-7.3.17-1", first.status == 1 && first.value != 1);
  EXPECT_RULE("R1-7.3.17-13", memory.cell(kBuffer) == 1 && memory.text(kBuffer + 12) == kOwn);
  const Reply second = list(kIndicator, 9007, 40, first.value);
  EXPECT_RULE("R1-7.3.17-1", second.status == 0 && second.value == 1);
  EXPECT_EQ(memory.text(kBuffer + 12), kOther);
  EXPECT_EQ(list(kIndicator, 9007, 40, first.value).status, -3) << "that list is over";
}

TEST_F(Lights, AListThatChangesHasToBeBegunAgain) {
  give_second_slot();
  const Reply first = list(kSensor, 9006, 40);
  ASSERT_EQ(first.status, 1);
  EXPECT_EQ(list(kSensor, 9007, 40, first.value).status, -3) << "another list's number";
  ASSERT_EQ(hypervisor.assign_slot(kFreeSlot, kNoPartition).status, AssignStatus::done);
  EXPECT_RULE("R1-7.3.17-6", list(kSensor, 9006, 40, first.value).status == -4);
  EXPECT_RULE("R1-7.3.17-4", list(kSensor, 9006).status == 0 && memory.cell(kBuffer) == 1);
  EXPECT_RULE("R1-7.3.17-12", memory.text(kBuffer + 12) == kOwn);
}

TEST_F(Lights, OfOthersOrOfNoKindAreNotListed) {
  for (const std::uint32_t type : {0U, 9U, 9000U, 9001U, 9002U, 9003U, 9004U, 9005U, 9999U}) {
    EXPECT_RULE("R1-7.3.17-9", list(kIndicator, type).status == -3) << type;
    EXPECT_RULE("R1-7.3.18-8", list(kSensor, type).status == -3) << type;
  }
  EXPECT_EQ(list(2, 9007).status, -3);
  EXPECT_EQ(list(kIndicator, 9007, 4).status, -3) << "no room";
  EXPECT_EQ(list(kIndicator, 9007, 4096, 0).status, -3);
  EXPECT_EQ(list(kIndicator, 9007, 4096, 2).status, -3) << "nothing was begun";
  EXPECT_RULE("R1-7.3.17-11",
              rtas("ibm,get-indices", {0, 9007, (1U << 20) - 8, 64, 1}, 2).status == -3);
  hypervisor.power_off(id);
  id = kShared;
  boot();
  EXPECT_RULE("R1-7.3.17-9", list(kIndicator, 9007).status == -3);
}

TEST_F(Lights, TheTreeNamesTheListedTypesAndThoseAlone) {
  const auto indicators = cells("ibm,get-indicator-indices-types");
  const auto sensors = cells("ibm,get-sensor-indices-types");
  for (std::uint32_t type = 8990; type < 9020; ++type) {
    const bool indicator =
        std::find(indicators.begin(), indicators.end(), type) != indicators.end();
    const bool sensor = std::find(sensors.begin(), sensors.end(), type) != sensors.end();
    EXPECT_RULE("R1-7.3.17-14", (list(kIndicator, type).status == 0) == indicator);
    EXPECT_RULE("R1-7.3.17-14", (list(kSensor, type).status == 0) == sensor);
  }
  for (const auto& [listed, fixed] : {std::pair{"ibm,get-indicator-indices-types",
                                                "rtas-indicators"},
                                      {"ibm,get-sensor-indices-types", "rtas-sensors"}}) {
    for (const std::uint32_t type : cells(listed)) {
      const auto pairs = cells(fixed);
      bool twice = false;
      for (std::size_t i = 0; i < pairs.size(); i += 2) twice = twice || pairs[i] == type;
      EXPECT_RULE("R1-7.3.17-15", !twice);
      EXPECT_RULE("R1-7.3.17-16", !twice);
      EXPECT_RULE("R1-7.2.6.1.1-3", !twice);
      EXPECT_RULE("R1-7.2.6.1.2-3", !twice);
    }
  }
}

TEST_F(Lights, AreSetAndReadByLocation) {
  put_location(kOwn);
  const Bytes before(memory.bytes.begin() + kWork, memory.bytes.begin() + kWork + 64);
  EXPECT_RULE("R1-7.3.18-1", tokens.count("ibm,set-dynamic-indicator") == 1);
  EXPECT_RULE("R1-7.3.19-1", tokens.count("ibm,get-dynamic-sensor-state") == 1);
  EXPECT_RULE("R1-7.3.18-2", light(9007, 1) == 0);
  EXPECT_RULE("R1-7.3.19-2", lit(9007).status == 0 && lit(9007).value == 1);
  EXPECT_EQ(lit(9006).value, 0U) << "another light";
  EXPECT_RULE("R1-7.3.18-2", light(9007, 0) == 0 && lit(9007).value == 0);
  const Bytes after(memory.bytes.begin() + kWork, memory.bytes.begin() + kWork + 64);
  EXPECT_RULE("R1-7.3.18-6", before == after);
  EXPECT_RULE("R1-7.3.19-6", before == after);
  EXPECT_EQ(light(9007, 2), -3);
}

TEST_F(Lights, AreRefusedWhereTypeLocationOrLengthAreWrong) {
  put_location(kOwn);
  for (const std::uint32_t type : {0U, 1U, 9000U, 9001U, 9002U, 9003U, 9004U, 9005U, 9008U}) {
    EXPECT_RULE("R1-7.3.18-9", light(type, 1) == -3) << type;
    EXPECT_RULE("R1-7.3.19-8", lit(type).status == -3) << type;
  }
  put_location(kOther);
  EXPECT_RULE("R1-7.3.18-9", light(9007, 1) == -3);
  EXPECT_RULE("R1-7.3.19-9", lit(9006).status == -3 && lit(9007).status == -3);
  put_location(kOwn, 23);
  EXPECT_RULE("R1-7.3.18-5", light(9007, 1) == -3);
  EXPECT_RULE("R1-7.3.19-5", lit(9007).status == -3);
  EXPECT_EQ(rtas("ibm,set-dynamic-indicator", {9007, 1, (1U << 20) - 4}).status, -3);
  EXPECT_EQ(set(9007, 0xffffffff, 1), -3);
  EXPECT_RULE("R1-7.3.17-19", get(9007, 0xffffffff).status == -3);
}

class Vpd : public Lights {
 protected:
  struct Answer {
    std::int32_t status;
    std::uint32_t next, size;
    std::string data;
  };
  Answer vpd(const std::string& location, std::uint32_t size = 4096, std::uint32_t number = 1) {
    memory.write(GuestAddress{kWork2}, CellWriter{}.str(location).take());
    std::fill_n(memory.bytes.begin() + kBuffer, 4096, 0xee);
    const Reply r = rtas("ibm,get-vpd", {kWork2, kBuffer, size, number}, 3);
    const std::uint32_t bytes = memory.cell(kBlock + 12 + 16 + 8);
    std::string data;
    for (std::uint32_t i = 0; r.status >= 0 && i < bytes; ++i) {
      data.push_back(static_cast<char>(memory.bytes[kBuffer + i]));
    }
    return {r.status, r.value, bytes, data};
  }
};

// A section: 0x82, length, name; 0x84, length, keywords; 0x78.
std::vector<std::map<std::string, std::string>> sections(const std::string& data) {
  std::vector<std::map<std::string, std::string>> out;
  const auto length = [&](std::size_t at) {
    return static_cast<std::uint8_t>(data[at]) + 256U * static_cast<std::uint8_t>(data[at + 1]);
  };
  for (std::size_t at = 0; at < data.size();) {
    std::map<std::string, std::string> section;
    if (static_cast<std::uint8_t>(data[at]) != 0x82) return {};
    section[""] = data.substr(at + 3, length(at + 1));
    at += 3 + length(at + 1);
    if (static_cast<std::uint8_t>(data[at]) != 0x84) return {};
    const std::size_t end = at + 3 + length(at + 1);
    for (at += 3; at < end;) {
      const std::size_t size = static_cast<std::uint8_t>(data[at + 2]);
      section[data.substr(at, 2)] = data.substr(at + 3, size);
      at += 3 + size;
    }
    if (at != end || data[at] != 0x78) return {};
    ++at;
    out.push_back(section);
  }
  return out;
}

TEST_F(Vpd, AllSectionsOrThatOfALocation) {
  const Answer all = vpd("");
  EXPECT_RULE("R1-7.3.20-1", tokens.count("ibm,get-vpd") == 1);
  EXPECT_RULE("R1-7.3.20-2", all.status == 0 && all.next == 1 && all.size == all.data.size());
  auto parsed = sections(all.data);
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_RULE("R1-7.3.20-6", parsed[0]["TM"] == "9105-22A" && parsed[0]["SE"] == "7812340");
  for (auto& section : parsed) EXPECT_RULE("R1-7.3.20-7", !section["YL"].empty());
  const Answer one = vpd(kOwn);
  parsed = sections(one.data);
  ASSERT_EQ(parsed.size(), 1U);
  EXPECT_RULE("R1-7.3.20-7", parsed[0]["YL"] == kOwn);
  EXPECT_EQ(vpd(kOther).status, -3) << "another's";
  EXPECT_EQ(vpd("U1").status, -3);
  EXPECT_EQ(vpd(std::string(100, 'U')).status, -3);
}

TEST_F(Vpd, InPiecesThatAddUp) {
  const std::string whole = vpd("").data;
  std::string pieces;
  std::uint32_t number = 1;
  for (int i = 0; i < 100; ++i) {
    const Answer piece = vpd("", 10, number);
    ASSERT_TRUE(piece.status == 0 || piece.status == 1);
    pieces += piece.data;
    number = piece.next;
    if (piece.status == 0) break;
  }
  EXPECT_RULE("R1-7.3.20-6", pieces == whole && number == 1);
  EXPECT_RULE("R1-7.3.20-13", pieces.find('\xee') == std::string::npos);
}

TEST_F(Vpd, ChangesWithTheSlotsAndThenBeginsAgain) {
  const Answer first = vpd("", 10);
  ASSERT_EQ(first.status, 1);
  give_second_slot();
  EXPECT_RULE("R1-7.3.20-5", vpd("", 10, first.next).status == -4);
  const auto parsed = sections(vpd("").data);
  EXPECT_RULE("R1-7.3.20-9", parsed.size() == 3);
  EXPECT_RULE("R1-7.3.20-5", parsed.size() == 3);
  EXPECT_EQ(vpd("", 10, first.next).status, -3);
  EXPECT_EQ(vpd("", 0).status, -3);
  EXPECT_EQ(rtas("ibm,get-vpd", {0xffffffff, kBuffer, 10, 1}, 3).status, -3);
  EXPECT_EQ(rtas("ibm,get-vpd", {kWork2, 0xfffffff0, 100, 1}, 3).status, -3);
}

TEST_F(Vpd, IsNotInTheTreeButItsSizeIs) {
  const Node root = tree();
  EXPECT_RULE("R1-7.3.20-8", root.property("ibm,vpd") == nullptr &&
                                 root.property("ibm,loc-code") == nullptr);
  const auto size = cells("ibm,vpd-size");
  ASSERT_EQ(size.size(), 1U);
  EXPECT_RULE("R1-7.3.20-15", size[0] >= vpd("").data.size());
}

}  // namespace
}  // namespace lparsim::firmware
