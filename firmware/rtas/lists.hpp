// Lists that are handed out in pieces over several calls (ibm,get-indices, ibm,get-vpd): number 1
// begins, each answer names the number that goes on, and a list that changed meanwhile has to be
// begun again (-4).
#pragma once

#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

inline constexpr std::int32_t kListMore = 1, kListChanged = -4;

enum class ListStep : std::uint8_t { go_on, changed, wrong_number };

// Continues or begins `list` with the caller's `number`; `kind` tells lists of one call apart and
// `digest` their contents. On changed and wrong_number the list stays as it is.
ListStep continue_list(OpenList& list, std::uint32_t number, std::uint32_t kind,
                       std::uint64_t digest);
// Notes that [0, at) has gone out; returns the next number, 1 when that was all.
std::uint32_t advance_list(OpenList& list, std::size_t at, bool all);

std::uint64_t digest_of(ByteView bytes);

}  // namespace lparsim::firmware
