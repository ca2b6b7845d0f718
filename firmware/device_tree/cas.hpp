// ibm,client-architecture-support: what the client offers (LoPAR B.5.2.3, ibm,architecture.vec),
// what the platform grants, and the answer in /chosen/ibm,architecture-vec-5. Pure values; what the
// call does to a partition is in platform/architecture.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::firmware {

struct FirmwareProfile;
struct PartitionConfig;
struct PlatformConfig;

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
  // OV5 byte 2, bits 0, 1, 3, 6 and 7: asked for and answered; only splpar changes the tree.
  bool lpar = true, splpar = true, large_pages = true, donates = true, msi = true;
  std::uint8_t facilities = 0;       // OV5 byte 17: random numbers 0x80, compression 0x40, ...
  std::uint16_t level = 0;           // OV5 bytes 13-14: LoPAR level of the client, major.minor
  std::uint32_t max_cpus = 0;        // OV5 bytes 9-12: most cpu nodes; 0: no limit
  std::uint32_t logical_pvr = 0;     // cpu-version; 0: the processor's own
  std::uint64_t rma_bytes = 0;       // OV2: what the client needs; 0: the platform's choice
  std::uint8_t max_hash_table = 0;   // OV2 byte 33: log2 bytes; 0: no limit
  bool reported = false;             // there is a vector 5 to report in /chosen
  bool operator==(const Options&) const = default;
};

// Who the client says it is (OV6 byte 3 and OV7).
struct ClientIdentity {
  std::uint8_t os = 0;               // 1 AIX, 2 Linux, 0 not said
  std::string text;                  // readable, at most 256 bytes
  bool operator==(const ClientIdentity&) const = default;
};

// What a client offers. Vectors that are missing or cut short read as zeros.
struct ClientVectors {
  bool valid = false;                // the PVR list ended and every counted vector was complete
  std::vector<std::array<std::uint32_t, 2>> pvrs;     // (mask, value)
  std::vector<Bytes> vectors;        // vectors[0] = option vector 1, its data bytes
  // Byte `byte` (1-based as the specification counts) of option vector `vector` (1-based), or 0.
  std::uint8_t byte(std::size_t vector, std::size_t byte) const;
  std::uint32_t word(std::size_t vector, std::size_t byte) const;      // 4 bytes from `byte`
  std::size_t size(std::size_t vector) const;                          // data bytes, 0: not there
  // Byte 1 bit 0 (take the best, skip the vector) and bit 1 (do not start with the unknown).
  bool ignores(std::size_t vector) const { return (byte(vector, 1) & 0x80) != 0; }
  bool ceases(std::size_t vector) const { return (byte(vector, 1) & 0x40) != 0; }
};

// Reads ibm,architecture.vec; never reads past the end, whatever the bytes are.
ClientVectors parse_architecture_vector(ByteView bytes);

// What the profile gives to a client that offered nothing (no call, empty or broken vector).
Options default_options(const FirmwareProfile& profile);
// offered AND supported; broken vectors and an ignored vector 5 give default_options().
Options negotiate(const FirmwareProfile& profile, const ClientVectors& offered);
ClientIdentity identity_of(const ClientVectors& offered);

// The logical PVR that the partition runs with (B.5.2.3-5): the highest that the processor knows
// and both the PVR list and vector 1 allow; the processor's own when only its real PVR is listed.
// 0: nothing matches, the boot fails.
std::uint32_t match_pvr(std::uint32_t own_logical_pvr, const ClientVectors& offered);

// Everything that the client's vectors settle, or why the partition cannot start with them.
struct CasVerdict {
  Options options;
  const char* failure = nullptr;     // a boot failure, in words
};
CasVerdict judge_client(const PlatformConfig& platform, const PartitionConfig& partition,
                        const FirmwareProfile& profile, const ClientVectors& offered);

// Value of ibm,architecture-vec-5: byte 0 the length byte, byte k vector byte k.
Bytes vector5_answer(const FirmwareProfile& profile, const Options& options);

}  // namespace lparsim::firmware
