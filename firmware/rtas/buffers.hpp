// Memory that an RTAS call names by address: firmware touches nothing else (R1-7.2.4-3).
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

// Whether the caller owns and may use all of [address, +size) and it is real memory.
bool reachable(const CallFrame& frame, std::uint64_t address, std::uint64_t size);
// The bytes there; nullopt when they are not reachable.
std::optional<Bytes> read_buffer(const CallFrame& frame, std::uint64_t address,
                                 std::uint64_t size);
// Writes all of it, or nothing and answers false.
bool write_buffer(CallFrame& frame, std::uint64_t address, ByteView bytes);
// The text up to its NUL, at most `longest` characters; nullopt: not reachable or no NUL there.
std::optional<std::string> read_text(const CallFrame& frame, std::uint64_t address,
                                     std::size_t longest);

}  // namespace lparsim::firmware
