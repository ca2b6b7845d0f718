// A partition with slots: host bridge "PHB 0" of two with the hot-plug slots "C1" (with a card) and
// "C2" (empty), host bridge "PHB 2" with the logical slot "P1-C1", virtual slots "V1-C0" to "V1-C2"
// with an adapter in V1-C2. Its kernel edits the tree as ofdt is asked to, and its firmware notes
// every call and answers 0 and what `sensors` and `statuses` say.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/userland/fake_partition.hpp"

namespace lparsim::userland::testing {

inline constexpr std::uint32_t kC1 = 0x40000020, kC2 = 0x40000028, kLogicalSlot = 0x21010001;

struct SlotPartition {
  SlotPartition();
  SlotPartition(const SlotPartition&) = delete;

  void set_connectors(const std::string& node, const std::vector<std::uint32_t>& indexes,
                      const std::vector<std::string>& names,
                      const std::vector<std::string>& types);
  // A node below /proc/device-tree with its connector and location code.
  void add_node(const std::string& path, std::uint32_t index, const std::string& location);
  void refuse(const std::string& file, int error);

  FakePartition partition;
  std::vector<std::string> calls;              // "sense 40000020", "isolate 40000020 0" ...
  std::vector<std::string> writes;             // to ofdt and slot files
  std::map<std::uint32_t, std::int32_t> sensors;   // 0..4 or a status; 1 when it says nothing
  std::map<std::string, std::int32_t> statuses;    // of the call with this text
  int busy_answers = 0;                        // the next calls answer 9900

 private:
  int firmware(std::uint8_t* block);
  std::int64_t edit_tree(const std::string& request);
  std::int32_t walk();

  std::uint32_t walked_ = 0;                   // connector of the walk under way
};

}  // namespace lparsim::userland::testing
