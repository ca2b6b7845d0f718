// The flattened boot tree of the kernel tests and the tokens in its /rtas node.
#pragma once

#include <gtest/gtest.h>
#include <libfdt.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {

// A flattened tree in the making.
class Flat {
 public:
  Flat() : blob_(64U << 10) {
    fdt_create(blob_.data(), static_cast<int>(blob_.size()));
    fdt_finish_reservemap(blob_.data());
  }
  void begin(const std::string& name) { fdt_begin_node(blob_.data(), name.c_str()); }
  void end() { fdt_end_node(blob_.data()); }
  void put(const char* name, const Bytes& value) {
    fdt_property(blob_.data(), name, value.data(), static_cast<int>(value.size()));
  }
  void word(const char* name, std::uint32_t value) { put(name, CellWriter().u32(value).take()); }
  void text(const char* name, std::string_view value) {
    put(name, CellWriter().str(value).take());
  }
  Bytes take() {
    EXPECT_EQ(fdt_finish(blob_.data()), 0);
    blob_.resize(fdt_totalsize(blob_.data()));
    return std::move(blob_);
  }

 private:
  Bytes blob_;
};

// Name of the service with this token; empty for others.
std::string rig_service(std::uint32_t token);
std::uint32_t rig_token(const std::string& service);

// rig_io.cpp: the PHB connectors of the root, then /vdevice and PHB 0 with what is below.
void put_phb_connectors(Flat& out);
void put_io(Flat& out, const TreeOptions& options);

}  // namespace lparsim::kernel
