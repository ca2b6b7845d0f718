// display-character (LoPAR 7.3.5.3): the operator display of a partition, which the HMC shows as
// its reference code. Carriage return, line feed and form feed move the cursor; lines longer than
// the display are cut.
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kLineFeed = 0x0a, kFormFeed = 0x0c, kCarriageReturn = 0x0d;
constexpr std::uint32_t kFirstPrintable = 0x20, kLastPrintable = 0x7e;

void put(Display& display, std::size_t width, char character) {
  if (display.column < width) {
    std::string& line = display.lines[display.line];
    if (line.size() <= display.column) line.resize(display.column + 1, ' ');
    line[display.column] = character;
  }
  display.column = std::min(display.column + 1, width);   // beyond the width all is cut
}

// The lines move up at the last one.
void next_line(Display& display) {
  if (display.line + 1 < display.lines.size()) {
    ++display.line;
    return;
  }
  display.lines.erase(display.lines.begin());
  display.lines.emplace_back();
}

void display_character(CallFrame& frame) {
  const ServiceProfile& profile = frame.core.profile.services;
  Display& display = frame.state().rtas.boot.display;
  const std::uint32_t character = frame.in[0];
  display.lines.resize(profile.display_lines);
  if (character == kFormFeed) {
    display = {};
    display.lines.resize(profile.display_lines);
  } else if (character == kCarriageReturn) {
    display.column = 0;
  } else if (character == kLineFeed) {
    next_line(display);
  } else if (character >= kFirstPrintable && character <= kLastPrintable) {
    put(display, profile.display_columns, static_cast<char>(character));
  }   // other codes have no effect on the display
}

constexpr std::array kStatuses{kNormal, kHardware, kBusy};

constexpr std::array kRows{
    CallRow{"display-character", "rtas.display-character", 1, 1, 1, 1, true, Subject::input0,
            display_character, nullptr, kStatuses},
};

}  // namespace

std::span<const CallRow> display_rows() { return kRows; }

}  // namespace lparsim::firmware
