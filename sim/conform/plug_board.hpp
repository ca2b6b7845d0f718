// Devices as the recorded hypervisor's operator plugs them and asks for them back: a core is one
// connector, a DIMM a run of LMBs. What became of a request is seen from the connectors.
#pragma once

#include <string>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "sim/conform/session.hpp"

namespace lparsim::conform {

class PlugBoard {
 public:
  PlugBoard(firmware::Hypervisor& hypervisor, const firmware::PlatformConfig& platform,
            const Machine& machine);

  // Errors: unsupported, for devices that cannot be plugged here.
  Result<Outcome> plug(const Step& step);
  // What requests have ended since the last call, and how.
  std::vector<HypervisorEvent> take_events();
  bool is_pending() const;            // a request has not ended

 private:
  struct Device {
    std::string name;
    firmware::DrcType type{};
    DrcIndex first;
    std::uint32_t count = 1;
    bool wanted_back = false;
  };
  Outcome plug_device(Device device);
  Outcome unplug_device(const std::string& name);
  Outcome plug_dimm(const Step& step);
  bool send(const Device& device, int action);
  bool is_free(std::uint32_t lmb) const;
  // The device is gone, or the guest said that it keeps it.
  bool is_gone(const Device& device) const;
  bool is_kept(const Device& device) const;

  firmware::Hypervisor& hypervisor_;
  std::uint32_t lmb_mib_, first_lmb_, lmbs_;     // of hot-plugged memory
  std::vector<Device> devices_;
};

}  // namespace lparsim::conform
