/* KernelHost as a table of functions, for a kernel that is written in C. Each entry is the function
 * of that name in kernel_host.hpp and means what is said there; `host` is handed to all of them.
 *
 * Entries marked [blocks] may not return: when the actor that runs the kernel is ended, a C++
 * exception passes through the kernel's frames. Compile them with -fexceptions, and let what must
 * be released then be released by __attribute__((cleanup)). */
#ifndef LPARSIM_KERNEL_HOST_TABLE_H
#define LPARSIM_KERNEL_HOST_TABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lparsim_kernel_host {
  void *host;
  void (*rtas)(void *host, uint32_t server, uint64_t arguments_real_address);  /* [blocks] */
  /* [blocks] */
  int64_t (*hcall)(void *host, uint32_t server, uint64_t opcode, uint64_t *registers);
  uint8_t *(*rmo)(void *host, uint64_t real_address, uint64_t size);
  int (*memory_usable)(void *host, uint64_t real_address, uint64_t size);
  uint64_t (*now_ns)(void *host);
  void (*sleep_ns)(void *host, uint64_t nanoseconds);  /* [blocks] */
  int (*block)(void *host, uint64_t key, uint64_t timeout_ns);  /* [blocks] */
  void (*wake)(void *host, uint64_t key);
  void (*lock)(void *host, uint32_t id);  /* [blocks] */
  void (*unlock)(void *host, uint32_t id);
  void (*spawn)(void *host, const char *name, void (*entry)(void *argument), void *argument);
  int (*allocation_fails)(void *host, const char *site);
  uint32_t (*fault_point)(void *host, const char *site, uint64_t argument,
                          const char *const *outcomes, uint32_t count);
  void (*log)(void *host, int level, const char *text, size_t length);
  void (*bug)(void *host, const char *text) __attribute__((noreturn));
  void (*cpu_online)(void *host, uint32_t server, uint32_t logical, int online);
  void (*memory_online)(void *host, uint64_t address, uint64_t size, int online);
  void (*tree_changed)(void *host, const char *path, const char *property, int change);
};

#ifdef __cplusplus
}

namespace lparsim::kernel {
class KernelHost;

/* `host` must outlive the table. */
lparsim_kernel_host host_table(KernelHost& host);
}  // namespace lparsim::kernel
#endif

#endif
