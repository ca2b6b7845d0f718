// Big-endian cells: RTAS argument blocks, work areas, event logs and device-tree values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lparsim {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

constexpr std::uint16_t load_be16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>((p[0] << 8) | p[1]);
}
constexpr std::uint32_t load_be32(const std::uint8_t* p) {
  return (std::uint32_t{p[0]} << 24) | (std::uint32_t{p[1]} << 16) | (std::uint32_t{p[2]} << 8) |
         std::uint32_t{p[3]};
}
constexpr std::uint64_t load_be64(const std::uint8_t* p) {
  return (std::uint64_t{load_be32(p)} << 32) | load_be32(p + 4);
}
constexpr void store_be16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
constexpr void store_be32(std::uint8_t* p, std::uint32_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 24);
  p[1] = static_cast<std::uint8_t>(v >> 16);
  p[2] = static_cast<std::uint8_t>(v >> 8);
  p[3] = static_cast<std::uint8_t>(v);
}
constexpr void store_be64(std::uint8_t* p, std::uint64_t v) {
  store_be32(p, static_cast<std::uint32_t>(v >> 32));
  store_be32(p + 4, static_cast<std::uint32_t>(v));
}

// Builds a value front to back; the encodings are those of LoPAR appendix B:
// int = 4 bytes, phys/size = 8 bytes, str = NUL-terminated and unpadded.
class CellWriter {
 public:
  CellWriter& u8(std::uint8_t v) { out_.push_back(v); return *this; }
  CellWriter& u16(std::uint16_t v) { store_be16(grow(2), v); return *this; }
  CellWriter& u32(std::uint32_t v) { store_be32(grow(4), v); return *this; }
  CellWriter& u64(std::uint64_t v) { store_be64(grow(8), v); return *this; }
  CellWriter& str(std::string_view text) {
    out_.insert(out_.end(), text.begin(), text.end());
    out_.push_back(0);
    return *this;
  }
  CellWriter& bytes(ByteView view) {
    out_.insert(out_.end(), view.begin(), view.end());
    return *this;
  }
  std::size_t size() const { return out_.size(); }
  Bytes take() { return std::move(out_); }

 private:
  std::uint8_t* grow(std::size_t by) {
    out_.resize(out_.size() + by);
    return out_.data() + out_.size() - by;
  }
  Bytes out_;
};

// Reads a value front to back. Reading past the end gives zeros and clears ok().
class CellReader {
 public:
  explicit CellReader(ByteView view) : view_(view) {}
  std::uint8_t u8() { return need(1) ? view_[at_++] : std::uint8_t{0}; }
  std::uint16_t u16() { return take<std::uint16_t>(2, load_be16); }
  std::uint32_t u32() { return take<std::uint32_t>(4, load_be32); }
  std::uint64_t u64() { return take<std::uint64_t>(8, load_be64); }
  std::string_view str();
  bool ok() const { return ok_; }
  std::size_t left() const { return view_.size() - at_; }

 private:
  bool need(std::size_t n) {
    if (left() < n) ok_ = false;
    return ok_;
  }
  template <class T>
  T take(std::size_t n, T (*load)(const std::uint8_t*)) {
    if (!need(n)) return T{0};
    at_ += n;
    return load(view_.data() + at_ - n);
  }
  ByteView view_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace lparsim
