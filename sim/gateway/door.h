/* What the preloaded library says to the simulator, a datagram each way over a SOCK_SEQPACKET unix
   socket: who sends a request waits for the answer, so that simulated time passes for it alone. */
#ifndef LPARSIM_SIM_GATEWAY_DOOR_H
#define LPARSIM_SIM_GATEWAY_DOOR_H

#include <stdint.h>

#define LPARSIM_DOOR "LPARSIM_DOOR"       /* environment: path of the socket */
#define LPARSIM_RMO_FD "LPARSIM_RMO_FD"   /* environment: descriptor that stands for /dev/mem */

enum lparsim_request { LPARSIM_RTAS = 1, LPARSIM_SLEEP = 2, LPARSIM_NOW = 3 };

struct lparsim_door_message {
  uint32_t kind;      /* lparsim_request */
  int32_t result;     /* answer: 0 or -errno */
  uint64_t value;     /* SLEEP: nanoseconds; NOW: simulated nanoseconds since the epoch */
  uint8_t block[76];  /* RTAS: token, nargs, nret, 16 arguments, big-endian; and back */
  uint32_t unused;
};

#endif
