#include "firmware/rtas/serialization.hpp"

#include <algorithm>
#include <array>

namespace lparsim::firmware {
namespace {

using Name = std::string_view;

template <std::size_t N>
bool among(const std::array<Name, N>& names, Name name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Re-entrant on all processors (R1-7.3.10.1-2 and the like), or never serialized (R1-7.3.14-18).
constexpr std::array<Name, 5> kFree{"ibm,get-xive", "ibm,set-xive", "ibm,int-on", "ibm,int-off",
                                    "ibm,nmi-interlock"};
// What a machine check or soft reset handler calls, whatever call it interrupted (R1-7.2.3-7).
constexpr std::array<Name, 11> kFromHandlers{
    "nvram-fetch",   "nvram-store",     "check-exception", "display-character",
    "system-reboot", "set-power-level", "power-off",       "ibm,set-eeh-option",
    "ibm,set-slot-reset", "ibm,read-slot-reset-state2", "ibm,os-term"};
// All that stop-self has to wait for (R1-7.2.3-8).
constexpr std::array<Name, 3> kAgainstStop{"stop-self", "start-cpu", "set-power-level"};

}  // namespace

bool may_overlap(Name inside, Name next) {
  if (among(kFree, inside) || among(kFree, next)) return true;
  if (inside == "stop-self") return !among(kAgainstStop, next);
  if (next == "stop-self") return !among(kAgainstStop, inside);
  return among(kFromHandlers, next);
}

}  // namespace lparsim::firmware
