// Reading and writing a partition's files the way drmgr and lsslot do it: binary properties below
// /proc, text attributes below /sys (drmgr.md section 1, "FUSE server rules").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::userland {

bool exists(PartitionFiles& files, std::string_view path);

// Names of the directories in `path`, in the order of the listing; nullopt when it cannot be read.
std::optional<std::vector<std::string>> directories(PartitionFiles& files, std::string_view path);

// A device-tree property. An empty one reads as a failure, as drmgr's single fread does; so does
// one longer than `limit` bytes.
std::optional<Bytes> property(PartitionFiles& files, std::string_view path,
                              std::size_t limit = SIZE_MAX);
// The first cell of a property.
std::optional<std::uint32_t> cell_property(PartitionFiles& files, std::string_view path);

std::optional<std::string> read_text(PartitionFiles& files, std::string_view path);
// A number as fscanf("%i") reads it: decimal, 0x or octal.
std::optional<long> int_attribute(PartitionFiles& files, std::string_view path);
// The first word of an attribute, as fscanf("%s") reads it; nullopt also when there is none.
std::optional<std::string> word_attribute(PartitionFiles& files, std::string_view path);

std::int64_t write_text(PartitionFiles& files, std::string_view path, std::string_view text);
std::int64_t append_text(PartitionFiles& files, std::string_view path, std::string_view text);

// strerror() of an errno, given with either sign.
std::string errno_text(std::int64_t error);

ByteView as_bytes(std::string_view text);

}  // namespace lparsim::userland
