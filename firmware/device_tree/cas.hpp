// ibm,client-architecture-support: what the client offers (LoPAR B.6.2, ibm,architecture.vec),
// what the platform grants, and the answer in /chosen/ibm,architecture-vec-5.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::firmware {

struct FirmwareProfile;

// The representations and services agreed on for one boot. A value; part of a partition's state.
struct Options {
  bool drc_info = false;             // OV5 byte 22 bit 1: ibm,drc-info instead of four lists
  bool memory_v2 = false;            // OV5 byte 22 bit 0: ibm,dynamic-memory-v2
  bool dynamic_memory = true;        // OV5 byte 2 bit 2: ibm,dynamic-reconfiguration-memory
  bool hot_plug_interrupts = false;  // OV5 byte 6 bit 5: /event-sources/hot-plug-events
  bool form1_affinity = false;       // OV5 byte 5 bit 0
  bool prrn = false;                 // OV5 byte 5 bit 1
  bool form2_affinity = false;       // OV5 byte 5 bit 2
  bool hpt_resize = false;           // OV5 byte 6 bit 7
  bool radix = false;                // OV5 byte 24 bits 0:1
  bool xive = false;                 // OV5 byte 23 bits 0:1
  std::uint32_t max_cpus = 0;        // OV5 bytes 9-12 as the client gave them; 0: not given
  bool operator==(const Options&) const = default;
};

// What a client offers. Vectors that are missing or cut short read as zeros.
struct ClientVectors {
  bool valid = false;                // the PVR list ended and every counted vector was complete
  std::vector<std::array<std::uint32_t, 2>> pvrs;     // (mask, value)
  std::vector<Bytes> vectors;        // vectors[0] = option vector 1, its data bytes
  // Byte `byte` (1-based as the specification counts) of option vector `vector` (1-based), or 0.
  std::uint8_t byte(std::size_t vector, std::size_t byte) const;
};

// Reads ibm,architecture.vec; never reads past the end, whatever the bytes are.
ClientVectors parse_architecture_vector(ByteView bytes);

// What the profile gives to a client that offered nothing (no call, empty or broken vector).
Options default_options(const FirmwareProfile& profile);
// offered AND supported; broken vectors give default_options().
Options negotiate(const FirmwareProfile& profile, const ClientVectors& offered);
// Value of ibm,architecture-vec-5: byte 0 the length byte, byte k vector byte k.
Bytes vector5_answer(const FirmwareProfile& profile, const Options& options);

}  // namespace lparsim::firmware
