#include "firmware/hcall/lan.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/guest_access.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kEntryBytes = 16, kHandleBytes = 8;
constexpr std::uint64_t kDroppedCounter = kPageBytes - 8;

LanPort& port_of(Core& core, AdapterPlace place) { return *adapter_state(core, place).lan; }

void count_dropped(Core& core, AdapterPlace place) {
  std::array<std::uint8_t, 8> counter{};
  const std::uint64_t at = port_of(core, place).buffer_list + kDroppedCounter;
  if (!read_pane(core, place, at, counter)) return;
  store_be64(counter.data(), load_be64(counter.data()) + 1);
  write_pane(core, place, at, counter);
}

// The smallest buffer that holds the bytes. Under buffer size control only the smallest size that
// there ever was and that holds them.
std::vector<LanBuffer>::iterator choose_buffer(Core& core, AdapterPlace place,
                                               std::uint64_t bytes) {
  LanPort& port = port_of(core, place);
  const bool strict = (adapter_state(core, place).lan_attributes & kLanBufferSizeControl) != 0;
  const auto fit = std::lower_bound(port.sizes.begin(), port.sizes.end(), bytes);
  auto best = port.buffers.end();
  for (auto buffer = port.buffers.begin(); buffer != port.buffers.end(); ++buffer) {
    if (buffer->bytes < bytes || (strict && buffer->bytes != *fit)) continue;
    if (best == port.buffers.end() || buffer->bytes < best->bytes) best = buffer;
  }
  return best;
}

// Control: valid bit opposite to the toggle, then whether the buffer holds a message.
void put_queue_entry(Core& core, AdapterPlace place, bool message, std::uint64_t bytes,
                     std::uint64_t handle) {
  LanPort& port = port_of(core, place);
  const unsigned control = (port.toggle ? 0U : 0x80U) | (message ? 0x40U : 0U);
  CellWriter entry;
  entry.u8(static_cast<std::uint8_t>(control)).u8(0).u16(message ? kHandleBytes : 0);
  entry.u32(static_cast<std::uint32_t>(bytes)).u64(handle);
  write_pane(core, place, port.queue.first + port.queue.next, entry.take());
  port.queue.next += kEntryBytes;
  if (port.queue.next == port.queue.bytes) {
    port.queue.next = 0;
    port.toggle = !port.toggle;
    show_receive_queue(core, place);
  }
  signal(core, place, adapter_state(core, place).interrupt,
         virtual_source(core.profile, place.slot));
}

}  // namespace

bool receive_frame(Core& core, AdapterPlace place, ByteView frame) {
  LanPort& port = port_of(core, place);
  const auto chosen = choose_buffer(core, place, frame.size() + kHandleBytes);
  if (chosen == port.buffers.end()) {
    count_dropped(core, place);
    return false;
  }
  const LanBuffer buffer = *chosen;
  port.buffers.erase(chosen);
  std::array<std::uint8_t, kHandleBytes> handle{};
  const bool reached = read_pane(core, place, buffer.address, handle) &&
                       write_pane(core, place, buffer.address + kHandleBytes, frame);
  // The owner changed its translations meanwhile: it gets the buffer back in error.
  put_queue_entry(core, place, reached, reached ? frame.size() : 0, load_be64(handle.data()));
  if (!reached) count_dropped(core, place);
  return reached;
}

void return_buffer(Core& core, AdapterPlace place, const LanBuffer& buffer) {
  std::array<std::uint8_t, kHandleBytes> handle{};
  read_pane(core, place, buffer.address, handle);
  put_queue_entry(core, place, false, 0, load_be64(handle.data()));
}

void show_receive_queue(Core& core, AdapterPlace place) {
  const LanPort& port = port_of(core, place);
  const std::uint64_t control = port.toggle ? 0xc0 : 0x80;
  const std::uint64_t descriptor =
      control << 56 | port.queue.bytes << 32 | (port.queue.first & 0xffff'ffffULL);
  write_pane(core, place, port.buffer_list, CellWriter{}.u64(descriptor).take());
}

}  // namespace lparsim::firmware
