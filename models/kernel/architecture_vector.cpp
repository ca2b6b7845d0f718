#include "models/kernel/architecture_vector.hpp"

#include <array>

namespace lparsim::kernel {
namespace {

struct Pvr {
  std::uint32_t mask;
  std::uint32_t value;
};

// The last entry ends the list: its value has bits outside the mask.
constexpr std::array kPvrs{
    Pvr{0xffff0000, 0x003f0000},   // POWER7
    Pvr{0xffff0000, 0x004b0000},   // POWER8E
    Pvr{0xffff0000, 0x004d0000},   // POWER8
    Pvr{0xffff0000, 0x004e0000},   // POWER9
    Pvr{0xffff0000, 0x00800000},   // POWER10
    Pvr{0xffffffff, 0x0f000006},   // architecture 3.1
    Pvr{0xffffffff, 0x0f000005},   // 3.00
    Pvr{0xffffffff, 0x0f000004},   // 2.07
    Pvr{0xffffffff, 0x0f000003},   // 2.06
    Pvr{0xfffffffe, 0x0f000001},   // 2.05 and before
};

constexpr std::uint8_t kVectors = 6;
constexpr std::uint32_t kAnywhere = 0xffffffff;
constexpr std::uint32_t kMinimumRmaMb = 512;
constexpr std::uint32_t kMaximumCores = 2048;
constexpr std::uint8_t kMaximumPageTable = 48;   // as a power of two

void vector(CellWriter& out, const Bytes& data) {
  out.u8(static_cast<std::uint8_t>(data.size() - 1)).bytes(data);
}

Bytes option_vector_2() {
  CellWriter out;
  out.u8(0x20).u16(0);                                     // real mode
  for (int i = 0; i < 5; ++i) out.u32(kAnywhere);          // real, virtual and load addresses
  out.u32(kMinimumRmaMb).u32(kAnywhere).u8(0).u8(kMaximumPageTable);
  return out.take();
}

// Positions as in table B-7: byte 0 is the length byte, so data byte k-1 is vector byte k.
Bytes option_vector_5(const KernelLevel& level) {
  struct Row {
    std::size_t byte;
    std::uint8_t value;
  };
  static constexpr std::array kRows{
      Row{2, 0xf3},    // LPAR, SPLPAR, DRCONF, large pages, donate, MSI
      Row{4, 0xc0},    // CMO, XCMO
      Row{5, 0x80},    // form 1
      Row{6, 0x01},    // HPT resize
      Row{17, 0xe0},   // platform facilities
      Row{21, 0x01},   // sub-processors
      Row{23, 0x80},   // XICS or XIVE
      Row{24, 0x40},   // radix
      Row{26, 0x40},   // GTSE
  };
  Bytes data(26);
  for (const Row& row : kRows) data[row.byte - 1] = row.value;
  if (!level.has(Switch::no_hotplug_events)) {
    data[5 - 1] |= 0x40;                   // PRRN
    data[6 - 1] |= 0x04;                   // hot-plug interrupts
  }
  if (!level.has(Switch::no_drc_info)) {
    data[5 - 1] |= 0x20;                   // form 2
    data[22 - 1] |= 0xc0;                  // dynamic-memory-v2, drc-info
  }
  store_be32(&data[9 - 1], kMaximumCores);
  return data;
}

}  // namespace

Bytes linux_architecture_vector(const KernelLevel& level) {
  CellWriter out;
  for (const Pvr& pvr : kPvrs) out.u32(pvr.mask).u32(pvr.value);
  out.u8(kVectors - 1);
  vector(out, {0x00, 0xff, 0xc0});   // all of PPC 2.00 to 2.07, 3.00, 3.1
  vector(out, option_vector_2());
  vector(out, {0x00, 0xe0});         // floating point, VMX, DFP
  vector(out, {0x00, 0x01});         // at least 1 % of a processor
  vector(out, option_vector_5(level));
  vector(out, {0x00, 0x00, 0x02});   // Linux
  return out.take();
}

}  // namespace lparsim::kernel
