#include "models/userland/memory_legacy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "models/userland/connectors.hpp"
#include "models/userland/files.hpp"
#include "models/userland/glibc_random.hpp"
#include "models/userland/lmb_list.hpp"
#include "models/userland/ofdt.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kProbe = "/sys/devices/system/memory/probe";
constexpr std::string_view kLmbProperty = "ibm,dynamic-memory";
constexpr std::size_t kLmbEntry = 24, kEntryAssociativity = 16, kEntryFlags = 20;
constexpr std::uint32_t kAssigned = 0x8;

// Places of the real program's source, told with an error that it has no text for.
enum Place : int {
  kBlockFailed = 1155, kAcquireFailed = 1195, kAddTreeFailed = 1202, kOnlineFailed = 1210,
  kRemoveTreeFailed = 1284, kReleaseFailed = 1298,
};

void say_unexpected(Session& session, Place place) {
  session.say(kError, fmt::format("Unexpected error (src/drmgr/drslot_chrp_mem.c:{}).  Contact "
                                  "support and provide debug log from {}.\n",
                                  static_cast<int>(place), kLogFile));
}

std::string_view word(bool online) { return online ? "online" : "offline"; }

bool balloon_active(Session& session) {
  constexpr std::string_view kParameters = "/sys/module/cmm/parameters";
  bool active = false;
  if (exists(session.files, "/sys/devices/system/cmm/cmm0/loaned_kb") &&
      exists(session.files, kParameters)) {
    active = int_attribute(session.files, fmt::format("{}/disable", kParameters)) == 0;
  }
  session.say(kDebug, fmt::format("AMS ballooning {} active\n", active ? "is" : "is not"));
  return active;
}

// One run of drmgr -c mem over the list of LMBs.
class Memory {
 public:
  Memory(Session& session, LmbList list, Bytes property)
      : session_(session), list_(std::move(list)), property_(std::move(property)) {}

  // Both begin with the first LMB and pass each one once.
  int add();
  int remove();
  // How many can go; what the balloon holds cannot be known.
  bool limit_to_removable();
  void shuffle();

  std::int32_t done() const { return done_; }

 private:
  std::int32_t wanted() const { return session_.request.signed_count(); }
  Lmb* next();
  bool is_wanted(const Lmb& lmb) const;
  bool can_be_taken(const Lmb& lmb);
  bool balloon();
  bool add_one(Lmb& lmb);
  bool remove_one(Lmb& lmb);
  int add_to_tree(Lmb& lmb);
  int write_property(const Lmb& lmb, const TreeNode* node);
  void mark_entry(std::uint8_t* entry, const TreeNode* node);
  int set_state(const Lmb& lmb, bool online);
  int set_blocks(const Lmb& lmb, bool online);
  int set_block(std::uint64_t block, bool online);
  std::optional<bool> block_state(std::uint64_t block);
  int probe(const Lmb& lmb);

  Session& session_;
  LmbList list_;
  Bytes property_;              // ibm,dynamic-memory as this run has changed it
  std::size_t at_ = 0;          // the next LMB
  std::int32_t done_ = 0;
  std::optional<bool> balloon_;  // asked for once
};

bool Memory::balloon() {
  if (!balloon_) balloon_ = balloon_active(session_);
  return *balloon_;
}

bool Memory::is_wanted(const Lmb& lmb) const {
  const Request& request = session_.request;
  // LMBs have no names here: a name is at most a number in C's notation.
  if (request.drc_name) {
    return request.drc_name->empty() ||
           lmb.drc_index ==
               static_cast<std::uint32_t>(std::strtoul(request.drc_name->c_str(), nullptr, 0));
  }
  return request.drc_index == 0 || lmb.drc_index == request.drc_index;
}

bool Memory::can_be_taken(const Lmb& lmb) {
  if (!is_wanted(lmb)) return false;
  if (session_.request.action == Action::add) {
    return !lmb.owned && entity_sense(session_, lmb.drc_index) == kStateUnusable;
  }
  return lmb.owned && (balloon() || lmb.removable);
}

Lmb* Memory::next() {
  balloon();
  while (at_ < list_.lmbs.size()) {
    Lmb& lmb = list_.lmbs[at_++];
    if (!can_be_taken(lmb)) continue;
    session_.say(kDebug,
                 fmt::format("Found available LMB, , drc index 0x{:x}\n", lmb.drc_index));
    return &lmb;
  }
  return nullptr;
}

// Every LMB changes places with one before it, or stays.
void Memory::shuffle() {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
      session_.process.now().time_since_epoch());
  GlibcRandom random(static_cast<std::uint32_t>(seconds.count()));
  for (std::size_t i = 0; i < list_.lmbs.size(); ++i) {
    std::swap(list_.lmbs[i], list_.lmbs[random.next() % (i + 1)]);
  }
}

