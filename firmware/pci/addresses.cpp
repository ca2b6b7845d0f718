#include "firmware/pci/addresses.hpp"

namespace lparsim::firmware {
namespace {

// Ranges one after the other in the 32-bit window, those that do not fit from the start of the
// 64-bit one.
class Assigner {
 public:
  explicit Assigner(std::uint32_t phb)
      : wide_(0x6'0400'0000'0000ULL + phb * 0x10'0000'0000ULL) {}
  std::uint64_t next(std::uint64_t bytes) {
    const std::uint64_t low = align(narrow_, bytes);
    if (bytes <= kWindow32Bytes && low + bytes <= std::uint64_t{kWindow32} + kWindow32Bytes) {
      narrow_ = low + bytes;
      return low;
    }
    const std::uint64_t high = align(wide_, bytes);
    wide_ = high + bytes;
    return high;
  }

 private:
  static std::uint64_t align(std::uint64_t at, std::uint64_t bytes) {
    return (at + bytes - 1) / bytes * bytes;
  }
  std::uint64_t narrow_ = kWindow32, wide_;
};

}  // namespace

std::vector<std::vector<std::uint64_t>> assigned_addresses(const AdapterConfig& adapter,
                                                           std::uint32_t phb) {
  Assigner assigner(phb);
  std::vector<std::vector<std::uint64_t>> addresses;
  for (const PciFunction& function : adapter.functions) {
    addresses.emplace_back();
    for (const std::uint64_t bytes : function.bars) {
      addresses.back().push_back(assigner.next(bytes));
    }
  }
  return addresses;
}

}  // namespace lparsim::firmware
