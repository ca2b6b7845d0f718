// Error injection (LoPAR 7.3.13): who may, and what it does.
#include "service_guest.hpp"

namespace lparsim::firmware {
namespace {

class Injection : public ServiceGuest {
 protected:
  struct Opened {
    std::int32_t status;
    std::uint32_t token;
  };
  Opened open() {
    memory.write(GuestAddress{kBlock}, CellWriter{}.u32(tokens.at("ibm,open-errinjct")).u32(0)
                                           .u32(2).u32(7).u32(7).take());
    const auto reply = hypervisor.rtas_commit(
        hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock}));
    EXPECT_RULE("R1-7.3.13-1", static_cast<std::int32_t>(output(0, 1)) == reply.status);
    return {reply.status, output(0, 0)};
  }
  std::int32_t close(std::uint32_t token) { return rtas("ibm,close-errinjct", {token}).status; }
  std::int32_t inject_form(std::uint32_t what, std::uint32_t token, const Bytes& form) {
    memory.write(GuestAddress{kBuffer}, form);
    return rtas("ibm,errinjct", {what, token, kBuffer}).status;
  }
  // Configuration address and unit of the partition's PHB, as in the buffer of ioa-bus-error.
  std::array<std::uint32_t, 3> pe() {
    const Node root = tree();
    for (const Node& child : root.children) {
      if (child.name.rfind("pci@", 0) != 0) continue;
      const std::uint64_t unit = load_be64(child.property("reg")->value.data());
      return {load_be32(child.children.at(0).property("reg")->value.data()),
              static_cast<std::uint32_t>(unit >> 32), static_cast<std::uint32_t>(unit)};
    }
    return {};
  }
  Bytes bus_error(std::uint32_t function, std::uint32_t other_phb = 0) {
    const auto [address, high, low] = pe();
    return CellWriter{}.u32(0).u32(0).u32(address).u32(high).u32(low + other_phb).u32(function)
        .take();
  }
  std::uint32_t pe_state() {
    const auto [address, high, low] = pe();
    return rtas("ibm,read-slot-reset-state2", {address, high, low}, 5).value;
  }
  std::int32_t inject(std::uint32_t what, std::uint32_t token, std::uint32_t kind = 1,
                      std::uint32_t buffer = kBuffer) {
    memory.write(GuestAddress{kBuffer}, CellWriter{}.u32(kind).take());
    return rtas("ibm,errinjct", {what, token, buffer}).status;
  }
};

TEST_F(Injection, IsInOnePartitionWhichThePlatformNames) {
  const auto offered = [&] {
    const Node root = tree();
    return std::pair{rtas_property(root, "ibm,open-errinjct") != nullptr,
                     rtas_property(root, "ibm,errinjct-tokens") != nullptr};
  };
  const std::uint32_t token = open().token;
  hypervisor.set_error_injection(kShared);
  EXPECT_RULE("R1-7.3.13-14", open().status == -5 && inject(3, token) == -4 && close(token) == -4);
  TestMemory theirs{1U << 20};
  ASSERT_EQ(hypervisor.power_on(kShared, theirs).status, AssignStatus::done);
  hypervisor.client_architecture_support(kShared, {});
  const auto shared = unflatten(hypervisor.flattened_tree(kShared));
  EXPECT_RULE("R1-14.10-34", shared->find("/rtas")->property("ibm,open-errinjct") != nullptr &&
                                 shared->find("/rtas")->property("ibm,errinjct-tokens") != nullptr);
  hypervisor.power_off(id);
  const auto known = tokens;
  boot();
  EXPECT_RULE("R1-14.10-34", (offered() == std::pair{false, false}));
  tokens = known;                    // who calls all the same
  EXPECT_RULE("R1-14.10-34", open().status == -3 && inject(3, token) == -3 && close(token) == -3);
  hypervisor.set_error_injection(id);
  EXPECT_EQ(open().status, -3) << "from its next boot on";
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-14.10-34", (offered() == std::pair{true, true} && open().status == 0));
}

