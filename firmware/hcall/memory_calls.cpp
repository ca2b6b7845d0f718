// Pages and memory shares: H_PAGE_INIT, H_LOGICAL_CI_LOAD, H_LOGICAL_CI_STORE, H_GET_MPP, H_SET_MPP
// (LoPAR 14.5.4.3.3, 14.5.4.4, 14.12.3).
#include <algorithm>

#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/sharing.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

// H_Success: the partition may use the page.
std::int64_t own_page(const HcallFrame& frame, std::uint64_t address) {
  if (address % kPageBytes != 0) return kHParameter;
  if (memory_usable(frame.core, frame.partition, address, kPageBytes)) return kHSuccess;
  return bad_address(frame.core, frame.partition, address, kPageBytes);
}

// Memory above the real-mode area has no bytes: what is written there is not kept, and reads as 0.
std::int64_t h_page_init(HcallFrame& frame) {
  constexpr std::uint64_t kZero = 1ULL << 15, kCopy = 1ULL << 14;
  const std::uint64_t flags = frame.r[0];
  if (const auto status = own_page(frame, frame.r[1])) return status;
  if ((flags & kCopy) != 0) {
    if (const auto status = own_page(frame, frame.r[2])) return status;
  }
  Bytes page(kPageBytes, 0);
  if ((flags & kCopy) != 0) read_guest(frame.core, frame.partition, frame.r[2], page);
  if ((flags & (kZero | kCopy)) != 0) {
    write_guest(frame.core, frame.partition, frame.r[1], page);
  }
  return kHSuccess;
}

