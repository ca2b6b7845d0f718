// Every hypervisor call with registers that no sane kernel would use: a documented status (LoPAR
// table 14-2), nothing written outside the caller's memory, a state that agrees with itself.
#include <map>
#include <set>

#include "sim/base/random.hpp"
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

struct Documented {
  std::uint64_t token;
  std::string_view set;
  std::vector<std::int64_t> statuses;   // besides H_Success, H_Hardware, H_Function, H_Privilege
};

// HCALLS.md 3, for the calls that are modelled.
const std::vector<Documented>& documented() {
  static const std::vector<Documented> kCalls{
      {0x4, "hcall-pft", {-4, -7}},           {0x8, "hcall-pft", {-64, -4, -6, -46}},
      {0xc, "hcall-pft", {-4}},               {0x10, "hcall-pft", {-4, -7}},
      {0x14, "hcall-pft", {-4, -7}},          {0x18, "hcall-pft", {-4, -7}},
      {0x1c, "hcall-tce", {5, -4}},           {0x20, "hcall-tce", {-4, -46}},
      {0x24, "hcall-sprg0", {}},              {0x2c, "hcall-copy", {-4, -46}},
      {0x3c, "hcall-debug", {-4}},            {0x40, "hcall-debug", {-4}},
      {0x54, "hcall-term", {2, -4}},          {0x58, "hcall-term", {1, 2, -4}},
      {0x64, "hcall-interrupt", {-4}},        {0x68, "hcall-interrupt", {}},
      {0x6c, "hcall-interrupt", {-4}},        {0x70, "hcall-interrupt", {-4}},
      {0x74, "hcall-interrupt", {}},          {0x78, "hcall-migrate", {-4, -46}},
      {0x7c, "hcall-perfmon", {-4, -16}},     {0xdc, "hcall-splpar", {-4, -16, -75, -46}},
      {0xe0, "hcall-splpar", {}},             {0xe4, "hcall-splpar", {-4}},
      {0xe8, "hcall-splpar", {-4}},           {0xec, "hcall-splpar", {}},
      {0xf0, "hcall-splpar", {-4, 4}},        {0xf4, "hcall-splpar", {}},
      {0xf8, "hcall-pic", {-10}},             {0xfc, "hcall-crq", {-4, -7, 2, -16}},
      {0x100, "hcall-crq", {-4}},             {0x104, "hcall-vio", {-4}},
      {0x108, "hcall-crq", {-4, -12, 2}},     {0x10c, "hcall-rdma", {-4, -15, -16, -77}},
      {0x110, "hcall-rdma", {-4, -13, -14, -11}},
      {0x114, "hcall-lLAN", {-4}},            {0x118, "hcall-lLAN", {-4}},
      {0x11c, "hcall-lLAN", {-4, -16}},       {0x120, "hcall-lLAN", {-4, -12}},
      {0x124, "hcall-bulk", {-4}},            {0x128, "hcall-rdma", {-4, -14, -11}},
      {0x12c, "hcall-rdma", {-4, -13, -11}},  {0x130, "hcall-lLAN", {-4, 4, -7}},
      {0x138, "hcall-multi-tce", {-4, -57, -46}},  {0x13c, "hcall-multi-tce", {-4, -46}},
      {0x140, "hcall-multi-tce", {-4, -15, -16, -77}},
      {0x14c, "hcall-ILAN", {-4}},            {0x150, "hcall-vty", {-4}},
      {0x154, "hcall-vty", {-4}},             {0x158, "hcall-vty", {-4}},
      {0x1c4, "hcall-slr", {-4, -9, -11, -46}}, {0x1c8, "hcall-slr", {-4, 5, -16}},
      {0x1cc, "hcall-slr", {-4, -46}},        {0x1d0, "hcall-slr", {-4, -16}},
      {0x1d4, "hcall-lLAN", {-4, -7}},        {0x1d8, "hcall-poll-pending", {17}},
      {0x244, "hcall-illan-options", {-4, 4}}, {0x24c, "hcall-rdma", {-4}},
      {0x2a8, "hcall-vioctl", {-4, 4, -7, 2}}, {0x2b0, "hcall-suspend", {-4}},
      {0x2bc, "hcall-cmo", {-10}},            {0x2d0, "hcall-cmo", {4, -4}},
      {0x2d4, "hcall-cmo", {}},               {0x2d8, "hcall-cmo", {-10, -4}},
      {0x2dc, "hcall-sub-crq", {-4, -7, 2, -16}}, {0x2e0, "hcall-sub-crq", {-4}},
      {0x2e4, "hcall-sub-crq", {-4, -12, 2}}, {0x2e8, "hcall-sub-crq", {-4, -12, 2}},
      {0x2ec, "hcall-vphn", {-4, -55}},       {0x2fc, "hcall-interrupt", {}},
      {0x31c, "hcall-set-mode", {-55, -56, -57}},
      {0x324, "hcall-xlates-limited", {-4, -55, -56, -57, -58, 5, 15}},
      {0x328, "hcall-block-remove", {5, -4}}, {0x358, "hcall-clr-hpt", {}},
  };
  return kCalls;
}

bool allowed(const Documented& call, std::int64_t status) {
  const bool flag = status <= -256 && status >= -511 && call.token == 0x31c;
  return status == 0 || status == -1 || status == -2 || flag ||
         std::find(call.statuses.begin(), call.statuses.end(), status) != call.statuses.end();
}

