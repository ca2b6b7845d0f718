#define FUSE_USE_VERSION 35
#include "sim/gateway/fuse_server.hpp"

#include <fmt/format.h>
#include <fuse_lowlevel.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lparsim::gateway {
namespace {

using kernel::DirectoryEntry;
using kernel::FileStat;
using kernel::FileType;

constexpr std::string_view kModprobe = "/proc/lparsim/modprobe";   // see Stage::kmod()

mode_t type_bits(FileType type) {
  switch (type) {
    case FileType::directory: return S_IFDIR;
    case FileType::link: return S_IFLNK;
    case FileType::file: break;
  }
  return S_IFREG;
}

// A link of the real /proc that libraries look for; the partition's kernel has no such file.
std::optional<std::string> own_link(const std::string& path, const std::string& real_proc) {
  if (path == "/proc/self") return real_proc + "/self";
  if (path == "/proc/thread-self") return real_proc + "/thread-self";
  if (path == "/proc/mounts") return "self/mounts";
  return std::nullopt;
}

constexpr std::array<std::string_view, 3> kOwnLinks{"self", "thread-self", "mounts"};

}  // namespace

class FuseServer::Implementation {
 public:
  Implementation(userland::Process& process, FileDescriptor descriptor, std::string real_proc)
      : process_(process), real_proc_(std::move(real_proc)), descriptor_(descriptor.release()) {
    static const fuse_lowlevel_ops kOperations = operations();
    std::array<char, 8> name{"lparsim"};
    std::array<char*, 2> words{name.data(), nullptr};
    fuse_args arguments = FUSE_ARGS_INIT(1, words.data());
    session_ = fuse_session_new(&arguments, &kOperations, sizeof kOperations, this);
    fuse_opt_free_args(&arguments);
    // The mount exists already; libfuse takes such a name for its descriptor.
    const auto mounted = fmt::format("/dev/fd/{}", descriptor_);
    if (session_ != nullptr) fuse_session_mount(session_, mounted.c_str());
    paths_.push_back("/");
    numbers_["/"] = FUSE_ROOT_ID;
  }
  ~Implementation() {
    std::free(buffer_.mem);
    if (session_ == nullptr) {
      ::close(descriptor_);
    } else {
      fuse_session_destroy(session_);
    }
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  int descriptor() const { return descriptor_; }

  bool serve() {
    if (session_ == nullptr || fuse_session_exited(session_) != 0) return false;
    const int got = fuse_session_receive_buf(session_, &buffer_);
    if (got == -EINTR || got == -EAGAIN) return true;
    if (got <= 0) return false;
    fuse_session_process_buf(session_, &buffer_);
    if (const auto thrown = std::exchange(thrown_, nullptr)) std::rethrow_exception(thrown);
    return true;
  }

 private:
  struct Open {
    std::string path;
    bool loaded = false;
    Bytes content;
    std::vector<DirectoryEntry> entries;
  };

  static Implementation& of(fuse_req_t request) {
    return *static_cast<Implementation*>(fuse_req_userdata(request));
  }
  static const std::string& path_of(fuse_req_t request, fuse_ino_t number) {
    return of(request).paths_.at(number - FUSE_ROOT_ID);
  }
  static std::string below(const std::string& folder, const char* name) {
    return (folder == "/" ? "" : folder) + "/" + name;
  }

  // What an operation throws must not go through libfuse. Nobody is answered then: whoever asked
  // is to be ended, not to go on with an error.
  template <class Operation>
  static std::int64_t guarded(fuse_req_t request, Operation operation) {
    try {
      return operation();
    } catch (...) {
      of(request).thrown_ = std::current_exception();
      return -EIO;
    }
  }

  fuse_ino_t number_of(const std::string& path) {
    const auto [found, is_new] = numbers_.emplace(path, paths_.size() + FUSE_ROOT_ID);
    if (is_new) paths_.push_back(path);
    return found->second;
  }

  int stat(const std::string& path, FileStat& out) {
    if (const auto link = own_link(path, real_proc_)) {
      out = {FileType::link, 0777, link->size()};
      return 0;
    }
    if (path == "/" || path == "/proc/lparsim") {
      out = {FileType::directory, 0555, 0};
      return 0;
    }
    if (path == kModprobe) {
      out = {FileType::file, 0200, 0};
      return 0;
    }
    return process_.files().stat(path, out);
  }

  int attributes(const std::string& path, struct stat& out) {
    FileStat found;
    if (const int error = stat(path, found)) return error;
    out = {};
    out.st_ino = number_of(path);
    out.st_mode = type_bits(found.type) | found.mode;
    out.st_nlink = found.type == FileType::directory ? 2 + folders_in(path) : 1;
    out.st_size = static_cast<off_t>(found.size);
    out.st_blksize = 4096;
    return 0;
  }

  // drmgr takes the links of a folder for the number of folders in it.
  nlink_t folders_in(const std::string& path) {
    std::vector<DirectoryEntry> entries;
    if (process_.files().list(path, entries) != 0) return 0;
    return static_cast<nlink_t>(
        std::count_if(entries.begin(), entries.end(), [](const DirectoryEntry& entry) {
          return entry.type == FileType::directory;
        }));
  }

  // -- operations, by their names in fuse_lowlevel_ops --------------------------------------------

  static void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
    const std::string path = below(path_of(request, parent), name);
    fuse_entry_param entry{};
    if (const int error = of(request).attributes(path, entry.attr)) {
      fuse_reply_err(request, -error);
      return;
    }
    entry.ino = entry.attr.st_ino;
    fuse_reply_entry(request, &entry);
  }

