// The record of a run: a binary ring, always on. A record is 48 bytes and costs nanoseconds; texts
// are interned once. Exporters (JSON lines and, later, others) read it after the run.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/base/ids.hpp"
#include "sim/base/time.hpp"

namespace lparsim {

// X(kind, name0, name1, name2, name3): what happened and the names of its numbers in the exports.
// "" = not used; a name that ends in '$' is an interned text, one that ends in '#' is printed in
// hexadecimal, others are signed decimals.
#define LPARSIM_EVENT_KINDS(X)                                             \
  X(step, "number", "text$", "", "")                                       \
  X(hmc_command, "session", "command$", "", "")                            \
  X(hmc_reply, "session", "exit", "stdout$", "stderr$")                    \
  X(assign, "what$", "from", "to", "amount")                               \
  X(rmc_request, "id", "command$", "", "")                                 \
  X(rmc_reply, "id", "exit", "", "")                                       \
  X(rmc_lost, "id", "what$", "", "")                                       \
  X(rmc_state, "active", "", "", "")                                       \
  X(process_start, "pid", "command$", "", "")                              \
  X(process_exit, "pid", "exit", "stdout$", "stderr$")                     \
  X(file_write, "path$", "data$", "result", "")                            \
  X(kernel_message, "level", "text$", "", "")                              \
  X(kernel_bug, "text$", "", "", "")                                       \
  X(cpu_online, "server", "logical", "", "")                               \
  X(cpu_offline, "server", "logical", "", "")                              \
  X(memory_online, "address#", "size#", "", "")                            \
  X(memory_offline, "address#", "size#", "", "")                           \
  X(tree_add, "path$", "", "", "")                                         \
  X(tree_remove, "path$", "", "", "")                                      \
  X(tree_update, "path$", "property$", "", "")                             \
  X(rtas_entry, "call$", "cpu", "arg0#", "arg1#")                          \
  X(rtas_reply, "call$", "status", "out1#", "out2#")                       \
  X(hcall, "opcode#", "status", "arg0#", "arg1#")                          \
  X(drc_state, "drc#", "from$", "to$", "")                                 \
  X(connector, "drc#", "status", "name$", "length")                        \
  X(event_queued, "class#", "action", "id#", "")                           \
  X(event_delivered, "class#", "action", "id#", "")                        \
  X(cpu_started, "server", "entry#", "r3#", "")                            \
  X(cpu_stopped, "server", "", "", "")                                     \
  X(partition_state, "from$", "to$", "", "")                               \
  X(choice, "site$", "outcome$", "argument#", "")                          \
  X(actor_start, "id", "name$", "", "")                                    \
  X(actor_end, "id", "name$", "ended", "")                                 \
  X(violation, "invariant$", "text$", "", "")                              \
  X(event_lost, "class#", "action", "", "")

enum class EventKind : std::uint16_t {
#define LPARSIM_EVENT_ENUM(kind, a, b, c, d) kind,
  LPARSIM_EVENT_KINDS(LPARSIM_EVENT_ENUM)
#undef LPARSIM_EVENT_ENUM
};

struct EventKindInfo {
  std::string_view name;
  std::array<std::string_view, 4> fields;
};
const EventKindInfo& info(EventKind kind);

// Number of an interned text in the log's table; 0 is the empty text.
using TextId = std::uint64_t;

struct EventRecord {
  std::int64_t time_ns = 0;
  std::uint32_t actor = 0;
  EventKind kind{};
  std::uint16_t partition = 0;
  std::array<std::uint64_t, 4> values{};
};
static_assert(sizeof(EventRecord) == 48);

// Whether the record tells of something that went wrong. Busy statuses are none: the call is made
// again. Faults are named by `choice`, which is one.
bool tells_of_failure(const EventRecord& record);

class EventLog {
 public:
  // capacity: records the ring keeps, rounded up to a power of two. Older ones go to the spill
  // function, when one is set, or are dropped; total() and hash() count every record all the same.
  explicit EventLog(const Clock& clock, std::size_t capacity = 1U << 16);

  using Spill = std::function<void(const EventRecord&)>;
  void spill_to(Spill spill) { spill_ = std::move(spill); }

  void add(EventKind kind, PartitionId partition, std::uint64_t a = 0, std::uint64_t b = 0,
           std::uint64_t c = 0, std::uint64_t d = 0) {
    if (!enabled_) return;
    append({clock_.now().time_since_epoch().count(), actor_, kind, partition.value, {a, b, c, d}});
  }
  TextId text(std::string_view value);
  // The same for a text that comes again and again: `hint` keeps its id, checked, not trusted.
  TextId text(std::string_view value, TextId& hint) {
    if (hint < texts_.size() && texts_[hint] == value) return hint;
    return hint = text(value);
  }
  std::string_view text(TextId id) const { return texts_.at(id); }

  // Who acts from now on; set by the scheduler at each switch.
  void set_actor(ActorId actor) { actor_ = actor.value; }
  void enable(bool on) { enabled_ = on; }

  std::uint64_t total() const { return total_; }
  std::uint64_t hash() const { return hash_; }  // records and new texts since the last mark
  std::uint64_t oldest() const { return total_ <= mask_ ? 0 : total_ - mask_ - 1; }
  const EventRecord& at(std::uint64_t number) const { return ring_[number & mask_]; }

  // An episode starts: texts interned later are forgotten by return_to, the hash starts again.
  struct Mark {
    std::uint64_t total = 0;
    std::size_t texts = 0;
  };
  Mark mark();
  void return_to(const Mark& mark);

  // The i-th value as the exports show it: a text, "0x1f" or "-3".
  std::string value(const EventRecord& record, std::size_t i) const;
  // {"t":..., "kind":"...", "partition":..., "actor":..., <fields>} without newline.
  std::string json(const EventRecord& record) const;
  void write_json_lines(std::ostream& out) const;  // what the ring still holds

 private:
  void append(const EventRecord& record) {
    hash_ = mix(hash_, digest(record));
    if (spill_) spill_(record);
    const auto place = total_++ & mask_;
    if (place == ring_.size()) {
      ring_.push_back(record);
    } else {
      ring_[place] = record;
    }
  }
  static std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    return hash ^ (hash >> 32);
  }
  // The record's words are digested side by side, and only the digest is chained: a chain of six
  // multiplications would cost more than the rest of the record.
  static std::uint64_t digest(const EventRecord& record) {
    const std::uint64_t who = (std::uint64_t{record.actor} << 32) |
                              (static_cast<std::uint64_t>(record.kind) << 16) | record.partition;
    const auto& v = record.values;
    const std::uint64_t a = mix(static_cast<std::uint64_t>(record.time_ns), who);
    const std::uint64_t b = mix(v[0] + 0xa0761d6478bd642fU, v[1]);
    const std::uint64_t c = mix(v[2] + 0xe7037ed1a0b428dbU, v[3]);
    return mix(a, b) + mix(b + 1, c);
  }

  const Clock& clock_;
  std::vector<EventRecord> ring_;   // grows to mask_ + 1 records, then the oldest is overwritten
  std::uint64_t mask_;
  std::uint64_t total_ = 0;
  std::uint64_t hash_;
  std::uint32_t actor_ = 0;
  bool enabled_ = true;
  Spill spill_;
  std::deque<std::string> texts_;  // stable addresses: the index holds views of them
  std::unordered_map<std::string_view, TextId> index_;
};

}  // namespace lparsim
