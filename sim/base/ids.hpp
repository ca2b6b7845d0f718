// Strong ids and quantities, so that a DRC index is never taken for a partition id.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace lparsim {

template <class Tag, class Rep>
struct StrongId {
  using rep = Rep;
  Rep value{};

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep v) : value(v) {}
  constexpr auto operator<=>(const StrongId&) const = default;
};

// 1..2^20-1 (LoPAR ibm,partition-no); 0 means "nobody" where an owner is meant.
using PartitionId = StrongId<struct PartitionIdTag, std::uint16_t>;
inline constexpr PartitionId kNoPartition{0};

// Index of a dynamic reconfiguration connector (LoPAR 13.5.2.2); type in bits 31:28 by convention.
using DrcIndex = StrongId<struct DrcIndexTag, std::uint32_t>;

// Real address in a partition's logical memory.
using GuestAddress = StrongId<struct GuestAddressTag, std::uint64_t>;

// Number of an RTAS service as published in /rtas.
using RtasToken = StrongId<struct RtasTokenTag, std::uint32_t>;

// Hardware thread number: a value of ibm,ppc-interrupt-server#s.
using ServerNumber = StrongId<struct ServerNumberTag, std::uint32_t>;

// An actor of the scheduler. 0 is the shell itself.
using ActorId = StrongId<struct ActorIdTag, std::uint32_t>;

// Processing units in hundredths of a processor: 0.30 units = ProcUnits{30}.
struct ProcUnits {
  std::int32_t hundredths{};

  constexpr auto operator<=>(const ProcUnits&) const = default;
  friend constexpr ProcUnits operator+(ProcUnits a, ProcUnits b) {
    return {a.hundredths + b.hundredths};
  }
  friend constexpr ProcUnits operator-(ProcUnits a, ProcUnits b) {
    return {a.hundredths - b.hundredths};
  }
};
constexpr ProcUnits whole_processors(std::int32_t count) { return {count * 100}; }

}  // namespace lparsim

template <class Tag, class Rep>
struct std::hash<lparsim::StrongId<Tag, Rep>> {
  std::size_t operator()(lparsim::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
