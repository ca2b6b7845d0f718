#include "sim/cli/paths.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "sim/config/json_reader.hpp"

namespace lparsim::cli {

namespace fs = std::filesystem;

namespace {

fs::path program_folder() { return fs::path(program_path()).parent_path(); }

Result<std::string> first_existing(const std::vector<fs::path>& candidates, std::string_view what) {
  std::string sought;
  for (const auto& candidate : candidates) {
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return candidate.lexically_normal().string();
    sought += (sought.empty() ? "" : ", ") + candidate.lexically_normal().string();
  }
  return failure(ErrorCode::not_found, std::string(what), "not found; sought at " + sought);
}

Result<void> add_folder(const std::string& path, std::vector<std::string>& files) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == ".json" && it->is_regular_file(ignored)) {
      files.push_back(it->path().string());
    }
  }
  if (error) return failure(ErrorCode::io, path, error.message());
  return {};
}

}  // namespace

std::string program_path() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).string();
}

Result<std::string> shipped_file(const std::string& relative) {
  const auto folder = program_folder();
  // <prefix>/bin/lparsim; a build tree has the same shape (CMakeLists.txt beside this file).
  return first_existing({folder / "../share/lparsim" / relative}, relative);
}

Result<std::string> bench_program() {
  const auto folder = program_folder();
  return first_existing({folder / "lparsim_bench", folder / "../libexec/lparsim/lparsim_bench",
                         folder / "../../bench/lparsim_bench"},
                        "lparsim_bench");
}

Result<std::vector<std::string>> json_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      std::vector<std::string> found;
      if (auto added = add_folder(path, found); !added) return tl::make_unexpected(added.error());
      std::sort(found.begin(), found.end());
      files.insert(files.end(), found.begin(), found.end());
    } else if (fs::exists(path, ignored)) {
      files.push_back(path);
    } else {
      return failure(ErrorCode::not_found, path, "no such file or folder");
    }
  }
  std::vector<std::string> unique;
  for (auto& file : files) {
    if (std::find(unique.begin(), unique.end(), file) == unique.end()) {
      unique.push_back(std::move(file));
    }
  }
  return unique;
}

Result<std::string> kind_of_file(const std::string& path) {
  const auto document = config::read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  auto root = document->root();
  if (root.has("$schema") && !root.has("kind")) return std::string("schema");
  auto kind = root.string("kind");
  if (auto good = document->check(); !good) return tl::make_unexpected(good.error());
  return kind;
}

Result<std::vector<std::string>> scenarios_below(const std::vector<std::string>& paths) {
  auto files = json_files(paths);
  if (!files) return files;
  std::vector<std::string> scenarios;
  for (const auto& file : *files) {
    const bool named = std::find(paths.begin(), paths.end(), file) != paths.end();
    const auto kind = kind_of_file(file);
    // What cannot be read is kept: running it gives the error, and the others still run.
    if (named || !kind || *kind == "scenario") scenarios.push_back(file);
  }
  return scenarios;
}

}  // namespace lparsim::cli
