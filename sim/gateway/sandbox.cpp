#include "sim/gateway/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace lparsim::gateway {
namespace {

constexpr int kCannotStart = 127;            // as a shell says that there is no such program
constexpr const char* kModprobe = "/sbin/modprobe";   // a link to kmod, as lsmod is one

// What stands in for kmod: the partition's kernel has modules of its own.
constexpr const char* kKmod = R"(#!/bin/sh
case ${0##*/} in
lsmod)
  echo 'Module                  Size  Used by'
  while read -r name size used by rest; do
    [ "$by" = - ] && by=
    printf '%-19s %8s  %s %s\n' "$name" "$size" "$used" "${by%,}"
  done < /proc/modules
  ;;
*)
  for word; do :; done
  echo "$word" > /proc/lparsim/modprobe
  ;;
esac 2>/dev/null
)";

// What the child tells before it becomes the program: the mount, or what went wrong.
struct Report {
  int error = 0;
  std::array<char, 128> what{};
};

void send_report(int to, const Report& report, int descriptor) {
  iovec data{const_cast<Report*>(&report), sizeof report};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  ::sendmsg(to, &message, MSG_NOSIGNAL);
}

// The descriptor that came along, -1: none. `report` stays as it is when the child died.
int receive_report(int from, Report& report) {
  iovec data{&report, sizeof report};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(from, &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(sizeof report)) {
    report = {ECHILD, {"the start of a program"}};
    return -1;
  }
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

// -- in the child: after fork(), before exec ------------------------------------------------------

class Child {
 public:
  Child(const Stage& stage, const SandboxedProgram& program, int report)
      : stage_(stage), program_(program), report_(report) {}

  [[noreturn]] void become_the_program() {
    enter_namespaces();
    const int fuse = mount_files();
    send_report(report_, {}, fuse);          // from here on our looks at the mount are answered
    ::close(fuse);
    ::close(report_);
    report_ = -1;
    cover(stage_.files() + "/proc", "/proc");
    cover(stage_.files() + "/sys", "/sys");
    cover(stage_.log(), "/var/log");
    cover(stage_.lock(), "/var/lock");
    if (::access(kModprobe, F_OK) == 0) cover(stage_.kmod(), kModprobe);
    run();
  }

 private:
  [[noreturn]] void fail(const std::string& what) {
    Report report;
    report.error = errno;
    std::strncpy(report.what.data(), what.c_str(), report.what.size() - 1);
    if (report_ < 0) complain(what);
    send_report(report_, report, -1);
    ::_exit(kCannotStart);
  }

  void complain(const std::string& what) {
    const std::string text = fmt::format("lparsim: {}: {}\n", what, std::strerror(errno));
    const auto ignored = ::write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(ignored);
  }

  void say(const char* path, const std::string& text) {
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, text.data(), text.size()) < 0) fail(path);
    ::close(file);
  }

  // Nobody but root may make a mount namespace, but everybody a user namespace with root in it.
  void enter_namespaces() {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) {
      fail("a mount namespace");
    }
    if (user != 0) {
      say("/proc/self/setgroups", "deny");
      say("/proc/self/uid_map", fmt::format("0 {} 1", user));
      say("/proc/self/gid_map", fmt::format("0 {} 1", group));
    }
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("private mounts");
    cover("/proc", stage_.real_proc());
  }

  int mount_files() {
    const int fuse = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fuse < 0) fail("/dev/fuse");
    const auto options = fmt::format("fd={},rootmode=40000,user_id=0,group_id=0", fuse);
    if (::mount("lparsim", stage_.files().c_str(), "fuse.lparsim", MS_NOSUID | MS_NODEV,
                options.c_str()) != 0) {
      fail("a FUSE mount");
    }
    return fuse;
  }

  void cover(const std::string& with, const std::string& place) {
    if (::mount(with.c_str(), place.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) fail(place);
  }

  [[noreturn]] void run() {
    for (const auto& [name, value] : program_.environment) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
    if (program_.rmo >= 0) ::fcntl(program_.rmo, F_SETFD, 0);
    std::vector<char*> arguments;
    for (const std::string& word : program_.arguments) {
      arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    complain(program_.arguments.front());
    ::_exit(kCannotStart);
  }

  const Stage& stage_;
  const SandboxedProgram& program_;
  int report_;
};

struct Pipe {
  FileDescriptor read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failure(ErrorCode::io, "pipe", std::strerror(errno));
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void use_streams(const Pipe& out, const Pipe& err) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out.write.get(), STDOUT_FILENO);
  ::dup2(err.write.get(), STDERR_FILENO);
  ::setpgid(0, 0);                           // so that all of it can be ended
}

}  // namespace

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Stage> Stage::make() {
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / "lparsim-XXXXXX").string();
  if (error || ::mkdtemp(path.data()) == nullptr) {
    return failure(ErrorCode::io, path, "no temporary folder can be made");
  }
  Stage stage(path);
  for (const auto& folder : {stage.files(), stage.real_proc(), stage.log(), stage.lock()}) {
    std::filesystem::create_directory(folder, error);
    if (error) return failure(ErrorCode::io, folder, error.message());
  }
  std::ofstream(stage.kmod()) << kKmod;
  std::filesystem::permissions(stage.kmod(), std::filesystem::perms{0755}, error);
  return stage;
}

std::string Stage::door() { return fmt::format("{}/door{}", path_, ++doors_); }

Stage::~Stage() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<Sandbox> start_sandboxed(const Stage& stage, const SandboxedProgram& program) {
  auto out = make_pipe();
  auto err = make_pipe();
  int reports[2];
  if (!out || !err || ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports) != 0) {
    return failure(ErrorCode::io, "pipe", std::strerror(errno));
  }
  const FileDescriptor ours(reports[0]);
  FileDescriptor theirs(reports[1]);
  const pid_t process = ::fork();
  if (process < 0) return failure(ErrorCode::io, "fork", std::strerror(errno));
  if (process == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (program.captured) use_streams(*out, *err);
    Child(stage, program, theirs.get()).become_the_program();
  }
  theirs.reset();
  Sandbox sandbox;
  sandbox.process = process;
  sandbox.ended = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  Report report;
  sandbox.files = FileDescriptor(receive_report(ours.get(), report));
  if (report.error != 0 || sandbox.files.get() < 0) {
    ::waitpid(process, nullptr, 0);
    return failure(ErrorCode::io, report.what.data(), std::strerror(report.error));
  }
  if (program.captured) {
    sandbox.out = std::move(out->read);
    sandbox.err = std::move(err->read);
  }
  return sandbox;
}

Result<void> sandbox_possible() {
  const auto stage = Stage::make();
  if (!stage) return tl::make_unexpected(stage.error());
  const auto sandbox = start_sandboxed(*stage, {{"true"}, {}, -1, true});
  if (!sandbox) return tl::make_unexpected(sandbox.error());
  ::kill(sandbox->process, SIGKILL);         // its mount is never served
  ::waitpid(sandbox->process, nullptr, 0);
  return {};
}

}  // namespace lparsim::gateway