class HcallNoise : public VioTest {
 protected:
  // Numbers that get past the first checks, and some that do not.
  std::uint64_t likely(Random& random) {
    static constexpr std::uint64_t kLikely[] = {
        0, 1, 2, 3, 7, 16, 64, 100, 128, 255, 256, 512, 513, 4096, 0x1000, 0x2000, 0x10000,
        0x10010, 0x20000, 0xff000, 0xfffff, 0x100000, kUnit, kUnit + 1, kUnit + 2, kUnit + 3,
        kUnit + 5, kUnit + 6, kUnit + 13, kUnit + 14, kPane + 2, kPane + 3, kPane + 13,
        kSecondPane + 13, 0x80000018, 1ULL << 45, 2ULL << 45, 3ULL << 45, 5ULL << 45, 6ULL << 45,
        1ULL << 39, 1ULL << 31, 1ULL << 15, 1ULL << 62, 3ULL << 62, 0x80ULL << 56, 0xc0ULL << 56,
        0x10003, 0x20001, 0x10010, 1ULL << 63 | 64ULL << 32 | 0x10000, ~0ULL, 0x2003, 0xff002003,
        1ULL << 28, 8ULL << 28, (8ULL << 28) - 0x1000, 16ULL << 28, (16ULL << 28) + 0x1000,
        1ULL << 40, 2ULL << 40, kUnit + 13};
    if (random.below(5) == 0) return random.next();
    return kLikely[random.below(std::size(kLikely))];
  }
  void call_anything(Random& random, PartitionId id, int round) {
    const Documented& row = documented()[random.below(documented().size())];
    for (std::uint64_t& value : r) value = likely(random);
    const auto server = static_cast<std::uint32_t>(random.below(3) == 0 ? random.below(20) : 0);
    clock.advance(std::chrono::microseconds{random.below(1000)});
    const auto reply = hypervisor.hcall(id, ServerNumber{server}, row.token, r);
    ++seen[reply.status == 0];
    ASSERT_TRUE(allowed(row, reply.status))
        << std::hex << row.token << " answered " << std::dec << reply.status << " in " << round;
  }
  std::map<bool, std::size_t> seen;
};

TEST_F(HcallNoise, OfOnePartitionStaysInItsMemory) {
  Random random(314159);
  for (std::uint8_t& byte : memory(kServer).bytes) byte = static_cast<std::uint8_t>(random.next());
  const Bytes before = memory(kServer).bytes;
  for (int round = 0; round < 20'000; ++round) {
    call_anything(random, kClient, round);
    if (HasFatalFailure()) return;
  }
  EXPECT_RULE("R1-14.5.3-9", memory(kServer).bytes == before);
  EXPECT_GT(seen[true], 2000U) << "the noise must get somewhere";
  EXPECT_GT(seen[false], 2000U);
  expect_sound();
}

TEST_F(HcallNoise, OfBothPartitionsLeavesASoundState) {
  Random random(271828);
  for (const PartitionId id : {kClient, kServer}) {
    map(id, id == kClient ? 3 : 13, 0x10000, 16);
    map(id, 2, 0x10000, 16);
  }
  for (int round = 0; round < 20'000; ++round) {
    call_anything(random, random.below(2) == 0 ? kClient : kServer, round);
    if (HasFatalFailure()) return;
    if (round % 5000 != 4999) continue;
    const auto taken = hypervisor.snapshot();
    hypervisor.power_off(round % 10'000 == 4999 ? kServer : kClient);
    expect_sound();
    hypervisor.restore(taken);
  }
  EXPECT_GT(seen[true], 2000U);
  hypervisor.power_off(kClient);
  hypervisor.power_off(kServer);
  expect_sound();
}

TEST_F(HcallNoise, UnknownFunctionsAreRefused) {
  std::set<std::uint64_t> known{0x298, 0x29c, 0x2a0, 0x2a4};   // of suspension
  for (const Documented& row : documented()) known.insert(row.token);
  for (std::uint64_t token = 0; token < 0x500; ++token) {
    if (known.contains(token)) continue;
    EXPECT_EQ(call(kServer, token, {}), -2) << std::hex << token;
  }
  EXPECT_EQ(call(kServer, ~0ULL, {}), -2);
}

TEST_F(HcallNoise, EveryMemberOfAnAnnouncedSetWorks) {
  const auto tree = unflatten(hypervisor.flattened_tree(kServer));
  ASSERT_TRUE(tree.has_value());
  const Property* list = tree->find("/rtas")->property("ibm,hypertas-functions");
  ASSERT_NE(list, nullptr);
  std::set<std::string> announced;
  CellReader reader(list->value);
  while (reader.left() > 0) announced.insert(std::string(reader.str()));
  EXPECT_RULE("R1-14.5.3-1", announced.contains("hcall-pft"));
  EXPECT_RULE("R1-14.11.5.1-2",
              announced.contains("hcall-join") && announced.contains("hcall-splpar"));
  std::set<std::string> with_members{"hcall-join", "hcall-vasi"};
  for (const Documented& row : documented()) {
    EXPECT_TRUE(announced.contains(std::string(row.set))) << row.set;
    EXPECT_RULE("R1-14.5.3-2", call(kServer, row.token, {}) != -2) << std::hex << row.token;
    with_members.insert(std::string(row.set));
  }
  EXPECT_RULE("R1-14.5.3-2", announced == with_members) << "no set without its calls";
}

}  // namespace
}  // namespace lparsim::firmware
