#include "sim/gateway/gateway.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "sim/gateway/door.hpp"
#include "sim/gateway/fuse_server.hpp"
#include "sim/gateway/sandbox.hpp"

namespace lparsim::gateway {
namespace {

constexpr const char* kEmulator = "qemu-ppc64le";
constexpr const char* kShim = "liblparsim_shim.so";
constexpr std::array<const char*, 4> kPath{"/usr/sbin", "/sbin", "/usr/bin", "/bin"};

// Where a program's name leads to in the sysroot; nullopt: nowhere.
std::optional<std::string> in_sysroot(const std::string& sysroot, const std::string& name) {
  std::error_code ignored;
  if (name.find('/') != std::string::npos) {
    const std::string path = sysroot + "/" + name;
    if (std::filesystem::exists(path, ignored)) return path;
    return std::nullopt;
  }
  for (const char* folder : kPath) {
    const std::string path = sysroot + folder + "/" + name;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

// Beside the program: as installed, or in the build tree.
Result<std::string> shim_folder() {
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* folder : {"../libexec/lparsim/shims", "../gateway/shims"}) {
    const auto path = (here / folder).lexically_normal();
    if (std::filesystem::is_directory(path, error)) return path.string();
  }
  return failure(ErrorCode::not_found, kShim, "neither built nor installed beside this program");
}

// The loader puts its own library folder for $LIB: one setting serves both kinds of program.
std::string preload(const std::string& shims) { return shims + "/$LIB/" + kShim; }

Result<SandboxedProgram> sandboxed(userland::Process& process, const RealProgram& program,
                                   const std::string& door) {
  const auto shims = shim_folder();
  if (!shims) return tl::make_unexpected(shims.error());
  SandboxedProgram out;
  out.captured = program.captured;
  out.rmo = process.rmo_file();
  out.environment = {{LPARSIM_DOOR, door},
                     {LPARSIM_RMO_FD, std::to_string(out.rmo)},
                     {"TZ", "UTC"}};
  out.arguments = program.arguments;
  if (program.sysroot.empty()) {
    out.environment.emplace_back("LD_PRELOAD", preload(*shims));
    return out;
  }
  const auto path = in_sysroot(program.sysroot, program.arguments.front());
  if (!path) {
    return failure(ErrorCode::not_found, program.arguments.front(),
                   "there is no such program in " + program.sysroot);
  }
  // qemu itself is a program of this machine: the library is for the one that it runs.
  out.arguments.front() = *path;
  const std::vector<std::string> before{kEmulator, "-L", program.sysroot, "-E",
                                        "LD_PRELOAD=" + preload(*shims),
                                        "-0", program.arguments.front()};
  out.arguments.insert(out.arguments.begin(), before.begin(), before.end());
  return out;
}

// Ends with everything that the program left behind.
class Running {
 public:
  Running(userland::Process& process, Sandbox sandbox, Door door, const Stage& stage,
          const RealProgram& program)
      : process_(process), sandbox_(std::move(sandbox)), door_(std::move(door)),
        files_(std::in_place, process, std::move(sandbox_.files), stage.real_proc()),
        program_(program) {}
  ~Running() {
    if (!reaped_) {
      kill_all();
      files_.reset();                        // who waits for an answer cannot die before
      ::waitpid(sandbox_.process, nullptr, 0);
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  int to_the_end() {
    while (!ended_) {
      const auto polled = wait();
      if (polled.empty()) {
        kill_all();
        process_.err(fmt::format("lparsim: {}: no request for {} s\n",
                                 program_.arguments.front(), program_.patience.count()));
        break;
      }
      serve(polled);
    }
    drain();
    return reap();
  }

 private:
  // Empty: patience is over.
  std::vector<pollfd> wait() {
    std::vector<pollfd> polled{{files_->descriptor(), POLLIN, 0},
                               {sandbox_.out.get(), POLLIN, 0},
                               {sandbox_.err.get(), POLLIN, 0},
                               {sandbox_.ended.get(), POLLIN, 0}};
    door_.add_to(polled);
    const auto patience = program_.patience.count();
    const int timeout = patience == 0 ? -1 : static_cast<int>(patience * 1000);
    int found = 0;
    do {
      found = ::poll(polled.data(), polled.size(), timeout);
    } while (found < 0 && errno == EINTR);
    if (found <= 0) polled.clear();
    return polled;
  }

  // In this order, so that the same requests are always answered in the same one.
  void serve(const std::vector<pollfd>& polled) {
    if (polled[0].revents != 0) files_->serve();
    door_.serve(polled);
    if (polled[1].revents != 0) take(sandbox_.out, false);
    if (polled[2].revents != 0) take(sandbox_.err, true);
    ended_ = polled[3].revents != 0;
  }

  void take(FileDescriptor& from, bool error) {
    std::array<char, 4096> text{};
    const auto got = ::read(from.get(), text.data(), text.size());
    if (got <= 0) return from.reset();
    const std::string_view part(text.data(), static_cast<std::size_t>(got));
    error ? process_.err(part) : process_.out(part);
  }

  // What is left in the pipes; who inherited them may keep them open.
  void drain() {
    for (FileDescriptor* from : {&sandbox_.out, &sandbox_.err}) {
      pollfd one{from->get(), POLLIN, 0};
      while (from->get() >= 0 && ::poll(&one, 1, 0) > 0) take(*from, from == &sandbox_.err);
    }
  }

  void kill_all() {
    if (program_.captured) ::kill(-sandbox_.process, SIGKILL);
    ::kill(sandbox_.process, SIGKILL);
  }

  int reap() {
    int status = 0;
    while (::waitpid(sandbox_.process, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  userland::Process& process_;
  Sandbox sandbox_;
  Door door_;
  std::optional<FuseServer> files_;
  const RealProgram& program_;
  bool ended_ = false, reaped_ = false;
};

int refuse(userland::Process& process, const Error& error) {
  process.err("lparsim: " + error.line() + "\n");
  return kOwnFailure;
}

}  // namespace

int run_real_program(userland::Process& process, Stage& stage, const RealProgram& program) {
  const std::string door_path = stage.door();
  auto door = Door::open(process, door_path);
  if (!door) return refuse(process, door.error());
  const auto command = sandboxed(process, program, door_path);
  if (!command) return refuse(process, command.error());
  auto sandbox = start_sandboxed(stage, *command);
  if (!sandbox) return refuse(process, sandbox.error());
  return Running(process, std::move(*sandbox), std::move(*door), stage, program).to_the_end();
}

Result<void> can_run(const std::string& sysroot) {
  const auto shims = shim_folder();
  if (!shims) return tl::make_unexpected(shims.error());
  std::error_code ignored;
  if (!sysroot.empty()) {
    const std::string shim = *shims + "/lib/powerpc64le-linux-gnu/" + kShim;
    if (!std::filesystem::exists(shim, ignored)) {
      return failure(ErrorCode::not_found, shim,
                     "it was not built, for want of powerpc64le-linux-gnu-gcc");
    }
    if (!std::filesystem::exists(std::string("/usr/bin/") + kEmulator, ignored)) {
      return failure(ErrorCode::not_found, kEmulator, "the Debian package qemu-user has it");
    }
    if (!std::filesystem::exists(sysroot + "/lib64/ld64.so.2", ignored)) {
      return failure(ErrorCode::not_found, sysroot,
                     "no POWER Linux there; packaging/ppc64el-sysroot.sh makes one");
    }
  }
  return sandbox_possible();
}

}  // namespace lparsim::gateway
