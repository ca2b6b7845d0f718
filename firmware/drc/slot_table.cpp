// Physical PCI hot-plug slots (figure 13-2, DRC.md 6): the rows that drc_table.hpp declares.
#include "firmware/drc/drc_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr auto P0 = DrcState::foreign;
constexpr auto P5 = DrcState::powered_off;
constexpr auto P6 = DrcState::powered_on;
constexpr auto P7 = DrcState::slot_unisolated;
constexpr auto P8 = DrcState::slot_configured;
using C = DrcCall;
using G = DrcGuard;
using A = DrcAction;

constexpr std::array<DrcRow, kSlotStates * kSlotCalls> kTable{{
    // P0: the SLOT above is not the partition's
    {P0, C::sense, G::none, A::none, P0, -3, 0, "table 13-5"},
    {P0, C::unusable, G::none, A::none, P0, -3, 0, "R1-13.5.3.3-2"},
    {P0, C::usable, G::none, A::none, P0, -3, 0, "R1-13.5.3.3-2"},
    {P0, C::exchange, G::none, A::none, P0, -3, 0, "R1-13.5.3.3-2"},
    {P0, C::recover, G::none, A::none, P0, -3, 0, "R1-13.5.3.3-2"},
    {P0, C::isolate, G::none, A::none, P0, -3, 0, "(I) 14.10"},
    {P0, C::unisolate, G::none, A::none, P0, -3, 0, "table 13-7"},
    {P0, C::indicator, G::none, A::none, P0, -3, 0, "R1-14.10-12"},
    {P0, C::configure, G::none, A::none, P0, -3, 0, "(I) R1-14.10-25"},
    {P0, C::bad_value, G::none, A::none, P0, -3, 0, "table 7-25"},
    {P0, C::power_on, G::none, A::none, P0, -3, 0, "R1-14.10-27"},
    {P0, C::power_off, G::none, A::none, P0, -3, 0, "R1-14.10-27"},
    {P0, C::get_power, G::none, A::none, P0, -3, 0, "R1-14.10-27"},
    // P5: off, isolated
    {P5, C::sense, G::sense_card, A::none, P5, 0, 1, "R1-13.6.1-5"},
    {P5, C::unusable, G::none, A::none, P5, -3, 0, "(I) not a logical connector"},
    {P5, C::usable, G::none, A::none, P5, -3, 0, "(I) not a logical connector"},
    {P5, C::exchange, G::none, A::none, P5, -3, 0, "(I) not a logical connector"},
    {P5, C::recover, G::none, A::none, P5, -3, 0, "(I) not a logical connector"},
    {P5, C::isolate, G::none, A::none, P5, 0, 0, "null transition"},
    {P5, C::unisolate, G::unisolate_off, A::none, P5, 0, 0, "R1-13.6.3-2"},
    {P5, C::indicator, G::none, A::indicate, P5, 0, 0, "table 13-7"},
    {P5, C::configure, G::configure_off, A::none, P5, 0, 0, "(I) table 13-2 note 7"},
    {P5, C::bad_value, G::none, A::none, P5, -3, 0, "table 7-25"},
    {P5, C::power_on, G::bus_frequency, A::none, P6, 0, 100, "R1-13.5.3.2-1, -3"},
    {P5, C::power_off, G::none, A::none, P5, 0, 0, "null transition"},
    {P5, C::get_power, G::none, A::none, P5, 0, 0, "7.3.6.2"},
    // P6: on, isolated
    {P6, C::sense, G::sense_card, A::none, P6, 0, 1, "R1-13.6.1-5"},
    {P6, C::unusable, G::none, A::none, P6, -3, 0, "(I) not a logical connector"},
    {P6, C::usable, G::none, A::none, P6, -3, 0, "(I) not a logical connector"},
    {P6, C::exchange, G::none, A::none, P6, -3, 0, "(I) not a logical connector"},
    {P6, C::recover, G::none, A::none, P6, -3, 0, "(I) not a logical connector"},
    {P6, C::isolate, G::none, A::none, P6, 0, 0, "null transition"},
    {P6, C::unisolate, G::unisolate_on, A::none, P7, 0, 0, "R1-13.6.3-2"},
    {P6, C::indicator, G::none, A::indicate, P6, 0, 0, "table 13-7"},
    {P6, C::configure, G::configure_isolated_slot, A::none, P6, 0, 0, "(I) table 13-2 note 7"},
    {P6, C::bad_value, G::none, A::none, P6, -3, 0, "table 7-25"},
    {P6, C::power_on, G::none, A::none, P6, 0, 100, "null transition"},
    {P6, C::power_off, G::none, A::none, P5, 0, 0, "R1-13.5.1-12"},
    {P6, C::get_power, G::none, A::none, P6, 0, 100, "7.3.6.2"},
    // P7: unisolated, not yet configured
    {P7, C::sense, G::sense_card, A::none, P7, 0, 1, "R1-13.6.1-5"},
    {P7, C::unusable, G::none, A::none, P7, -3, 0, "(I) not a logical connector"},
    {P7, C::usable, G::none, A::none, P7, -3, 0, "(I) not a logical connector"},
    {P7, C::exchange, G::none, A::none, P7, -3, 0, "(I) not a logical connector"},
    {P7, C::recover, G::none, A::none, P7, -3, 0, "(I) not a logical connector"},
    {P7, C::isolate, G::isolate_unconfigured, A::none, P6, 0, 0, "(I) error recovery"},
    {P7, C::unisolate, G::none, A::none, P7, 0, 0, "null transition"},
    {P7, C::indicator, G::none, A::indicate, P7, 0, 0, "table 13-7"},
    {P7, C::configure, G::configure_card, A::walk, P8, 0, 0, "13.5.3.5"},
    {P7, C::bad_value, G::none, A::none, P7, -3, 0, "table 7-25"},
    {P7, C::power_on, G::none, A::none, P7, 0, 100, "null transition"},
    {P7, C::power_off, G::power_in_use, A::none, P7, 0, 100, "(I) R1-13.5.4.2-3: isolate first"},
    {P7, C::get_power, G::none, A::none, P7, 0, 100, "7.3.6.2"},
    // P8: configured, in use
    {P8, C::sense, G::sense_card, A::none, P8, 0, 1, "R1-13.6.1-5"},
    {P8, C::unusable, G::none, A::none, P8, -3, 0, "(I) not a logical connector"},
    {P8, C::usable, G::none, A::none, P8, -3, 0, "(I) not a logical connector"},
    {P8, C::exchange, G::none, A::none, P8, -3, 0, "(I) not a logical connector"},
    {P8, C::recover, G::none, A::none, P8, -3, 0, "(I) not a logical connector"},
    {P8, C::isolate, G::none, A::none, P6, 0, 0, "figure 13-2"},
    {P8, C::unisolate, G::none, A::none, P8, 0, 0, "null transition"},
    {P8, C::indicator, G::none, A::indicate, P8, 0, 0, "table 13-7"},
    {P8, C::configure, G::configure_card, A::walk, P8, 0, 0, "(I) 13.5.3.5 note 1: walk again"},
    {P8, C::bad_value, G::none, A::none, P8, -3, 0, "table 7-25"},
    {P8, C::power_on, G::none, A::none, P8, 0, 100, "null transition"},
    {P8, C::power_off, G::power_in_use, A::none, P8, 0, 100, "(I) R1-13.5.4.2-3: isolate first"},
    {P8, C::get_power, G::none, A::none, P8, 0, 100, "7.3.6.2"},
}};
static_assert(is_complete(kTable, P0, kSlotCalls));

}  // namespace

std::span<const DrcRow, kSlotStates * kSlotCalls> slot_table() { return kTable; }

}  // namespace lparsim::firmware
