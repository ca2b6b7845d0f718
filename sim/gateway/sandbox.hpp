// A child process in a mount namespace of its own, where /proc and /sys are the simulated
// partition's: the other end of its FUSE mount comes back to us. Works as root, or in a user
// namespace of its own where /dev/fuse may be opened.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/base/result.hpp"

namespace lparsim::gateway {

// Closes on destruction; -1 is none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_;
};

// Folders of one partition's programs, removed with this object: where the partition's files are
// mounted, its /var/log and /var/lock, the real /proc (for /proc/self) and the door.
class Stage {
 public:
  static Result<Stage> make();
  ~Stage();
  Stage(Stage&& other) noexcept : path_(std::exchange(other.path_, {})), doors_(other.doors_) {}
  Stage& operator=(Stage&&) = delete;

  std::string files() const { return path_ + "/files"; }
  std::string real_proc() const { return path_ + "/proc"; }
  std::string log() const { return path_ + "/log"; }
  std::string lock() const { return path_ + "/lock"; }
  std::string door();                              // another one each time
  std::string kmod() const { return path_ + "/kmod"; }

 private:
  explicit Stage(std::string path) : path_(std::move(path)) {}
  std::string path_;
  int doors_ = 0;
};

struct SandboxedProgram {
  std::vector<std::string> arguments;              // [0] is sought in PATH
  std::vector<std::pair<std::string, std::string>> environment;   // on top of ours
  int rmo = -1;                                    // inherited under its own number
  bool captured = false;                           // stdout and stderr come to us, stdin is empty
};

struct Sandbox {
  pid_t process = -1;
  FileDescriptor ended;                            // a pidfd: readable when the process is over
  FileDescriptor files;                            // /dev/fuse of the partition's mount
  FileDescriptor out, err;                         // captured streams
};

// ErrorCode::io with one line when a namespace or FUSE cannot be had. The program starts after the
// mount, which nobody serves before this returns: it waits in its first look at /proc.
Result<Sandbox> start_sandboxed(const Stage& stage, const SandboxedProgram& program);

// Whether start_sandboxed can work here; the error says what is missing.
Result<void> sandbox_possible();

}  // namespace lparsim::gateway
