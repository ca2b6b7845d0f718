#include "firmware/rtas/buffers.hpp"

#include <algorithm>

namespace lparsim::firmware {

bool reachable(const CallFrame& frame, std::uint64_t address, std::uint64_t size) {
  return memory_usable(frame.core, frame.partition, address, size) &&
         (frame.in_rmo(address, size) || read_buffer(frame, address, size));
}

std::optional<Bytes> read_buffer(const CallFrame& frame, std::uint64_t address,
                                 std::uint64_t size) {
  constexpr std::uint64_t kMost = 1U << 20;   // no call reads more; bounds what we allocate
  if (size > kMost || !memory_usable(frame.core, frame.partition, address, size)) {
    return std::nullopt;
  }
  Bytes bytes(size);
  if (!frame.memory.read(GuestAddress{address}, bytes)) return std::nullopt;
  return bytes;
}

bool write_buffer(CallFrame& frame, std::uint64_t address, ByteView bytes) {
  return memory_usable(frame.core, frame.partition, address, bytes.size()) &&
         frame.memory.write(GuestAddress{address}, bytes);
}

std::optional<std::string> read_text(const CallFrame& frame, std::uint64_t address,
                                     std::size_t longest) {
  std::string text;
  for (std::uint64_t i = 0; i <= longest; ++i) {
    const auto byte = read_buffer(frame, address + i, 1);
    if (!byte) return std::nullopt;
    if (byte->front() == 0) return text;
    text.push_back(static_cast<char>(byte->front()));
  }
  return std::nullopt;
}

}  // namespace lparsim::firmware
