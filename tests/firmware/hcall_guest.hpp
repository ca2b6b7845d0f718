// A guest that makes hypervisor calls: tokens of LoPAR table 14-2, arguments in registers, areas in
// its own memory.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "guest.hpp"

namespace lparsim::firmware {

class HcallTest : public GuestTest {
 protected:
  static constexpr std::int64_t kSuccess = 0, kBusy = 1, kClosed = 2, kConstrained = 4,
                                kPartial = 5, kHardware = -1, kFunction = -2,
                                kPrivilege = -3, kParameter = -4, kNotFound = -7,
                                kDropped = -12, kResource = -16, kP2 = -55, kP3 = -56,
                                kP4 = -57, kState = -75;

  explicit HcallTest(std::string_view profile = "phyp", PartitionId partition = kDedicated)
      : GuestTest(profile, partition) {}

  std::int64_t hcall(std::uint64_t token, std::initializer_list<std::uint64_t> arguments = {},
                     std::uint32_t server = 0) {
    return hcall_of(id, token, arguments, server);
  }
  std::int64_t hcall_of(PartitionId who, std::uint64_t token,
                        std::initializer_list<std::uint64_t> arguments, std::uint32_t server = 0) {
    r.fill(0x5a5a5a5a5a5a5a5a);
    std::copy(arguments.begin(), arguments.end(), r.begin());
    reply = hypervisor.hcall(who, ServerNumber{server}, token, r, caller);
    return reply.status;
  }
  void script(std::string site, std::string outcome) {
    ScriptedAnswer answer;
    answer.site = std::move(site);
    answer.outcome = std::move(outcome);
    choices = ScriptedChoices({answer});
  }
  // ibm,client-architecture-support that asks for the hot-plug interrupt (OV5 byte 6 bit 5).
  void negotiate_interrupts() {
    CellWriter vector;
    vector.u32(0).u32(0x0f000006).u8(5 - 1);
    for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
    vector.u8(6 - 1);
    vector.u8(0).u8(0x20).u8(0).u8(0).u8(0).u8(0x04);
    hypervisor.client_architecture_support(id, vector.take());
  }
  std::uint64_t cell64(std::size_t at) const { return load_be64(memory.bytes.data() + at); }
  void put16(std::size_t at, std::uint16_t value) { store_be16(memory.bytes.data() + at, value); }
  void put32(std::size_t at, std::uint32_t value) { store_be32(memory.bytes.data() + at, value); }
  void put64(std::size_t at, std::uint64_t value) { store_be64(memory.bytes.data() + at, value); }

  std::array<std::uint64_t, 9> r{};
  HcallReply reply{};
  CallerState caller{};
};

}  // namespace lparsim::firmware
