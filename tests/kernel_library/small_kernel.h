/* A kernel in C, the smallest that does something: it takes and gives back CPU connectors. All that
 * it remembers is this structure, so that a snapshot is a copy of it. */
#ifndef LPARSIM_TESTS_SMALL_KERNEL_H
#define LPARSIM_TESTS_SMALL_KERNEL_H

#include "models/kernel/host_table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { kSmallKernelConnectors = 16 };

struct small_kernel {
  uint32_t get_sensor_state, set_indicator;     /* tokens of /rtas */
  uint32_t connectors[kSmallKernelConnectors];
  uint32_t count;
};

/* All return 0 or -errno; a write returns the bytes that it took. */
int small_kernel_boot(struct small_kernel *kernel, const struct lparsim_kernel_host *host,
                      uint64_t fdt_real_address, uint64_t fdt_size);
int64_t small_kernel_write_dlpar(struct small_kernel *kernel,
                                 const struct lparsim_kernel_host *host, const char *text,
                                 size_t length);

#ifdef __cplusplus
}
#endif
#endif
