#include "sim/console/shell.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "hmc/hmc.hpp"
#include "sim/console/client.hpp"

namespace lparsim::console {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShell = "/bin/bash";
// Of hmc.md 0.1 grep and awk are known to be there; bc, last, stty and bash are known not to be.
constexpr std::array kFilters{"awk",  "cat", "cut",  "date", "egrep", "fgrep", "grep", "head",
                              "sed", "sleep", "sort", "tail", "tr", "uniq", "wc"};
constexpr std::array kFoldersOfFilters{"/usr/bin", "/bin"};
constexpr std::string_view kShellActsOn = "|;&<>()$`\n!{}";
constexpr std::array kKept{"TERM", "LANG", "LC_ALL"};   // of the environment

Result<void> link(const std::string& folder, const std::string& name, const fs::path& target) {
  std::error_code error;
  fs::create_symlink(target, fs::path(folder) / name, error);
  if (error) return failure(ErrorCode::io, folder + "/" + name, error.message());
  return {};
}

// The first word that is no assignment, as far as it can be seen without a shell.
std::string_view command_in(std::string_view line) {
  constexpr std::string_view kBlanks = " \t";
  while (true) {
    const auto begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    const auto end = std::min(line.find_first_of(kBlanks, begin), line.size());
    const auto word = line.substr(begin, end - begin);
    if (word.find('=') == std::string_view::npos) return word;
    line.remove_prefix(end);
  }
}

}  // namespace

std::string command_folder(const std::string& socket) { return socket + ".bin"; }

Result<void> make_command_folder(const std::string& folder, const std::string& program) {
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directory(folder, error);
  if (error) return failure(ErrorCode::io, folder, error.message());
  for (const auto name : hmc::command_names()) {
    if (auto linked = link(folder, std::string(name), program); !linked) return linked;
  }
  for (const std::string name : kFilters) {
    for (const fs::path where : kFoldersOfFilters) {
      if (!fs::exists(where / name, error)) continue;
      if (auto linked = link(folder, name, where / name); !linked) return linked;
      break;
    }
  }
  return {};
}

bool needs_shell(std::string_view line) {
  if (line.find_first_of(kShellActsOn) != std::string_view::npos) return true;
  const auto names = hmc::command_names();
  return std::find(names.begin(), names.end(), command_in(line)) == names.end();
}

Error become_shell(const std::string& socket, const std::string& line) {
  std::error_code ignored;
  const std::string absolute = fs::absolute(socket, ignored).string();
  std::vector<std::string> environment{"PATH=" + command_folder(absolute), "HOME=/",
                                       "USER=hscroot", "PS1=hscroot@hmc:~> ",
                                       std::string(kSocketVariable) + "=" + absolute};
  for (const char* name : kKept) {
    const char* value = std::getenv(name);
    if (value != nullptr) environment.push_back(std::string(name) + "=" + value);
  }
  std::vector<std::string> words{kShell, "--noprofile", "--norc", "--restricted"};
  if (!line.empty()) words.insert(words.end(), {"-c", line});
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  };
  ::execve(kShell, pointers(words).data(), pointers(environment).data());
  return {ErrorCode::io, std::strerror(errno), kShell};
}

}  // namespace lparsim::console
