// ibm,nmi-register and ibm,nmi-interlock (LoPAR 7.3.14): where the OS wants system resets and
// machine checks. No processor state is modelled, so that nothing is ever forwarded to them;
// Hypervisor::nmi_entries() tells the shell where they are.
#include "firmware/rtas/buffers.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kHandlersEnd = 32U << 20;   // R1-7.3.14-6

bool handler_at(const CallFrame& frame, std::uint32_t address) {
  constexpr std::uint32_t kInstruction = 4;
  return address % kInstruction == 0 && address < kHandlersEnd &&
         reachable(frame, address, kInstruction);
}

void nmi_register(CallFrame& frame) {
  if (!handler_at(frame, frame.in[0]) || !handler_at(frame, frame.in[1])) {
    return frame.answer(kRtasParameterError);
  }
  BootServices& boot = frame.state().rtas.boot;
  boot.nmi_entries = {frame.in[0], frame.in[1]};
  boot.nmi_registered = true;
}

// Releases the report area; without a registration there is none (R1-7.3.14-17).
void nmi_interlock(CallFrame& frame) {
  if (!frame.state().rtas.boot.nmi_registered) frame.answer(kRtasHardwareError);
}

constexpr std::array kRegister{kNormal, kHardware, kParameter};
constexpr std::array kInterlock{kNormal, kHardware};

constexpr std::array kRows{
    CallRow{"ibm,nmi-register", "rtas.ibm,nmi-register", 2, 2, 1, 1, false, Subject::nothing,
            nmi_register, nullptr, kRegister},
    CallRow{"ibm,nmi-interlock", "rtas.ibm,nmi-interlock", 0, 0, 1, 1, false, Subject::caller,
            nmi_interlock, nullptr, kInterlock},
};

}  // namespace

std::span<const CallRow> nmi_rows() { return kRows; }

}  // namespace lparsim::firmware
