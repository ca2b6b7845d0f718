#include "tests/kernel_library/small_kernel.hpp"

#include <array>
#include <cerrno>

#include "tests/kernel_library/small_kernel.h"

namespace lparsim::kernel {
namespace {

constexpr std::string_view kDlpar = "/sys/kernel/dlpar";

struct SmallFile {
  std::string_view path;
  FileStat stat;
  std::string_view content;
};
constexpr std::array kFiles{
    SmallFile{"/proc/version", {FileType::file, 0444, 13}, "small kernel\n"},
    SmallFile{kDlpar, {FileType::file, 0644, 4096}, "cpu\n"},
};

const SmallFile* find(std::string_view path) {
  for (const SmallFile& file : kFiles) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

class SmallKernel final : public GuestKernel {
 public:
  explicit SmallKernel(KernelHost& host) : host_(host_table(host)) {}

  Bytes architecture_vector() const override { return {}; }
  int boot(std::uint64_t at, std::uint64_t size) override {
    return small_kernel_boot(&state_, &host_, at, size);
  }
  void cpu_enter(std::uint32_t, std::uint64_t, std::uint64_t) override {}   // it starts none
  int shut_down(bool) override { return -ENOSYS; }
  void interrupt(std::uint32_t) override {}

  int stat(std::string_view path, FileStat& out) override {
    const SmallFile* file = find(path);
    if (file != nullptr) out = file->stat;
    return file != nullptr ? 0 : -ENOENT;
  }
  int list(std::string_view path, std::vector<DirectoryEntry>&) override {
    return find(path) != nullptr ? -ENOTDIR : -ENOENT;
  }
  int read(std::string_view path, Bytes& out) override {
    const SmallFile* file = find(path);
    if (file != nullptr) out.assign(file->content.begin(), file->content.end());
    return file != nullptr ? 0 : -ENOENT;
  }
  int read_link(std::string_view path, std::string&) override {
    return find(path) != nullptr ? -EINVAL : -ENOENT;
  }
  std::int64_t write(std::string_view path, ByteView data) override {
    if (path != kDlpar) return find(path) != nullptr ? -EACCES : -ENOENT;
    const auto* text = reinterpret_cast<const char*>(data.data());
    return small_kernel_write_dlpar(&state_, &host_, text, data.size());
  }
  int rtas_syscall(std::uint8_t*) override { return -ENOSYS; }

  KernelView view() const override {
    KernelView view;
    view.cpu_drcs.assign(state_.connectors, state_.connectors + state_.count);
    return view;
  }

  struct Copy final : Snapshot {
    explicit Copy(const small_kernel& state) : value(state) {}
    small_kernel value;
  };
  std::unique_ptr<Snapshot> snapshot() const override { return std::make_unique<Copy>(state_); }
  void restore(const Snapshot& snapshot) override {
    state_ = dynamic_cast<const Copy&>(snapshot).value;
  }

 private:
  lparsim_kernel_host host_;
  small_kernel state_{};
};

}  // namespace

std::unique_ptr<GuestKernel> make_small_kernel(KernelHost& host) {
  return std::make_unique<SmallKernel>(host);
}

}  // namespace lparsim::kernel
