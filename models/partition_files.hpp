// The files of one partition: what begins with /proc or /sys is its kernel's, the rest is a small
// file system of plain values, which keeps its content over a reboot.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::models {

// The plain files and the advisory locks; copyable, so that a snapshot is a copy.
struct PlainFiles {
  std::map<std::string, Bytes, std::less<>> files;
  std::set<std::string, std::less<>> directories{
      "/",    "/etc", "/etc/drmgr.d", "/etc/drmgr.d/cpu", "/etc/drmgr.d/pmig",
      "/tmp", "/var", "/var/lock",    "/var/log"};
  struct Lock {
    std::string path;
    std::uint32_t pid = 0;
  };
  std::vector<Lock> locks;
};

class PartitionFiles final : public userland::PartitionFiles {
 public:
  // kernel: nullptr while none runs; its files are then not there.
  void set_kernel(kernel::GuestKernel* kernel) { kernel_ = kernel; }
  // Hears of each write to a file of the kernel when it is over: bytes taken or a negative errno.
  using Watcher = std::function<void(std::string_view path, ByteView data, std::int64_t result)>;
  void on_kernel_write(Watcher watcher) { watcher_ = std::move(watcher); }
  PlainFiles& plain() { return plain_; }
  const PlainFiles& plain() const { return plain_; }

  int stat(std::string_view path, userland::FileStat& out) override;
  int list(std::string_view path, std::vector<userland::DirectoryEntry>& out) override;
  int read(std::string_view path, Bytes& out) override;
  int read_link(std::string_view path, std::string& out) override;
  std::int64_t write(std::string_view path, ByteView data) override;
  std::int64_t append(std::string_view path, ByteView data) override;
  int remove(std::string_view path) override;
  int lock(std::string_view path, std::uint32_t pid) override;
  void unlock_all(std::uint32_t pid) override;

 private:
  bool parent_exists(std::string_view path) const;

  std::int64_t write_kernel_file(std::string_view path, ByteView data);

  kernel::GuestKernel* kernel_ = nullptr;
  Watcher watcher_;
  PlainFiles plain_;
};

}  // namespace lparsim::models
