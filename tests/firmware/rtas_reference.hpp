// What LoPAR's tables say of each RTAS call: number of inputs and outputs, the statuses of its own
// table (7-7 to 7-119, 13-8; -3 is allowed for any parameter error of any call), whether 990x is
// one of them, and for whom table 7-3 requires it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lparsim::firmware::reference {

enum class Needed : std::uint8_t { yes, smp, dr, option };

struct Call {
  std::string_view name;
  std::uint32_t min_inputs, max_inputs, min_outputs, max_outputs;
  std::array<std::int32_t, 12> statuses;   // padded with 0, which means success where it is listed
  bool success;                            // returns 0; false: it does not return on success
  bool extended_delay;
  Needed needed;
};

inline constexpr Call kCalls[] = {
    {"nvram-fetch", 3, 3, 2, 2, {-3, -1}, true, false, Needed::yes},
    {"nvram-store", 3, 3, 2, 2, {-3, -1}, true, false, Needed::yes},
    {"get-time-of-day", 0, 0, 8, 8, {-2, -1}, true, true, Needed::yes},
    {"set-time-of-day", 7, 7, 1, 1, {-3, -1}, true, true, Needed::yes},
    {"set-time-for-power-on", 7, 7, 1, 1, {-3, -2, -1}, true, true, Needed::option},
    {"event-scan", 4, 4, 1, 1, {-1, 1}, true, false, Needed::yes},
    {"check-exception", 6, 7, 1, 1, {-1, 1}, true, false, Needed::yes},
    {"rtas-last-error", 2, 2, 1, 1, {-1, 1}, true, false, Needed::yes},
    {"ibm,platform-dump", 6, 6, 5, 5, {-9002, -2, -1, 1}, true, true, Needed::option},
    {"ibm,read-pci-config", 4, 4, 2, 2, {-3, -1}, true, false, Needed::yes},
    {"ibm,write-pci-config", 5, 5, 1, 1, {-3, -1}, true, false, Needed::yes},
    {"display-character", 1, 1, 1, 1, {-2, -1}, true, false, Needed::option},
    {"set-indicator", 3, 3, 1, 1, {-9001, -9000, -3, -2, -1}, true, true, Needed::yes},
    {"get-sensor-state", 2, 2, 2, 2,
     {-9001, -9000, -3, -2, -1, 9, 10, 11, 12, 13}, true, true, Needed::yes},
    {"set-power-level", 2, 2, 2, 2, {-9000, -2, -1}, true, true, Needed::dr},
    {"get-power-level", 1, 1, 2, 2, {-3, -2, -1}, true, false, Needed::dr},
    {"power-off", 2, 2, 1, 1, {-1}, false, false, Needed::option},
    {"ibm,power-off-ups", 0, 0, 1, 1, {-1}, false, false, Needed::option},
    {"system-reboot", 0, 0, 1, 1, {-1}, false, false, Needed::yes},
    {"ibm,update-flash-64-and-reboot", 1, 1, 1, 1,
     {-9002, -4, -3, -1}, false, false, Needed::option},
    {"ibm,manage-flash-image", 1, 1, 1, 1, {-9002, -9001, -3, -2, -1}, true, true, Needed::option},
    {"ibm,validate-flash-image", 2, 2, 2, 2, {-9002, -3, -2, -1}, true, true, Needed::option},
    {"ibm,activate-firmware", 0, 0, 1, 1, {-9001, -3, -2, -1}, true, true, Needed::option},
    {"stop-self", 0, 0, 1, 1, {-1}, false, false, Needed::smp},
    {"start-cpu", 3, 3, 1, 1, {-1, 3}, true, false, Needed::smp},
    {"query-cpu-stopped-state", 1, 1, 2, 2, {-2, -1}, true, false, Needed::smp},
    {"ibm,os-term", 1, 1, 1, 1, {-2, -1}, true, false, Needed::option},
    {"ibm,exti2c", 1, 1, 1, 1, {-3, -2, -1}, true, true, Needed::option},
    {"ibm,get-xive", 1, 1, 3, 3, {-3, -1}, true, false, Needed::option},
    {"ibm,set-xive", 3, 3, 1, 1, {-3, -1}, true, false, Needed::option},
    {"ibm,int-off", 1, 1, 1, 1, {-3, -1}, true, false, Needed::option},
    {"ibm,int-on", 1, 1, 1, 1, {-3, -1}, true, false, Needed::option},
    {"ibm,change-msi", 6, 6, 3, 4, {-3, -2, -1}, true, true, Needed::option},
    {"ibm,query-interrupt-source-number", 4, 4, 3, 3, {-3, -1, 1}, true, false, Needed::option},
    {"ibm,set-eeh-option", 4, 4, 1, 1, {-7, -3, -1}, true, false, Needed::option},
    {"ibm,set-slot-reset", 4, 4, 1, 1, {-8, -7, -3, -1}, true, false, Needed::option},
    {"ibm,read-slot-reset-state2", 3, 3, 4, 5, {-3}, true, false, Needed::yes},
    {"ibm,get-config-addr-info2", 4, 4, 2, 2, {-3}, true, false, Needed::yes},
    {"ibm,slot-error-detail", 8, 8, 1, 1, {-1, 1}, true, false, Needed::option},
    {"ibm,configure-bridge", 3, 3, 1, 1, {-3}, true, true, Needed::option},
    {"ibm,configure-pe", 3, 3, 1, 1, {-3}, true, true, Needed::option},
    {"ibm,open-errinjct", 0, 0, 2, 2, {-5, -4, -2, -1}, true, true, Needed::option},
    {"ibm,close-errinjct", 1, 1, 1, 1, {-4, -2, -1}, true, true, Needed::option},
    {"ibm,errinjct", 3, 3, 1, 1, {-4, -3, -2, -1}, true, true, Needed::option},
    {"ibm,nmi-register", 2, 2, 1, 1, {-3, -1}, true, false, Needed::yes},
    {"ibm,nmi-interlock", 0, 0, 1, 1, {-1}, true, false, Needed::yes},
    {"ibm,get-system-parameter", 3, 3, 1, 1, {-9999, -9002, -3, -2, -1}, true, true, Needed::yes},
    {"ibm,set-system-parameter", 2, 2, 1, 1,
     {-9999, -9002, -3, -2, -1}, true, true, Needed::option},
    {"ibm,get-indices", 5, 5, 2, 2, {-4, -3, -1, 1}, true, true, Needed::dr},
    {"ibm,set-dynamic-indicator", 3, 3, 1, 1, {-3, -2, -1}, true, true, Needed::option},
    {"ibm,get-dynamic-sensor-state", 2, 2, 2, 2, {-3, -2, -1}, true, true, Needed::option},
    {"ibm,get-vpd", 4, 4, 3, 3, {-4, -3, -1, 1}, true, true, Needed::option},
    {"ibm,manage-storage-preservation", 3, 3, 2, 2, {-3, -2, -1}, true, true, Needed::option},
    {"ibm,lpar-perftools", 5, 5, 2, 2, {-9002, -5, -3, -2, -1}, true, true, Needed::option},
    {"ibm,suspend-me", 0, 0, 1, 1, {-9006, -9005, -9004, -1, 9000}, true, false, Needed::option},
    {"ibm,update-nodes", 2, 2, 1, 1, {-3, -2, -1, 1}, true, false, Needed::option},
    {"ibm,update-properties", 2, 2, 1, 1, {-3, -2, -1, 1}, true, false, Needed::option},
    {"ibm,configure-kernel-dump", 3, 3, 1, 1, {-10, -9, -3, -2, -1}, true, true, Needed::option},
    {"ibm,query-pe-dma-window", 3, 3, 5, 6, {-3, -1}, true, false, Needed::option},
    {"ibm,create-pe-dma-window", 5, 5, 4, 4, {-3, -2, -1}, true, true, Needed::option},
    {"ibm,remove-pe-dma-window", 1, 1, 1, 1, {-3, -1}, true, false, Needed::option},
    {"ibm,reset-pe-dma-windows", 3, 3, 1, 1, {-3, -2, -1}, true, false, Needed::option},
    {"ibm,configure-connector", 2, 2, 1, 1,
     {-9003, -9002, -9001, -2, -1, 1, 2, 3, 4, 5}, true, true, Needed::dr},
};

}  // namespace lparsim::firmware::reference
