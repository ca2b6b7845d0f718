#include "models/generic_os/rtas.hpp"

#include <algorithm>

namespace lparsim::generic_os {
namespace {

// Our places in low memory. stop-self has its own block: it runs beside other calls (7.2.3-8).
constexpr std::uint64_t kArguments = 0x1000;
constexpr std::uint64_t kStopArguments = 0x1100;
constexpr std::uint64_t kWorkArea = 0x2000;
constexpr std::uint64_t kBlockSize = 76, kWorkAreaSize = 4096;

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::int32_t kBusy = -2, kFirstDelay = 9900, kLastDelay = 9905;

// configure-connector's answers (LoPAR table 13-8).
enum Step : std::int32_t { kComplete, kSibling, kChild, kProperty, kParent };

std::uint64_t delay_ns(std::int32_t status) {
  if (status == kBusy) return kMillisecond;
  if (status < kFirstDelay || status > kLastDelay) return 0;
  std::uint64_t delay = kMillisecond;
  for (std::int32_t i = kFirstDelay; i < status; ++i) delay *= 10;
  return delay;
}

std::string text_at(ByteView area, std::size_t word) {
  const std::size_t offset = load_be32(area.data() + word);
  if (offset >= area.size()) return {};
  return std::string(CellReader(area.subspan(offset)).str());
}

ByteView value_at(ByteView area) {
  const std::size_t length = load_be32(area.data() + 12);
  const std::size_t offset = load_be32(area.data() + 16);
  if (offset > area.size() || length > area.size() - offset) return {};
  return area.subspan(offset, length);
}

void take_property(ByteView area, Connected& result) {
  if (text_at(area, 8) != "ibm,ppc-interrupt-server#s") return;
  CellReader reader(value_at(area));
  while (reader.left() >= 4) result.servers.push_back(reader.u32());
}

}  // namespace

std::optional<std::uint32_t> Rtas::token(std::string_view service) const {
  const auto at = state_.services.find(service);
  if (at == state_.services.end()) return std::nullopt;
  return at->second;
}

std::int32_t Rtas::call_once(std::uint32_t server, std::uint64_t block, std::uint32_t number,
                             std::initializer_list<std::uint32_t> in, std::uint32_t* out) {
  std::uint8_t* cells = host_.rmo(block, kBlockSize);
  if (cells == nullptr) return -1;
  const std::uint32_t outputs = out == nullptr ? 1 : 2;
  store_be32(cells, number);
  store_be32(cells + 4, static_cast<std::uint32_t>(in.size()));
  store_be32(cells + 8, outputs);
  std::uint8_t* at = cells + 12;
  for (const std::uint32_t value : in) {
    store_be32(at, value);
    at += 4;
  }
  for (std::uint32_t i = 0; i < outputs; ++i) store_be32(at + 4 * i, 0);
  host_.rtas(server, block);
  if (out != nullptr) *out = load_be32(at + 4);
  return static_cast<std::int32_t>(load_be32(at));
}

std::int32_t Rtas::call(std::string_view service, std::initializer_list<std::uint32_t> in,
                        std::uint32_t* out) {
  const auto number = token(service);
  if (!number) return -1;
  for (;;) {
    const std::int32_t status = call_once(state_.boot_server, kArguments, *number, in, out);
    const std::uint64_t delay = delay_ns(status);
    if (delay == 0) return status;
    host_.sleep_ns(delay);
  }
}

std::optional<Connected> Rtas::configure(std::uint32_t drc, std::int32_t& status) {
  std::uint8_t* area = host_.rmo(kWorkArea, kWorkAreaSize);
  status = -1;
  if (area == nullptr) return std::nullopt;
  std::fill(area, area + kWorkAreaSize, std::uint8_t{0});
  store_be32(area, drc);
  Connected result;
  std::size_t depth = 0;
  for (;;) {
    const ByteView view(area, kWorkAreaSize);
    status = call("ibm,configure-connector", {kWorkArea, 0});
    switch (status) {
      case kComplete: return result;
      case kSibling: break;             // caches beside a processor: not of interest
      case kChild:
        if (depth++ == 0) result.node = text_at(view, 8);
        break;
      case kProperty: take_property(view, result); break;
      case kParent: depth -= depth > 0 ? 1 : 0; break;
      default: return std::nullopt;
    }
  }
}

void Rtas::stop_self(std::uint32_t server) {
  const auto number = token("stop-self");
  if (number) call_once(server, kStopArguments, *number, {}, nullptr);
}

}  // namespace lparsim::generic_os