  static void getattr(fuse_req_t request, fuse_ino_t number, fuse_file_info*) {
    struct stat found;
    const int error = of(request).attributes(path_of(request, number), found);
    if (error != 0) {
      fuse_reply_err(request, -error);
    } else {
      fuse_reply_attr(request, &found, 0);
    }
  }

  // O_TRUNC and truncate do nothing, as in sysfs; modes and owners cannot be set.
  static void setattr(fuse_req_t request, fuse_ino_t number, struct stat*, int what,
                      fuse_file_info* info) {
    if ((what & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) != 0) {
      fuse_reply_err(request, EPERM);
    } else {
      getattr(request, number, info);
    }
  }

  static void readlink(fuse_req_t request, fuse_ino_t number) {
    Implementation& self = of(request);
    const std::string& path = path_of(request, number);
    std::string target;
    int error = 0;
    if (const auto link = own_link(path, self.real_proc_)) {
      target = *link;
    } else {
      error = self.process_.files().read_link(path, target);
    }
    if (error != 0) {
      fuse_reply_err(request, -error);
    } else {
      fuse_reply_readlink(request, target.c_str());
    }
  }

  static void open(fuse_req_t request, fuse_ino_t number, fuse_file_info* info) {
    info->fh = of(request).opened(path_of(request, number));
    info->direct_io = 1;
    fuse_reply_open(request, info);
  }

  static void release(fuse_req_t request, fuse_ino_t, fuse_file_info* info) {
    of(request).open_.erase(info->fh);
    fuse_reply_err(request, 0);
  }

  // A read from the beginning asks anew; later ones go on in what that gave.
  static void read(fuse_req_t request, fuse_ino_t, std::size_t size, off_t from,
                   fuse_file_info* info) {
    Implementation& self = of(request);
    Open& file = self.open_.at(info->fh);
    if (from == 0 || !file.loaded) {
      const auto error = guarded(request, [&]() -> std::int64_t {
        return self.process_.files().read(file.path, file.content);
      });
      if (self.thrown_ != nullptr) return fuse_reply_none(request);
      if (error != 0) {
        fuse_reply_err(request, static_cast<int>(-error));
        return;
      }
      file.loaded = true;
    }
    const auto begin = std::min(static_cast<std::size_t>(from), file.content.size());
    fuse_reply_buf(request, reinterpret_cast<const char*>(file.content.data()) + begin,
                   std::min(size, file.content.size() - begin));
  }

