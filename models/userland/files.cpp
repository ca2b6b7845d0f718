#include "models/userland/files.hpp"

#include <cstdlib>
#include <system_error>

namespace lparsim::userland {

bool exists(PartitionFiles& files, std::string_view path) {
  FileStat stat;
  return files.stat(path, stat) == 0;
}

std::optional<std::vector<std::string>> directories(PartitionFiles& files, std::string_view path) {
  std::vector<DirectoryEntry> entries;
  if (files.list(path, entries) < 0) return std::nullopt;
  std::vector<std::string> names;
  for (DirectoryEntry& entry : entries) {
    if (entry.type == FileType::directory && entry.name != "." && entry.name != "..") {
      names.push_back(std::move(entry.name));
    }
  }
  return names;
}

std::optional<Bytes> property(PartitionFiles& files, std::string_view path, std::size_t limit) {
  Bytes value;
  if (files.read(path, value) < 0 || value.empty() || value.size() > limit) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> cell_property(PartitionFiles& files, std::string_view path) {
  const std::optional<Bytes> value = property(files, path);
  if (!value || value->size() < 4) return std::nullopt;
  return load_be32(value->data());
}

std::optional<std::string> read_text(PartitionFiles& files, std::string_view path) {
  Bytes value;
  if (files.read(path, value) < 0) return std::nullopt;
  return std::string(value.begin(), value.end());
}

std::optional<long> int_attribute(PartitionFiles& files, std::string_view path) {
  const std::optional<std::string> text = read_text(files, path);
  if (!text) return std::nullopt;
  char* end = nullptr;
  const long value = std::strtol(text->c_str(), &end, 0);
  if (end == text->c_str()) return std::nullopt;
  return value;
}

std::optional<std::string> word_attribute(PartitionFiles& files, std::string_view path) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::optional<std::string> text = read_text(files, path);
  if (!text) return std::nullopt;
  const std::size_t begin = text->find_first_not_of(kBlanks);
  if (begin == std::string::npos) return std::nullopt;
  return text->substr(begin, text->find_first_of(kBlanks, begin) - begin);
}

ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::int64_t write_text(PartitionFiles& files, std::string_view path, std::string_view text) {
  return files.write(path, as_bytes(text));
}

std::int64_t append_text(PartitionFiles& files, std::string_view path, std::string_view text) {
  return files.append(path, as_bytes(text));
}

std::string errno_text(std::int64_t error) {
  return std::generic_category().message(static_cast<int>(error < 0 ? -error : error));
}

}  // namespace lparsim::userland
