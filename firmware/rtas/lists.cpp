#include "firmware/rtas/lists.hpp"

namespace lparsim::firmware {

ListStep continue_list(OpenList& list, std::uint32_t number, std::uint32_t kind,
                       std::uint64_t digest) {
  if (number == 1) {
    list = {kind, 1, 0, digest};
    return ListStep::go_on;
  }
  if (list.next == 1 || number != list.next || kind != list.kind) return ListStep::wrong_number;
  return digest == list.digest ? ListStep::go_on : ListStep::changed;
}

std::uint32_t advance_list(OpenList& list, std::size_t at, bool all) {
  if (all) {
    list = {};
  } else {
    list.at = at;
    ++list.next;
  }
  return list.next;
}

std::uint64_t digest_of(ByteView bytes) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325U;   // FNV-1a
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100'0000'01b3U;
  return hash;
}

}  // namespace lparsim::firmware
