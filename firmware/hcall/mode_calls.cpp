// Registers and modes of the processor that belong to the hypervisor: H_SET_SPRG0, H_SET_DABR,
// H_SET_XDABR, H_SET_MODE, H_PERFMON (LoPAR 14.5.4.3, 14.5.4.9).
#include <algorithm>
#include <bit>

#include "firmware/hcall/hcalls.hpp"

namespace lparsim::firmware {
namespace {

HcallThread& own_thread(HcallFrame& frame) {
  return hcall_thread(frame.state(), frame.server.value);
}

std::int64_t h_set_sprg0(HcallFrame& frame) {
  own_thread(frame).sprg0 = frame.r[0];
  return kHSuccess;
}

// 14.5.4.3.2: without the extended facility the translation bit must be one.
std::int64_t h_set_dabr(HcallFrame& frame) {
  constexpr std::uint64_t kTranslation = 4;
  if ((frame.r[0] & kTranslation) == 0) return kHReservedDabr;
  own_thread(frame).dabr = frame.r[0];
  return kHSuccess;
}

std::int64_t h_set_xdabr(HcallFrame& frame) {
  constexpr std::uint64_t kPrivilege = 3, kDefined = 0xb;   // bit 60 enables, 62:63 who is watched
  if ((frame.r[1] & ~kDefined) != 0 || (frame.r[1] & kPrivilege) == 0) return kHParameter;
  own_thread(frame).dabr = frame.r[0];
  own_thread(frame).dabrx = frame.r[1];
  return kHSuccess;
}

// -256 minus the position of the highest flag that is not supported (table 14-5).
std::int64_t unsupported_flag(const HcallFrame& frame, std::uint64_t flags) {
  if (!frame.core.profile.hcall.flag_position_told) return kHUnsupportedFlag;
  return kHUnsupportedFlag - std::countl_zero(flags);
}

std::int64_t set_breakpoint(HcallFrame& frame) {
  if (frame.r[0] != 0) return unsupported_flag(frame, frame.r[0]);
  constexpr std::uint64_t kPrivilege = 3, kHypervisor = 3;
  if ((frame.r[2] & kPrivilege) == kHypervisor) return kHP3;
  if (frame.r[3] != 0) return kHP4;
  own_thread(frame).breakpoint = frame.r[2];
  return kHSuccess;
}

std::int64_t set_watchpoint(HcallFrame& frame) {
  if (frame.r[0] != 0) return unsupported_flag(frame, frame.r[0]);
  constexpr std::uint64_t kDoubleword = 7, kHypervisor = 4, kConditions = 0xffff;
  if ((frame.r[2] & kDoubleword) != 0) return kHP3;
  if ((frame.r[3] & ~kConditions) != 0 || (frame.r[3] & kHypervisor) != 0) return kHP4;
  own_thread(frame).watchpoint = frame.r[2];
  own_thread(frame).watch_conditions = frame.r[3];
  return kHSuccess;
}

std::int64_t set_interrupt_location(HcallFrame& frame) {
  constexpr std::uint64_t kReserved = 1, kLast = 3;
  if (frame.r[0] == kReserved || frame.r[0] > kLast) return unsupported_flag(frame, frame.r[0]);
  if (frame.r[2] != 0) return kHP3;
  if (frame.r[3] != 0) return kHP4;
  frame.state().hcalls.interrupt_location = static_cast<std::uint8_t>(frame.r[0]);
  return kHSuccess;
}

std::int64_t set_endian(HcallFrame& frame) {
  if (frame.r[0] > 1) return unsupported_flag(frame, frame.r[0]);
  if (frame.r[2] != 0) return kHP3;
  if (frame.r[3] != 0) return kHP4;
  frame.state().hcalls.little_endian = frame.r[0] == 1;
  return kHSuccess;
}

std::int64_t h_set_mode(HcallFrame& frame) {
  // Resources 1 to 4. QEMU knows the last two only.
  constexpr std::array<std::int64_t (*)(HcallFrame&), 4> kResources{
      set_breakpoint, set_watchpoint, set_interrupt_location, set_endian};
  const std::uint64_t least = frame.core.profile.hcall.debug_registers ? 1 : 3;
  if (frame.r[1] < least || frame.r[1] > kResources.size()) return kHP2;
  return kResources[frame.r[1] - 1](frame);
}

// 14.5.4.9.1: bit 0 enables, bit 1 asks for the high threshold granularity of an enabled monitor.
std::int64_t h_perfmon(HcallFrame& frame) {
  constexpr std::uint64_t kEnable = 1ULL << 63, kHighThreshold = 1ULL << 62,
                          kDefined = kEnable | kHighThreshold;
  if (((frame.r[0] | frame.r[1]) & ~kDefined) != 0) return kHParameter;
  if ((frame.r[0] & frame.r[1]) != 0) return kHParameter;
  std::uint64_t& modes = frame.state().hcalls.perfmon_modes;
  const std::uint64_t wanted = (modes | frame.r[0]) & ~frame.r[1];
  if ((frame.r[0] & kHighThreshold) != 0 && (wanted & kEnable) == 0) return kHResource;
  modes = wanted;
  frame.r[0] = modes;
  return kHSuccess;
}

constexpr auto& kSetMode =
    kHcallOutcomes<kHUnsupportedFlag, kHP2, kHP3, kHP4, kHLongBusy10ms>;
constexpr auto& kPerfmon = kHcallOutcomes<kHParameter, kHBusy, kHResource>;
constexpr std::array kRows{
    HcallRow{"hcall.H_SET_SPRG0", 0x24, "hcall-sprg0", h_set_sprg0, kHcallOutcomes<>},
    HcallRow{"hcall.H_SET_DABR", 0x28, "hcall-dabr", h_set_dabr, kHcallOutcomes<kHReservedDabr>},
    HcallRow{"hcall.H_PERFMON", 0x7c, "hcall-perfmon", h_perfmon, kPerfmon},
    HcallRow{"hcall.H_SET_XDABR", 0x134, "hcall-xdabr", h_set_xdabr, kHcallOutcomes<kHParameter>},
    HcallRow{"hcall.H_SET_MODE", 0x31c, "hcall-set-mode", h_set_mode, kSetMode},
};

}  // namespace

std::span<const HcallRow> mode_rows() { return kRows; }

}  // namespace lparsim::firmware
