// H_REGISTER_VPA: virtual processor area, dispatch trace log and SLB shadow buffer of a hardware
// thread (LoPAR 14.11.3.2). All three lie in the partition's memory.
#include <algorithm>

#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/sharing.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kCacheLine = 128, kSizeOffset = 4;
constexpr std::uint32_t kVpaBytes = 640, kLogEntryBytes = 48;
constexpr std::uint32_t kShadowHeader = 8;

struct AreaCall {
  HcallFrame& frame;
  std::uint32_t server;
  std::uint64_t address;
  HcallThread& thread;
};

// What only the platform writes: change counters, dispatch counters, wait times, log index.
void initialize_vpa(AreaCall& call) {
  constexpr std::array<std::pair<std::uint64_t, std::size_t>, 3> kZeroed{
      std::pair{0x58ULL, 8UL}, std::pair{0x104ULL, 0x6cUL}, std::pair{0x218ULL, 8UL}};
  Core& core = call.frame.core;
  for (const auto& [offset, bytes] : kZeroed) {
    write_guest(core, call.frame.partition, call.address + offset, Bytes(bytes, 0));
  }
  write_guest32(core, call.frame.partition, call.address + 0x100, call.thread.dispatches);
}

std::int64_t register_vpa(AreaCall& call) {
  const auto bytes =
      read_guest16(call.frame.core, call.frame.partition, call.address + kSizeOffset);
  if (!bytes || *bytes < kVpaBytes || !within_page(call.address, *bytes)) return kHParameter;
  call.thread.vpa = RegisteredArea{call.address, *bytes};
  initialize_vpa(call);
  return kHSuccess;
}

std::int64_t register_log(AreaCall& call) {
  Core& core = call.frame.core;
  const auto bytes = read_guest32(core, call.frame.partition, call.address + kSizeOffset);
  if (!bytes || *bytes < kLogEntryBytes ||
      !memory_usable(core, call.frame.partition, call.address, *bytes)) {
    return kHParameter;
  }
  if (!call.thread.vpa) return kHResource;
  call.thread.dispatch_log =
      RegisteredArea{call.address, *bytes - *bytes % kLogEntryBytes};
  call.thread.log_entries = 0;
  write_guest64(core, call.frame.partition, call.thread.vpa->address + 0x218, 0);
  return kHSuccess;
}

std::int64_t register_shadow(AreaCall& call) {
  const auto bytes =
      read_guest32(call.frame.core, call.frame.partition, call.address + kSizeOffset);
  if (!bytes || *bytes < kShadowHeader || !within_page(call.address, *bytes)) return kHParameter;
  if (!call.thread.vpa) return kHResource;
  call.thread.slb_shadow = RegisteredArea{call.address, *bytes};
  return kHSuccess;
}

std::int64_t drop_vpa(AreaCall& call) {
  if (call.thread.dispatch_log || call.thread.slb_shadow) return kHResource;
  call.thread.vpa.reset();
  return kHSuccess;
}

std::int64_t drop_log(AreaCall& call) {
  call.thread.dispatch_log.reset();
  return kHSuccess;
}

std::int64_t drop_shadow(AreaCall& call) {
  call.thread.slb_shadow.reset();
  return kHSuccess;
}

struct Subfunction {
  std::uint64_t code;                // flags bits 16:23
  bool registers;                    // the address matters
  bool own_thread_only;              // H_STATE for a running thread that is not the caller
  std::int64_t (*action)(AreaCall&);
};
constexpr std::array kSubfunctions{
    Subfunction{0x20, true, true, register_vpa},  Subfunction{0x40, true, false, register_log},
    Subfunction{0x60, true, true, register_shadow}, Subfunction{0xa0, false, true, drop_vpa},
    Subfunction{0xc0, false, false, drop_log},    Subfunction{0xe0, false, true, drop_shadow},
};

std::int64_t h_register_vpa(HcallFrame& frame) {
  const std::uint64_t code = frame.r[0] >> 40 & 0xff;
  const auto* const subfunction =
      std::find_if(kSubfunctions.begin(), kSubfunctions.end(),
                   [&](const Subfunction& s) { return s.code == code; });
  if (subfunction == kSubfunctions.end()) return kHParameter;
  PartitionState& p = frame.state();
  if (!owns_thread(frame.core, p, frame.r[1])) return kHParameter;
  const auto server = static_cast<std::uint32_t>(frame.r[1]);
  AreaCall call{frame, server, frame.r[2], hcall_thread(p, server)};
  if (subfunction->registers) {
    if (call.address % kCacheLine != 0) return kHParameter;
    if (!memory_usable(frame.core, frame.partition, call.address, kCacheLine)) {
      return bad_address(frame.core, frame.partition, call.address, kCacheLine);
    }
  }
  const bool other_runs =
      server != frame.server.value && p.threads[server] == ThreadState::running;
  if (subfunction->own_thread_only && other_runs) return kHState;
  return subfunction->action(call);
}

constexpr auto& kOutcomes =
    kHcallOutcomes<kHParameter, kHRescinded, kHResource, kHMLengthParm, kHState>;
constexpr std::array kRows{
    HcallRow{"hcall.H_REGISTER_VPA", 0xdc, "hcall-splpar", h_register_vpa, kOutcomes},
};

}  // namespace

std::span<const HcallRow> area_rows() { return kRows; }

}  // namespace lparsim::firmware