  // Where in the file it is written does not matter: a file of the kernel takes requests.
  static void write(fuse_req_t request, fuse_ino_t, const char* data, std::size_t size, off_t,
                    fuse_file_info* info) {
    Implementation& self = of(request);
    const std::string path = self.open_.at(info->fh).path;
    const auto written = guarded(request, [&]() -> std::int64_t {
      if (path == kModprobe) return self.load_module({data, size});
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
      return self.process_.files().write(path, {bytes, size});
    });
    if (self.thrown_ != nullptr) return fuse_reply_none(request);
    if (written < 0) {
      fuse_reply_err(request, static_cast<int>(-written));
    } else {
      fuse_reply_write(request, std::min(static_cast<std::size_t>(written), size));
    }
  }

  static void opendir(fuse_req_t request, fuse_ino_t number, fuse_file_info* info) {
    Implementation& self = of(request);
    const std::string& path = path_of(request, number);
    std::vector<DirectoryEntry> entries;
    if (path == "/") {
      entries = {{"proc", FileType::directory}, {"sys", FileType::directory}};
    } else if (const int error = self.process_.files().list(path, entries)) {
      fuse_reply_err(request, -error);
      return;
    }
    if (path == "/proc") {
      for (const auto name : kOwnLinks) entries.push_back({std::string(name), FileType::link});
    }
    entries.push_back({".", FileType::directory});
    entries.push_back({"..", FileType::directory});
    info->fh = self.opened(path);
    self.open_.at(info->fh).entries = std::move(entries);
    fuse_reply_open(request, info);
  }

  static void readdir(fuse_req_t request, fuse_ino_t, std::size_t size, off_t from,
                      fuse_file_info* info) {
    const Open& folder = of(request).open_.at(info->fh);
    std::string out(size, '\0');
    std::size_t used = 0;
    for (auto i = static_cast<std::size_t>(from); i < folder.entries.size(); ++i) {
      const DirectoryEntry& entry = folder.entries[i];
      struct stat type {};
      type.st_mode = type_bits(entry.type);        // drmgr never asks otherwise
      type.st_ino = i + 1;
      const auto next = static_cast<off_t>(i + 1);
      const auto needed = fuse_add_direntry(request, out.data() + used, size - used,
                                            entry.name.c_str(), &type, next);
      if (needed > size - used) break;
      used += needed;
    }
    fuse_reply_buf(request, out.data(), used);
  }

  // No program makes files here.
  static void create(fuse_req_t request, fuse_ino_t parent, const char*, mode_t, fuse_file_info*) {
    fuse_reply_err(request, path_of(request, parent).starts_with("/proc") ? ENOENT : EACCES);
  }

  static fuse_lowlevel_ops operations() {
    fuse_lowlevel_ops all{};
    all.lookup = lookup;
    all.getattr = getattr;
    all.setattr = setattr;
    all.readlink = readlink;
    all.open = open;
    all.release = release;
    all.read = read;
    all.write = write;
    all.opendir = opendir;
    all.readdir = readdir;
    all.releasedir = release;
    all.create = create;
    return all;
  }

  std::uint64_t opened(const std::string& path) {
    open_[++last_open_].path = path;
    return last_open_;
  }

  std::int64_t load_module(std::string_view text) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    const int error = process_.load_module(text);
    return error != 0 ? error : static_cast<std::int64_t>(text.size() + 1);
  }

  userland::Process& process_;
  std::string real_proc_;
  int descriptor_;                                 // the session closes it
  fuse_session* session_ = nullptr;
  fuse_buf buffer_{};
  std::vector<std::string> paths_;                 // by inode number
  std::map<std::string, fuse_ino_t> numbers_;
  std::map<std::uint64_t, Open> open_;
  std::uint64_t last_open_ = 0;
  std::exception_ptr thrown_;
};

FuseServer::FuseServer(userland::Process& process, FileDescriptor descriptor,
                       std::string real_proc)
    : implementation_(std::make_unique<Implementation>(process, std::move(descriptor),
                                                       std::move(real_proc))) {}
FuseServer::~FuseServer() = default;
int FuseServer::descriptor() const { return implementation_->descriptor(); }
bool FuseServer::serve() { return implementation_->serve(); }

}  // namespace lparsim::gateway
