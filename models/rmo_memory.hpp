// The real-mode area of a partition: the only guest memory that has bytes behind it. A memfd, so
// that a real program can map the same pages; reserved at power-on, and a page costs nothing until
// it is touched. Memory above it is known to firmware and kernel by address only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "firmware/guest_memory.hpp"

namespace lparsim::models {

class RmoMemory final : public firmware::GuestMemory {
 public:
  // usable(address, size): whether the partition may use this memory now (the LMB check).
  using Check = std::function<bool(std::uint64_t, std::uint64_t)>;
  explicit RmoMemory(Check usable) : usable_(std::move(usable)) {}
  ~RmoMemory() override;
  RmoMemory(const RmoMemory&) = delete;
  RmoMemory& operator=(const RmoMemory&) = delete;

  void power_on(std::uint64_t bytes);  // all zeros
  void power_off();
  // In a process that was forked since power-on: what is written from now on is seen here alone.
  // Real programs cannot map these pages any more.
  void part_from_parent();

  bool read(GuestAddress from, std::span<std::uint8_t> to) const override;
  bool write(GuestAddress to, ByteView from) override;
  void written(std::uint64_t address, std::uint64_t size) override;

  // DMI: nullptr when [address, +size) is not inside. The pages count as written from now on.
  std::uint8_t* pointer(std::uint64_t address, std::uint64_t size);
  int file_descriptor() const { return fd_; }

  // The pages that were ever written, as a value.
  struct Image {
    std::uint64_t bytes = 0;
    std::map<std::uint32_t, Bytes> pages;  // by page number
  };
  std::shared_ptr<const Image> snapshot();
  // Copies only what was written since `image` was taken or restored last, when it is the same.
  void restore(const std::shared_ptr<const Image>& image);

 private:
  void begin_image(std::shared_ptr<const Image> image);

  Check usable_;
  int fd_ = -1;
  std::vector<bool> dirty_;                 // by page, since image_
  std::vector<std::uint32_t> dirty_pages_;  // the same as a list
  std::shared_ptr<const Image> image_;
};

}  // namespace lparsim::models