bool Memory::limit_to_removable() {
  if (balloon()) return true;
  const auto count = static_cast<std::uint32_t>(std::count_if(
      list_.lmbs.begin(), list_.lmbs.end(), [](const Lmb& lmb) { return lmb.removable; }));
  if (count == 0) {
    session_.say(kError, "There is not enough removable memory available to fulfill the "
                         "request.\n");
  }
  if (count < session_.request.count) {
    session_.say(kInfo,
                 fmt::format("Only {} LMBs are currently candidates for removal.\n", count));
    session_.request.count = count;
  }
  return count != 0;
}

int Memory::add() {
  int status = 0;
  while (done_ < wanted() && !session_.timed_out()) {
    Lmb* const lmb = next();
    if (lmb == nullptr) return -1;
    status = add_one(*lmb) ? 0 : -1;
    if (status == 0) ++done_;
  }
  return status;
}

bool Memory::add_one(Lmb& lmb) {
  if (acquire_connector(session_, lmb.drc_index) != 0) {
    say_unexpected(session_, kAcquireFailed);
    return false;
  }
  if (add_to_tree(lmb) != 0) {
    say_unexpected(session_, kAddTreeFailed);
  } else if (set_state(lmb, true) != 0) {
    say_unexpected(session_, kOnlineFailed);
    write_property(lmb, nullptr);
  } else {
    return true;
  }
  release_connector(session_, lmb.drc_index, false);
  return false;
}

int Memory::remove() {
  while (done_ < wanted() && !session_.timed_out()) {
    Lmb* const lmb = next();
    if (lmb == nullptr) return -1;
    if (remove_one(*lmb)) ++done_;
  }
  return 0;
}

bool Memory::remove_one(Lmb& lmb) {
  if (set_state(lmb, false) != 0) return false;
  if (write_property(lmb, nullptr) != 0) {
    say_unexpected(session_, kRemoveTreeFailed);
    set_state(lmb, true);
    return false;
  }
  if (release_connector(session_, lmb.drc_index, false) == 0) return true;
  say_unexpected(session_, kReleaseFailed);
  add_to_tree(lmb);
  set_state(lmb, true);
  return false;
}

// The node that configure-connector brings is only asked for its associativity.
int Memory::add_to_tree(Lmb& lmb) {
  const auto nodes = configure_connector(session_, lmb.drc_index);
  if (!nodes) {
    release_connector(session_, lmb.drc_index, false);
    return -1;
  }
  int status = write_property(lmb, &nodes->front());
  if (status == -ENODEV) {
    session_.say(kDebug, "Assuming older kernel, trying to add node\n");
    status = add_tree_nodes(session_, std::string(kTree), *nodes);
  }
  if (status == 0) read_lmb_blocks(session_, list_, lmb);
  return status;
}

// With a node the LMB becomes assigned, without one it is no more.
int Memory::write_property(const Lmb& lmb, const TreeNode* node) {
  for (std::size_t at = 4; at + kLmbEntry <= property_.size(); at += kLmbEntry) {
    if (load_be32(&property_[at + 8]) != lmb.drc_index) continue;
    mark_entry(&property_[at], node);
    break;
  }
  auto phandle = cell_property(session_.files, memory_property("linux,phandle"));
  const auto own = cell_property(session_.files, memory_property("ibm,phandle"));
  if (own) phandle = own;
  if (!phandle) {
    session_.say(kDebug,
                 fmt::format("Failed to get phandle for  under {}. (rc=-1)\n", kMemoryNode));
    return -1;
  }
  std::string text =
      fmt::format("update_property 0x{:x} {} {} ", *phandle, kLmbProperty, property_.size());
  text.append(property_.begin(), property_.end());
  text += fmt::format(" {} {} ", node != nullptr ? "add" : "remove", sizeof lmb.address);
  // In the byte order of the program, which is little endian.
  for (std::size_t i = 0; i < sizeof lmb.address; ++i) {
    text += static_cast<char>(lmb.address >> (8 * i));
  }
  return update_tree_property(session_, text);
}

void Memory::mark_entry(std::uint8_t* entry, const TreeNode* node) {
  const std::uint32_t flags = load_be32(entry + kEntryFlags);
  store_be32(entry + kEntryFlags, node != nullptr ? flags | kAssigned : flags & ~kAssigned);
  if (node == nullptr) return;
  const auto value = std::find_if(node->properties.begin(), node->properties.end(),
                                  [](const auto& p) { return p.name == "ibm,associativity"; });
  const auto arrays = read_associativity(session_);
  if (value == node->properties.end() || !arrays) return;
  for (std::uint32_t i = 0; i < arrays->count; ++i) {
    bool same = true;
    for (std::uint32_t k = 0; same && k < arrays->size; ++k) {
      const std::size_t cell = std::size_t{i} * arrays->size + k, at = 4 * (std::size_t{k} + 1);
      same = cell < arrays->cells.size() && at + 4 <= value->value.size() &&
             arrays->cells[cell] == load_be32(&value->value[at]);
    }
    if (!same) continue;
    store_be32(entry + kEntryAssociativity, i);
    return;
  }
}

