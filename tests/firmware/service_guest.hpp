// A guest that looks at all outputs of a call and at the properties of /rtas.
#pragma once

#include "guest.hpp"

namespace lparsim::firmware {

class ServiceGuest : public GuestTest {
 protected:
  using GuestTest::GuestTest;
  std::uint32_t output(std::size_t inputs, std::size_t n) const {
    return memory.cell(kBlock + 12 + 4 * (inputs + n));
  }
  Node tree() const { return *unflatten(hypervisor.flattened_tree(id)); }
  const Property* rtas_property(const Node& root, std::string_view name) const {
    return root.find("/rtas")->property(name);
  }
};

}  // namespace lparsim::firmware