TEST_F(Injection, ABusErrorStopsAPeOfTheCallers) {
  constexpr std::uint32_t kBusError = 7;
  const std::uint32_t token = open().token;
  EXPECT_RULE("R1-7.3.13-13", inject_form(kBusError, token, bus_error(20)) == -3) << "function";
  EXPECT_RULE("R1-7.3.13-13", inject_form(kBusError, token, bus_error(0, 1)) == -3) << "no PHB";
  EXPECT_EQ(pe_state(), 0U);
  EXPECT_RULE("R1-7.3.13-13", inject_form(kBusError, token, bus_error(19)) == 0);
  EXPECT_RULE("R1-7.3.13-13", pe_state() != 0) << "stopped";
}

TEST_F(Injection, HasOneOpenerWhoseTokenCounts) {
  EXPECT_RULE("R1-7.3.13-5", close(1) == -4);
  EXPECT_RULE("R1-7.3.13-7", inject(3, 1) == -4);
  const Opened first = open();
  ASSERT_EQ(first.status, 0);
  EXPECT_RULE("R1-7.3.13-3", open().status == -4);
  EXPECT_RULE("R1-7.3.13-7", inject(3, first.token + 1) == -4);
  EXPECT_RULE("R1-7.3.13-5", close(first.token + 1) == -4);
  EXPECT_RULE("R1-7.3.13-2", inject(3, first.token) == 0);
  EXPECT_RULE("R1-7.3.13-4", close(first.token) == 0);
  EXPECT_EQ(close(first.token), -4) << "twice";
  const Opened second = open();
  EXPECT_RULE("R1-7.3.13-2", second.status == 0 && second.token != first.token);
  EXPECT_EQ(inject(3, first.token), -4) << "the old token";
  hypervisor.power_off(id);
  boot();
  EXPECT_EQ(open().status, 0) << "closed by the restart";
}

TEST_F(Injection, ARecoveredEventIsOneLogOfNoHarm) {
  const std::uint32_t token = open().token;
  EXPECT_RULE("R1-7.3.13-6", inject(3, token) == 0);
  EXPECT_RULE("R1-7.3.13-18", hypervisor.undelivered_events(id) == 1);
  EXPECT_RULE("R1-7.3.13-15",
              rtas("event-scan", {0x8000'0000, 0, kBuffer, 2048}).status == 0 &&
                  (memory.cell(kBuffer) >> 24) == 6 && (memory.cell(kBuffer) >> 19 & 3) == 0);
  EXPECT_EQ(rtas("event-scan", {0x8000'0000, 0, kBuffer, 2048}).status, 1);
  EXPECT_EQ(inject(2, token), 0);
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-7.3.13-10", inject(3, token, 3) == -3 && inject(3, token, 0) == -3);
  for (const std::uint32_t what : {0U, 1U, 4U, 5U, 7U, 8U, 15U, 0xffffffffU}) {
    EXPECT_RULE("R1-7.3.13-6", inject(what, token) == -3) << what;
  }
  EXPECT_EQ(inject(3, token, 1, 0xfffffc00), -3);
  EXPECT_EQ(inject(3, token, 1, kBuffer + 4), -3) << "not on 1024 bytes";
  EXPECT_TRUE(hypervisor.is_in(*before));
}

TEST_F(Injection, TheTreeNamesWhatCanBeInjected) {
  const Node root = tree();
  const Property* property = rtas_property(root, "ibm,errinjct-tokens");
  ASSERT_NE(property, nullptr);
  CellReader reader(property->value);
  const std::uint32_t token = open().token;
  int found = 0;
  while (reader.left() > 0) {
    const std::string name(reader.str());
    const std::uint32_t what = reader.u32();
    EXPECT_RULE("R1-7.3.13-9",
                name == "recovered-random-event" || name == "recovered-special-event" ||
                    name == "ioa-bus-error");
    const auto form = name == "ioa-bus-error" ? bus_error(0) : CellWriter{}.u32(1).take();
    EXPECT_RULE("R1-7.3.13-8", inject_form(what, token, form) == 0) << name;
    ++found;
  }
  EXPECT_EQ(found, 3);
}

TEST_F(Injection, ThatIsNotEnabledIsAScriptedAnswer) {
  choices = ScriptedChoices({{"rtas.ibm,open-errinjct", id, true, 0, 1, 1, "not_enabled", ""}});
  EXPECT_EQ(open().status, -5);
  EXPECT_EQ(open().status, 0);
}

}  // namespace
}  // namespace lparsim::firmware