int Memory::probe(const Lmb& lmb) {
  if (!exists(session_.files, kProbe)) {
    session_.say(kDebug, fmt::format("Could not open {} to probe memory\n", kProbe));
    return ENOENT;
  }
  const std::uint64_t size = list_.block_size;
  for (const std::uint64_t block : lmb.blocks) {
    const std::string address = fmt::format("0x{:x}", block * size);
    session_.say(kDebug, fmt::format("Probing memory address {}\n", address));
    const std::int64_t written = write_text(session_.files, kProbe, address);
    if (written >= 0) continue;
    session_.say(kDebug, fmt::format("Probe failed:\n{}\n", errno_text(written)));
    return -1;
  }
  return 0;
}

std::optional<bool> Memory::block_state(std::uint64_t block) {
  const std::string path = block_path(block) + "/state";
  const auto state = read_text(session_.files, path);
  if (!state) {
    session_.say(kDebug, fmt::format("Could not open {} to validate its state.\n{}\n", path,
                                     errno_text(ENOENT)));
    return std::nullopt;
  }
  if (state->starts_with("online")) return true;
  if (state->starts_with("offline")) return false;
  return std::nullopt;
}

int Memory::set_block(std::uint64_t block, bool online) {
  const std::string path = block_path(block);
  session_.say(kDebug,
               fmt::format("{} Marking {} {}\n", session_.clock(), path, word(online)));
  const std::int64_t written = write_text(session_.files, path + "/state", word(online));
  if (written < 0) {
    session_.say(kError, fmt::format("Could not write to {}/state to {} memory\n\t{}\n", path,
                                     word(online), errno_text(written)));
    return -1;
  }
  if (block_state(block) != online) {
    session_.say(kDebug,
                 fmt::format("{} Could not {} {}.\n", session_.clock(), word(online), path));
    return EAGAIN;
  }
  session_.say(kDebug, fmt::format("{} Completed marking {} {}.\n", session_.clock(), path,
                                   word(online)));
  return 0;
}

// Blocks that fail take the others back.
int Memory::set_blocks(const Lmb& lmb, bool online) {
  int status = 0;
  for (const std::uint64_t block : lmb.blocks) {
    if (!exists(session_.files, block_path(block))) continue;
    status = set_block(block, online);
    if (status != 0) break;
  }
  if (status == 0) return 0;
  for (const std::uint64_t block : lmb.blocks) {
    if (!exists(session_.files, block_path(block))) continue;
    if (block_state(block) == online) set_block(block, !online);
  }
  return status;
}

int Memory::set_state(const Lmb& lmb, bool online) {
  session_.say(kInfo, fmt::format("Attempting to {} .\n", word(online)));
  if (online) {
    if (const int status = probe(lmb); status != 0) return status;
  }
  const int status = set_blocks(lmb, online);
  if (status == 0) {
    session_.say(kInfo, fmt::format(" is {}.\n", word(online)));
  } else if (status == EAGAIN) {
    session_.say(kInfo, fmt::format("Could not {}  at this time.\n", word(online)));
  } else {
    say_unexpected(session_, kBlockFailed);
  }
  return status;
}

std::optional<Memory> read_memory(Session& session) {
  auto list = read_lmbs(session, LmbProperty::first_version);
  auto value = property(session.files, memory_property(kLmbProperty));
  if (list && value) return Memory(session, std::move(*list), std::move(*value));
  session.say(kError, "Could not gather LMB (logical memory block information.\n");
  return std::nullopt;
}

}  // namespace

void report_memory(Session& session, std::uint32_t count) {
  session.process.out(fmt::format("DR_TOTAL_RESOURCES={}\n", static_cast<std::int32_t>(count)));
}

int add_memory_alone(Session& session) {
  auto memory = read_memory(session);
  if (!memory) return -1;
  const std::int32_t count = session.request.signed_count();
  session.say(kDebug, fmt::format("Attempting to add {} LMBs\n", count));
  const int status = memory->add();
  session.say(kDebug, fmt::format("Added {} of {} requested LMB(s)\n", memory->done(), count));
  report_memory(session, static_cast<std::uint32_t>(memory->done()));
  return status;
}

int remove_memory_alone(Session& session) {
  auto memory = read_memory(session);
  if (!memory) return -1;
  memory->shuffle();
  const bool enough = memory->limit_to_removable();   // the count may become less
  const std::int32_t count = session.request.signed_count();
  int status = -1;
  if (enough) {
    session.say(kDebug, fmt::format("Attempting removal of {} LMBs\n", count));
    status = memory->remove();
  }
  session.say(kError,
              fmt::format("Removed {} of {} requested LMB(s)\n", memory->done(), count));
  if (memory->done() < count) {
    session.say(kError, fmt::format("Unable to hotplug remove the remaining {} LMB(s)\n",
                                    count - memory->done()));
  }
  report_memory(session, static_cast<std::uint32_t>(memory->done()));
  return status;
}

}  // namespace lparsim::userland
