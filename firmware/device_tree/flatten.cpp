#include "firmware/device_tree/flatten.hpp"

#include <libfdt.h>

#include <fmt/format.h>

#include <utility>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

// Bytes that the structure and string blocks need at most; libfdt writes into a fixed buffer.
std::size_t space_for(const Node& node) {
  std::size_t space = 16 + node.name.size();
  for (const Property& p : node.properties) space += 20 + p.name.size() + p.value.size();
  for (const Node& child : node.children) space += space_for(child);
  return space;
}

bool legal_name(const std::string& name) {
  return name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

int write_node(void* fdt, const Node& node) {
  LPARSIM_ASSERT(legal_name(node.name));
  int error = fdt_begin_node(fdt, node.name.c_str());
  for (const Property& p : node.properties) {
    if (error != 0) return error;
    error = fdt_property(fdt, p.name.data(), p.value.data(), static_cast<int>(p.value.size()));
  }
  for (const Node& child : node.children) {
    if (error != 0) return error;
    error = write_node(fdt, child);
  }
  return error != 0 ? error : fdt_end_node(fdt);
}

Node read_node(const void* fdt, int offset) {
  Node node;
  int length = 0;
  if (const char* name = fdt_get_name(fdt, offset, &length)) {
    node.name.assign(name, static_cast<std::size_t>(length));
  }
  int at = 0;
  fdt_for_each_property_offset(at, fdt, offset) {
    const char* name = nullptr;
    const auto* value =
        static_cast<const std::uint8_t*>(fdt_getprop_by_offset(fdt, at, &name, &length));
    if (value != nullptr) node.add(name, Bytes(value, value + length));
  }
  int child = 0;
  fdt_for_each_subnode(child, fdt, offset) node.children.push_back(read_node(fdt, child));
  return node;
}

}  // namespace

Bytes flatten(const Node& root) {
  constexpr std::size_t kHeaderAndReserve = 256;
  Bytes blob(space_for(root) + kHeaderAndReserve);
  // Without de-duplication of names, which looks through all strings at each property.
  int error = fdt_create_with_flags(blob.data(), static_cast<int>(blob.size()),
                                    FDT_CREATE_FLAG_NO_NAME_DEDUP);
  if (error == 0) error = fdt_finish_reservemap(blob.data());
  if (error == 0) error = write_node(blob.data(), root);
  if (error == 0) error = fdt_finish(blob.data());
  LPARSIM_ASSERT(error == 0);
  blob.resize(fdt_totalsize(blob.data()));
  return blob;
}

Result<Node> unflatten(ByteView blob) {
  // fdt_check_full reads every tag and string once, so the walk below cannot leave the buffer.
  const int error = fdt_check_full(blob.data(), blob.size());
  if (error != 0) {
    return bad_input("", fmt::format("not a flattened device tree: {}", fdt_strerror(error)));
  }
  return read_node(blob.data(), 0);
}

}  // namespace lparsim::firmware
