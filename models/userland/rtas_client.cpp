#include "models/userland/rtas_client.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr int kBusy = -2, kExtendedDelay = 9900, kLastExtendedDelay = 9905;
constexpr std::size_t kBlockCells = 19;   // token, nargs, nret, 16 arguments

// 10 to the power of the last digit, in milliseconds.
Duration extended_delay(int status) {
  std::int64_t milliseconds = 1;
  for (int i = kExtendedDelay; i < status; ++i) milliseconds *= 10;
  return std::chrono::milliseconds(milliseconds);
}

// "<hex address> <hex size>"; 0 when there is no such file or no room for a work area in it.
std::uint64_t work_area_address(PartitionFiles& files) {
  const auto text = read_text(files, "/proc/ppc64/rtas/rmo_buffer");
  if (!text) return 0;
  char* end = nullptr;
  const std::uint64_t address = std::strtoull(text->c_str(), &end, 16);
  return std::strtoull(end, nullptr, 16) < kWorkAreaSize ? 0 : address;
}

}  // namespace

int RtasClient::call(std::string_view name, std::initializer_list<std::uint32_t> in,
                     std::span<std::uint32_t> out) {
  const auto token =
      cell_property(process_.files(), "/proc/device-tree/rtas/" + std::string(name));
  if (!token) return kNoSuchCall;
  while (true) {
    std::array<std::uint8_t, 4 * kBlockCells> block{};
    std::size_t cell = 0;
    const auto put = [&](std::uint32_t value) { store_be32(block.data() + 4 * cell++, value); };
    put(*token);
    put(static_cast<std::uint32_t>(in.size()));
    put(static_cast<std::uint32_t>(out.size()));
    for (const std::uint32_t value : in) put(value);
    if (process_.rtas(block.data()) != 0) return kRtasFailed;
    for (std::uint32_t& value : out) value = load_be32(block.data() + 4 * cell++);
    const int status = static_cast<int>(out[0]);
    if (status >= kExtendedDelay && status <= kLastExtendedDelay) {
      process_.sleep(extended_delay(status));
    } else if (status != kBusy) {
      return status;
    }
  }
}

int RtasClient::get_sensor(std::uint32_t sensor, std::uint32_t index, std::uint32_t& state) {
  std::array<std::uint32_t, 2> out{};
  const int status = call("get-sensor-state", {sensor, index}, out);
  state = out[1];
  return status;
}

int RtasClient::set_indicator(std::uint32_t indicator, std::uint32_t index, std::uint32_t value) {
  std::array<std::uint32_t, 1> out{};
  return call("set-indicator", {indicator, index, value}, out);
}

int RtasClient::set_power_level(std::uint32_t domain, std::uint32_t level) {
  std::array<std::uint32_t, 2> out{};
  return call("set-power-level", {domain, level}, out);
}

// nullptr: there is none.
std::uint8_t* RtasClient::work_area(std::uint32_t& address) {
  address = static_cast<std::uint32_t>(work_area_address(process_.files()));
  return address == 0 ? nullptr : process_.rmo(address, kWorkAreaSize);
}

int RtasClient::configure_connector(std::span<std::uint8_t, kWorkAreaSize> work_area_bytes) {
  std::uint32_t address = 0;
  std::uint8_t* const shared = work_area(address);
  if (shared == nullptr) return kNoRmoBuffer;
  std::copy(work_area_bytes.begin(), work_area_bytes.end(), shared);
  std::array<std::uint32_t, 1> out{};
  const int status = call("ibm,configure-connector", {address, 0}, out);
  std::copy_n(shared, kWorkAreaSize, work_area_bytes.begin());
  return status;
}

int RtasClient::get_parameter(std::uint32_t parameter, std::span<std::uint8_t> data) {
  std::uint32_t address = 0;
  const std::uint8_t* const shared = work_area(address);
  if (shared == nullptr) return kNoRmoBuffer;
  std::array<std::uint32_t, 1> out{};
  const int status = call("ibm,get-system-parameter",
                          {parameter, address, static_cast<std::uint32_t>(data.size())}, out);
  if (status == 0) std::copy_n(shared, data.size(), data.begin());
  return status;
}

int RtasClient::set_parameter(std::uint32_t parameter, std::span<const std::uint8_t> data) {
  std::uint32_t address = 0;
  std::uint8_t* const shared = work_area(address);
  if (shared == nullptr) return kNoRmoBuffer;
  std::copy(data.begin(), data.end(), shared);
  std::array<std::uint32_t, 1> out{};
  return call("ibm,set-system-parameter", {parameter, address}, out);
}

}  // namespace lparsim::userland
