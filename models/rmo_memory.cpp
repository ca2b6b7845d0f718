#include "models/rmo_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "sim/base/assert.hpp"

namespace lparsim::models {
namespace {
constexpr std::uint64_t kPage = 4096;
}  // namespace

RmoMemory::~RmoMemory() { power_off(); }

void RmoMemory::power_on(std::uint64_t bytes) {
  power_off();
  fd_ = memfd_create("rmo", MFD_CLOEXEC);
  LPARSIM_ASSERT(fd_ >= 0 && ftruncate(fd_, static_cast<off_t>(bytes)) == 0);
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
  LPARSIM_ASSERT(mapped != MAP_FAILED);
  set_rmo({static_cast<std::uint8_t*>(mapped), bytes});
  dirty_.assign((bytes + kPage - 1) / kPage, false);
}

void RmoMemory::power_off() {
  if (rmo().empty()) return;
  munmap(rmo().data(), rmo().size());
  close(fd_);
  fd_ = -1;
  set_rmo({});
  dirty_.clear();
  dirty_pages_.clear();
  image_ = nullptr;
}

void RmoMemory::part_from_parent() {
  if (rmo().empty()) return;
  const void* mapped = mmap(rmo().data(), rmo().size(), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED, fd_, 0);
  LPARSIM_ASSERT(mapped == rmo().data());
}

void RmoMemory::written(std::uint64_t address, std::uint64_t size) {
  if (size == 0) return;
  for (auto page = address / kPage; page <= (address + size - 1) / kPage; ++page) {
    if (dirty_[page]) continue;
    dirty_[page] = true;
    dirty_pages_.push_back(static_cast<std::uint32_t>(page));
  }
}

bool RmoMemory::read(GuestAddress from, std::span<std::uint8_t> to) const {
  if (!in_rmo(from.value, to.size()) || !usable_(from.value, to.size())) return false;
  if (!to.empty()) std::memcpy(to.data(), rmo().data() + from.value, to.size());
  return true;
}

bool RmoMemory::write(GuestAddress to, ByteView from) {
  if (!in_rmo(to.value, from.size()) || !usable_(to.value, from.size())) return false;
  written(to.value, from.size());
  if (!from.empty()) std::memcpy(rmo().data() + to.value, from.data(), from.size());
  return true;
}

std::uint8_t* RmoMemory::pointer(std::uint64_t address, std::uint64_t size) {
  if (!in_rmo(address, size)) return nullptr;
  written(address, size);
  return rmo().data() + address;
}

void RmoMemory::begin_image(std::shared_ptr<const Image> image) {
  for (const auto page : dirty_pages_) dirty_[page] = false;
  dirty_pages_.clear();
  image_ = std::move(image);
}

std::shared_ptr<const RmoMemory::Image> RmoMemory::snapshot() {
  auto image = image_ ? std::make_shared<Image>(*image_) : std::make_shared<Image>();
  image->bytes = rmo().size();
  for (const auto page : dirty_pages_) {
    const auto* from = rmo().data() + page * kPage;
    image->pages[page] = Bytes(from, from + std::min(kPage, rmo().size() - page * kPage));
  }
  begin_image(image);
  return image;
}

void RmoMemory::restore(const std::shared_ptr<const Image>& image) {
  if (image->bytes != rmo().size() || image != image_) {  // another one: from the beginning
    if (image->bytes == 0) return power_off();
    power_on(image->bytes);
    for (const auto& [page, bytes] : image->pages) {
      std::memcpy(rmo().data() + page * kPage, bytes.data(), bytes.size());
    }
  } else {
    for (const auto page : dirty_pages_) {
      const auto found = image->pages.find(page);
      auto* to = rmo().data() + page * kPage;
      if (found == image->pages.end()) {
        std::memset(to, 0, std::min(kPage, rmo().size() - page * kPage));
      } else {
        std::memcpy(to, found->second.data(), found->second.size());
      }
    }
  }
  begin_image(image);
}

}  // namespace lparsim::models