bool access_size(std::uint64_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

// Cache-inhibited storage only; no device answers there, so that loads read all ones. QEMU lets
// the caller reach its memory, too.
std::int64_t check_inhibited(const HcallFrame& frame, bool& memory) {
  const std::uint64_t size = frame.r[0], address = frame.r[1];
  if (!access_size(size) || address % size != 0) return kHParameter;
  memory = frame.core.profile.hcall.inhibited_reaches_memory &&
           memory_usable(frame.core, frame.partition, address, size);
  if (memory || io_space(frame.core, frame.state(), address, size)) return kHSuccess;
  return kHParameter;
}

std::int64_t h_logical_ci_load(HcallFrame& frame) {
  bool memory = false;
  if (const auto status = check_inhibited(frame, memory); status != kHSuccess) return status;
  const std::uint64_t size = frame.r[0];
  std::array<std::uint8_t, 8> bytes{};
  bytes.fill(memory ? 0 : 0xff);
  const auto low = std::span(bytes).last(size);
  std::fill_n(bytes.begin(), 8 - size, std::uint8_t{0});
  if (memory) read_guest(frame.core, frame.partition, frame.r[1], low);
  frame.r[0] = load_be64(bytes.data());
  return kHSuccess;
}

std::int64_t h_logical_ci_store(HcallFrame& frame) {
  bool memory = false;
  if (const auto status = check_inhibited(frame, memory); status != kHSuccess) return status;
  std::array<std::uint8_t, 8> bytes{};
  store_be64(bytes.data(), frame.r[2]);
  if (memory) {
    write_guest(frame.core, frame.partition, frame.r[1], std::span(bytes).last(frame.r[0]));
  }
  return kHSuccess;
}

std::uint64_t logical_bytes(const HcallFrame& frame) {
  return count_owned(frame.state().lmbs) * frame.core.platform.lmb_bytes;
}

// Pages that devices of the partition may reach.
std::uint64_t mapped_bytes(const PartitionState& p) {
  std::uint64_t bytes = 0;
  for (const TceTable& window : p.hcalls.tce_tables) {
    bytes += window.entries.size() << window.page_shift;
  }
  return bytes;
}

// All memory of a shared pool is the machine's; the pool's size is what is configurable.
std::int64_t h_get_mpp(HcallFrame& frame) {
  constexpr std::uint64_t kNotApplicable = ~std::uint64_t{0};
  const PartitionState& p = frame.state();
  const MemoryShare& share = p.config.memory;
  const std::uint64_t group = std::uint64_t{p.config.id.value} << 16;
  const std::uint64_t bytes = logical_bytes(frame);
  if (!share.shared) {
    frame.r = {bytes, kNotApplicable, group | 0xffff, 0, kNotApplicable, 0, bytes, frame.r[7],
               frame.r[8]};
    return kHSuccess;
  }
  const std::uint64_t entitled = p.hcalls.mapping_entitlement;
  const std::uint64_t unallocated = (share.entitled_bytes - entitled) / kPageBytes;
  const std::uint64_t weight = p.hcalls.memory_weight;
  const std::uint64_t spare_weight = share.weight - weight;
  const std::uint64_t pool_bytes =
      frame.core.platform.configurable_lmbs * frame.core.platform.lmb_bytes;
  frame.r = {entitled,
             mapped_bytes(p),
             group | share.pool_id,
             weight << 56 | spare_weight << 48 | unallocated,
             pool_bytes,
             0,
             bytes,
             frame.r[7],
             frame.r[8]};
  return kHSuccess;
}

// R1-14.12.3.4-3: a weight beyond 255 is refused; within the configured maxima all is granted.
std::int64_t h_set_mpp(HcallFrame& frame) {
  PartitionState& p = frame.state();
  if (frame.r[1] > 255) return kHParameter;
  const MemoryShare& share = p.config.memory;
  if (!share.shared) return kHConstrained;   // a dedicated partition has what it has
  const std::uint64_t least = (mapped_bytes(p) + kPageBytes - 1) & ~(kPageBytes - 1);
  const std::uint64_t most = std::max(share.entitled_bytes, least);
  const std::uint64_t entitled = std::clamp(frame.r[0] & ~(kPageBytes - 1), least, most);
  const std::uint64_t weight = std::min<std::uint64_t>(frame.r[1], share.weight);
  const bool exact = entitled == (frame.r[0] & ~(kPageBytes - 1)) && weight == frame.r[1];
  p.hcalls.mapping_entitlement = std::min(entitled, share.entitled_bytes);
  p.hcalls.memory_weight = static_cast<std::uint8_t>(weight);
  return exact ? kHSuccess : kHConstrained;
}

// Pool statistics and diagnostics need an authority that no partition of this model has.
std::int64_t no_authority(HcallFrame&) { return kHAuthority; }

constexpr auto& kInit = kHcallOutcomes<kHParameter, kHRescinded>;
constexpr auto& kParameterOnly = kHcallOutcomes<kHParameter>;
constexpr auto& kSetMpp = kHcallOutcomes<kHParameter, kHConstrained>;
constexpr std::array kRows{
    HcallRow{"hcall.H_PAGE_INIT", 0x2c, "hcall-copy", h_page_init, kInit},
    HcallRow{"hcall.H_LOGICAL_CI_LOAD", 0x3c, "hcall-debug", h_logical_ci_load, kParameterOnly},
    HcallRow{"hcall.H_LOGICAL_CI_STORE", 0x40, "hcall-debug", h_logical_ci_store, kParameterOnly},
    HcallRow{"hcall.H_VPM_PSTAT", 0x2bc, "hcall-cmo", no_authority, kHcallOutcomes<kHAuthority>},
    HcallRow{"hcall.H_SET_MPP", 0x2d0, "hcall-cmo", h_set_mpp, kSetMpp},
    HcallRow{"hcall.H_GET_MPP", 0x2d4, "hcall-cmo", h_get_mpp, kHcallOutcomes<>},
    HcallRow{"hcall.H_MO_PERF", 0x2d8, "hcall-cmo", no_authority, kHcallOutcomes<kHAuthority>},
};

}  // namespace

std::span<const HcallRow> memory_rows() { return kRows; }

}  // namespace lparsim::firmware
