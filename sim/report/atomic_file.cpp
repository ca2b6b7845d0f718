#include "sim/report/atomic_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace lparsim::report {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

tl::unexpected<Error> io_failure(const std::string& path) {
  return failure(ErrorCode::io, path, std::string("cannot write: ") + std::strerror(errno));
}

bool write_whole(const std::string& path, std::string_view content) {
  std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "wb"));
  if (!file) return false;
  const bool written = std::fwrite(content.data(), 1, content.size(), file.get()) == content.size();
  // A full disk shows only when the buffer is flushed, so the result of closing counts.
  return std::fclose(file.release()) == 0 && written;
}

}  // namespace

Result<void> write_file_atomically(const std::string& path, std::string_view content) {
  struct stat status {};
  const bool in_place = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  if (in_place) {
    if (!write_whole(path, content)) return io_failure(path);
    return {};
  }
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  if (!write_whole(temporary, content) || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    std::remove(temporary.c_str());
    errno = reason;
    return io_failure(path);
  }
  return {};
}

}  // namespace lparsim::report
