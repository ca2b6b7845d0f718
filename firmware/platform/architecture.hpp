// ibm,client-architecture-support as it acts on a partition (LoPAR B.5.2.3): what is accepted, what
// needs another boot, what was asked of the partition before the call.
#pragma once

#include "firmware/device_tree/cas.hpp"
#include "firmware/hypervisor.hpp"

namespace lparsim::firmware {

struct Core;

// What a partition keeps of the calls; survives power off, because the next boot starts with it.
struct CasState {
  Options agreed;                    // of the last accepted call; only with `known`
  bool known = false;
  std::uint32_t reboots = 0;         // for this call, in this boot sequence
  ClientIdentity client;
  bool operator==(const CasState&) const = default;
};

// The options that a boot starts with: those last agreed on, else the platform's defaults.
Options options_at_boot(const Core& core, std::size_t partition);

// Carries the call out. `reboot`: the partition has to be powered off and on again, with what was
// agreed already kept. `refused` and `boot_failure` change nothing.
CasAnswer offer_architecture(Core& core, std::size_t partition, ByteView architecture_vector);

// Most processors that the client may get; never less than one.
std::uint32_t most_cpus(const Core& core, std::size_t partition);

}  // namespace lparsim::firmware
