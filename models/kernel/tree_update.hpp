// ibm,update-nodes and ibm,update-properties (LoPAR 7.3.24, 7.3.25): the live tree follows what
// firmware tells after a migration or a resource reassignment (kernel.md 8).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// How it ended: the status or errno that the kernel speaks of, and what a caller may be told.
struct TreeUpdateEnd {
  std::int32_t said = 0;
  int error = 0;
};
// [blocks]
TreeUpdateEnd update_tree(Kernel& kernel, std::int32_t scope);

// [blocks] The properties of one node; 0 or a negative errno.
int update_node(Kernel& kernel, NodeId node, std::int32_t scope);

// [blocks] One call with a private copy of the work area; repeated while busy where that is done.
std::int32_t call_update(Kernel& kernel, std::string_view service, Bytes& area,
                         std::int32_t scope);

// What firmware left in a work area. Beyond its end: -EIO, or a bad access.
class AreaReader {
 public:
  AreaReader(Kernel& kernel, const Bytes& area, std::size_t at)
      : kernel_(kernel), area_(area), at_(at) {}
  std::optional<std::uint32_t> word();
  std::optional<ByteView> take(std::size_t bytes);
  std::optional<std::string_view> name();
  void out_of_area() const;              // [[noreturn]] where firmware is trusted

 private:
  Kernel& kernel_;
  const Bytes& area_;
  std::size_t at_;
};

}  // namespace lparsim::kernel
