#include "models/kernel/rtas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "models/kernel/linux.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kErrorLogSize = 2048;
constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kSecond = 1000 * kMillisecond;
constexpr std::uint64_t kBusyYield = 1000;   // -2: one microsecond until the next try

std::optional<std::uint32_t> token_of(const Kernel& kernel, std::string_view service) {
  if (kernel.state.rtas_node == kNoNode) return std::nullopt;
  return kernel.state.tree.word(kernel.state.rtas_node, service);
}

// kNoServer: whichever runs when the call is made.
void enter(Kernel& kernel, std::uint32_t server, std::uint8_t* block, std::uint32_t token,
           std::span<const std::uint32_t> in, std::uint32_t nret) {
  store_be32(block, token);
  store_be32(block + 4, static_cast<std::uint32_t>(in.size()));
  store_be32(block + 8, nret);
  for (std::size_t i = 0; i < in.size(); ++i) store_be32(block + 12 + 4 * i, in[i]);
  std::fill_n(block + 12 + 4 * in.size(), 4 * nret, std::uint8_t{0});
  kernel.host.rtas(server == kNoServer ? kernel.running_server() : server, kRtasArguments);
}

// After a hardware error, still under the lock: the log that explains it.
void fetch_last_error(Kernel& kernel, std::uint32_t server, std::uint8_t* block) {
  const auto token = token_of(kernel, "rtas-last-error");
  const std::uint8_t* buffer = kernel.host.rmo(kLastErrorBuffer, kErrorLogSize);
  if (!token || buffer == nullptr) return;
  const std::array<std::uint32_t, 2> in{kLastErrorBuffer, kErrorLogSize};
  enter(kernel, server, block, *token, in, 1);
  if (load_be32(block + 20) != 0) return;
  kernel.log(kLogError, fmt::format("RTAS: hardware error, log {:08x} {:08x}", load_be32(buffer),
                                    load_be32(buffer + 4)));
}

}  // namespace

std::int32_t rtas_call(Kernel& kernel, std::string_view service,
                       std::initializer_list<std::uint64_t> in, std::span<std::uint32_t> out) {
  return rtas_call_on(kernel, kNoServer, service, in, out);
}

std::int32_t rtas_call_waiting(Kernel& kernel, std::string_view service,
                               std::initializer_list<std::uint64_t> in,
                               std::span<std::uint32_t> out) {
  std::int32_t status = 0;
  do {
    status = rtas_call(kernel, service, in, out);
  } while (rtas_busy_delay(kernel, status));
  return status;
}

std::int32_t rtas_call_with_area(Kernel& kernel, std::string_view service, Bytes& area,
                                 std::uint32_t second) {
  const LockGuard guard(kernel, kWorkAreaLock);
  const std::array<std::uint8_t*, 2> pages{kernel.host.rmo(kConnectorWorkArea, kWorkAreaSize),
                                           kernel.host.rmo(kConnectorExtent, kWorkAreaSize)};
  const std::size_t used = area.size() / kWorkAreaSize;
  const auto each_page = [&](auto copy) {
    for (std::size_t i = 0; i < used; ++i) copy(pages[i], area.data() + i * kWorkAreaSize);
  };
  if (pages[0] == nullptr || pages[used - 1] == nullptr) return -1;
  each_page([](auto* shared, auto* own) { std::copy_n(own, kWorkAreaSize, shared); });
  const auto status = rtas_call(kernel, service, {kConnectorWorkArea, second});
  each_page([](auto* shared, auto* own) { std::copy_n(shared, kWorkAreaSize, own); });
  return status;
}

bool has_service(const Kernel& kernel, std::string_view service) {
  return token_of(kernel, service).has_value();
}

std::int32_t rtas_call_on(Kernel& kernel, std::uint32_t server, std::string_view service,
                          std::initializer_list<std::uint64_t> in, std::span<std::uint32_t> out) {
  const auto token = token_of(kernel, service);
  std::uint8_t* block = kernel.host.rmo(kRtasArguments, 76);
  if (!token || block == nullptr) return kRtasUnknownService;
  std::array<std::uint32_t, 16> cells{};
  std::transform(in.begin(), in.end(), cells.begin(),
                 [](std::uint64_t v) { return static_cast<std::uint32_t>(v); });

  const LockGuard guard(kernel, kRtasLock);
  const auto nret = static_cast<std::uint32_t>(1 + out.size());
  enter(kernel, server, block, *token, std::span(cells).first(in.size()), nret);
  const std::uint8_t* results = block + 12 + 4 * in.size();
  const auto status = static_cast<std::int32_t>(load_be32(results));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = load_be32(results + 4 + 4 * i);
  if (status == -1) fetch_last_error(kernel, server, block);
  return status;
}

bool rtas_busy_delay(Kernel& kernel, std::int32_t status) {
  if (status == -2) {
    kernel.host.sleep_ns(kBusyYield);
    return true;
  }
  if (status < 9900 || status > 9905) return false;
  std::uint64_t wait = kMillisecond;
  for (std::int32_t i = 9900; i < status; ++i) wait *= 10;
  kernel.host.sleep_ns(std::min(wait, kSecond));
  return true;
}

int rtas_error(Kernel& kernel, std::int32_t status) {
  if (status > 0 && !kernel.has(Switch::coarse_errno)) return -EIO;   // none that is defined
  if (status >= 0) return status;
  struct Row {
    std::int32_t status;
    int error;
  };
  static constexpr std::array kMap{Row{-1, -EIO}, Row{-3, -EINVAL}, Row{-9000, -EFAULT},
                                   Row{-9001, -EEXIST}, Row{-9002, -ENODEV}};
  for (const Row& row : kMap) {
    if (row.status == status) return row.error;
  }
  kernel.log(kLogError, fmt::format("RTAS: status {} has no errno", status));
  return -ERANGE;
}

int set_indicator(Kernel& kernel, std::uint32_t indicator, std::uint32_t index,
                  std::uint32_t value) {
  return rtas_error(kernel,
                    rtas_call_waiting(kernel, "set-indicator", {indicator, index, value}));
}

void stop_self(Kernel& kernel, std::uint32_t server) {
  const auto token = token_of(kernel, "stop-self");
  std::uint8_t* block = kernel.host.rmo(kStopSelfArguments, 16);
  if (!token || block == nullptr) return;
  // Its own block and no lock: the call does not return (kernel.md 2).
  store_be32(block, *token);
  store_be32(block + 4, 0);
  store_be32(block + 8, 1);
  store_be32(block + 12, 0);
  kernel.host.rtas(server, kStopSelfArguments);
}

}  // namespace lparsim::kernel
