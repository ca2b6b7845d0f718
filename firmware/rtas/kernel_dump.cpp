#include "firmware/rtas/kernel_dump.hpp"

#include <algorithm>

#include "firmware/rtas/buffers.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kAlreadyRegistered = -9, kDumpActive = -10;
constexpr std::size_t kHeader = 0x28, kSection = 40;
constexpr std::uint16_t kPerformed = 0x8000, kErrorOccurred = 0x2000;

// Offsets in the structure and in a section of it.
constexpr std::size_t kVersion = 0, kSections = 4, kFlags = 6, kFirstSection = 8, kBlockBytes = 12;
constexpr std::size_t kRequest = 0, kType = 4, kErrors = 6, kSource = 8, kLength = 16, kDumped = 24,
                      kDestination = 32;
enum SectionType : std::uint16_t { cpu_state = 1, page_table = 2, real_mode_region = 0x11 };

struct SectionsAt {
  std::size_t first = 0, count = 0;
};

// Where the sections are; nullopt: not a structure that we take (version 1, no disk, sections
// inside of it).
std::optional<SectionsAt> sections_of(const Bytes& dump) {
  if (dump.size() < kHeader || load_be32(&dump[kVersion]) != 1) return std::nullopt;
  const SectionsAt at{load_be32(&dump[kFirstSection]), load_be16(&dump[kSections])};
  const bool inside = at.first >= kHeader && at.count > 0 && at.first <= dump.size() &&
                      at.count <= (dump.size() - at.first) / kSection;
  const bool to_disk = load_be32(&dump[kBlockBytes]) != 0;
  const bool fresh = load_be16(&dump[kFlags]) == 0;
  return inside && !to_disk && fresh ? std::optional{at} : std::nullopt;
}

// Room for what is copied, in memory that the partition has.
bool acceptable(const CallFrame& frame, const std::uint8_t* section) {
  constexpr std::uint32_t kCopy = 1;
  const std::uint16_t type = load_be16(section + kType);
  const std::uint64_t length = load_be64(section + kLength);
  const auto usable = [&](std::uint64_t address) {
    return memory_usable(frame.core, frame.partition, address, length);
  };
  if (load_be32(section + kRequest) != kCopy || !usable(load_be64(section + kDestination))) {
    return false;
  }
  const DumpSizes sizes = dump_sizes(frame.core, frame.partition);
  switch (type) {
    case cpu_state: return length >= sizes.cpu_state;
    case page_table: return length >= sizes.page_table;
    case real_mode_region: return usable(load_be64(section + kSource));
    default: return false;
  }
}

// Processor state and page table are not modelled: their room is filled with zeros.
bool copy_section(CallFrame& frame, const std::uint8_t* section) {
  constexpr std::uint64_t kPiece = 64U << 10;
  const std::uint64_t source = load_be64(section + kSource);
  const std::uint64_t destination = load_be64(section + kDestination);
  const std::uint64_t length = load_be64(section + kLength);
  const bool zeros = load_be16(section + kType) != real_mode_region;
  for (std::uint64_t at = 0; at < length; at += kPiece) {
    const std::uint64_t size = std::min(kPiece, length - at);
    const auto bytes = zeros ? Bytes(size, 0) : read_buffer(frame, source + at, size);
    if (!bytes || !write_buffer(frame, destination + at, *bytes)) return false;
  }
  return true;
}

void configure_kernel_dump(CallFrame& frame) {
  RtasState& rtas = frame.state().rtas;
  constexpr std::uint32_t kRegister = 1, kUnregister = 2, kInvalidate = 3, kLongest = 4096;
  const std::uint32_t command = frame.in[0];
  if (command == kInvalidate) {
    if (rtas.active_dump.empty()) return frame.answer(kRtasParameterError);
    rtas.active_dump.clear();
    return;
  }
  if (command != kRegister && command != kUnregister) return frame.answer(kRtasParameterError);
  if (!rtas.active_dump.empty()) return frame.answer(kDumpActive);
  if (command == kUnregister) {
    if (rtas.boot.kernel_dump.empty()) return frame.answer(kRtasParameterError);
    rtas.boot.kernel_dump.clear();
    return;
  }
  if (!rtas.boot.kernel_dump.empty()) return frame.answer(kAlreadyRegistered);
  const auto dump =
      frame.in[2] <= kLongest && frame.in_rmo(frame.in[1], frame.in[2])   // R1-7.3.26-2
          ? read_buffer(frame, frame.in[1], frame.in[2])
          : std::nullopt;
  const auto sections = dump ? sections_of(*dump) : std::nullopt;
  if (!sections) return frame.answer(kRtasParameterError);
  for (std::size_t i = 0; i < sections->count; ++i) {
    if (!acceptable(frame, &(*dump)[sections->first + i * kSection])) {
      return frame.answer(kRtasParameterError);
    }
  }
  rtas.boot.kernel_dump = *dump;
}

constexpr std::array kStatuses{kNormal,
                               kHardware,
                               kBusy,
                               kParameter,
                               Outcome{"already_registered", kAlreadyRegistered},
                               Outcome{"dump_active", kDumpActive},
                               LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,configure-kernel-dump", "rtas.ibm,configure-kernel-dump", 3, 3, 1, 1, true,
            Subject::input0, configure_kernel_dump, nullptr, kStatuses},
};

}  // namespace

DumpSizes dump_sizes(const Core& core, std::size_t partition) {
  constexpr std::uint64_t kPerThread = 4096, kPageTable = 0x10'0000;
  return {std::max<std::uint64_t>(1, core.at(partition).threads.size()) * kPerThread, kPageTable};
}

bool take_kernel_dump(CallFrame& frame) {
  RtasState& rtas = frame.state().rtas;
  if (rtas.boot.kernel_dump.empty()) return false;
  Bytes dump = rtas.boot.kernel_dump;
  const auto sections = sections_of(dump);
  std::uint16_t flags = kPerformed;
  for (std::size_t i = 0; sections && i < sections->count; ++i) {
    std::uint8_t* section = &dump[sections->first + i * kSection];
    const bool copied = copy_section(frame, section);
    store_be64(section + kDumped, copied ? load_be64(section + kLength) : 0);
    store_be16(section + kErrors, copied ? 0 : 1);
    if (!copied) flags |= kErrorOccurred;
  }
  store_be16(&dump[kFlags], flags);
  rtas.active_dump = std::move(dump);
  return true;
}

std::span<const CallRow> kernel_dump_rows() { return kRows; }

}  // namespace lparsim::firmware
