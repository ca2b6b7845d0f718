#include "tests/kernel_library/small_kernel.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

enum { kArguments = 0x3000, kLock = 1, kInfo = 6 };
enum { kIsolation = 9001, kSense = 9003, kAllocation = 9003 };

static void put(uint8_t *block, int cell, uint32_t value) {
  const uint32_t big_endian = cpu_to_fdt32(value);
  memcpy(block + 4 * cell, &big_endian, sizeof big_endian);
}

static uint32_t get(const uint8_t *block, int cell) {
  uint32_t value;
  memcpy(&value, block + 4 * cell, sizeof value);
  return fdt32_to_cpu(value);
}

/* Token, nargs, nret, inputs; the status and one more output follow (LoPAR 7.2). */
static int call(const struct lparsim_kernel_host *host, uint32_t token, uint32_t nret, int nargs,
                const uint32_t *in, uint32_t *value) {
  uint8_t *block = host->rmo(host->host, kArguments, 76);
  int32_t status;
  put(block, 0, token);
  put(block, 1, (uint32_t)nargs);
  put(block, 2, nret);
  for (int i = 0; i < nargs; ++i) put(block, 3 + i, in[i]);
  host->rtas(host->host, 0, kArguments);
  status = (int32_t)get(block, 3 + nargs);
  if (value) *value = get(block, 4 + nargs);
  return status == 0 ? 0 : status == -9001 ? -EEXIST : status == -9002 ? -ENODEV : -EIO;
}

static int set(const struct small_kernel *kernel, const struct lparsim_kernel_host *host,
               uint32_t indicator, uint32_t drc, uint32_t state) {
  const uint32_t in[] = {indicator, drc, state};
  return call(host, kernel->set_indicator, 1, 3, in, NULL);
}

static int acquire(struct small_kernel *kernel, const struct lparsim_kernel_host *host,
                   uint32_t drc) {
  const uint32_t in[] = {kSense, drc};
  uint32_t state = 0;
  int error = call(host, kernel->get_sensor_state, 2, 2, in, &state);
  if (error) return error;
  if (state != 2) return -EEXIST;                       /* not "unusable": it is taken */
  if (kernel->count == kSmallKernelConnectors) return -ENOSPC;
  error = set(kernel, host, kAllocation, drc, 1);
  if (error) return error;
  error = set(kernel, host, kIsolation, drc, 1);
  if (error) {
    set(kernel, host, kAllocation, drc, 0);
    return error;
  }
  kernel->connectors[kernel->count++] = drc;
  return 0;
}

static int release(struct small_kernel *kernel, const struct lparsim_kernel_host *host,
                   uint32_t drc) {
  uint32_t i = 0;
  int error;
  while (i < kernel->count && kernel->connectors[i] != drc) ++i;
  if (i == kernel->count) return -ENODEV;
  error = set(kernel, host, kIsolation, drc, 0);
  if (error) return error;
  error = set(kernel, host, kAllocation, drc, 0);
  if (error) {
    set(kernel, host, kIsolation, drc, 1);
    return error;
  }
  kernel->connectors[i] = kernel->connectors[--kernel->count];
  return 0;
}

static int token(const void *fdt, const char *service, uint32_t *out) {
  int length = 0;
  const int node = fdt_path_offset(fdt, "/rtas");
  const void *value = node < 0 ? NULL : fdt_getprop(fdt, node, service, &length);
  if (!value || length != 4) return -ENODEV;
  *out = get(value, 0);
  return 0;
}

int small_kernel_boot(struct small_kernel *kernel, const struct lparsim_kernel_host *host,
                      uint64_t fdt_real_address, uint64_t fdt_size) {
  static const char hello[] = "small kernel: up";
  const uint8_t *fdt = host->rmo(host->host, fdt_real_address, fdt_size);
  if (!fdt || fdt_check_full(fdt, (size_t)fdt_size)) return -EINVAL;
  memset(kernel, 0, sizeof *kernel);
  if (token(fdt, "get-sensor-state", &kernel->get_sensor_state)) return -ENODEV;
  if (token(fdt, "set-indicator", &kernel->set_indicator)) return -ENODEV;
  host->log(host->host, kInfo, hello, sizeof hello - 1);
  return 0;
}

/* Runs when the writer leaves, also when its actor is ended in the middle of a call. */
static void unlock(const struct lparsim_kernel_host *const *host) {
  (*host)->unlock((*host)->host, kLock);
}

int64_t small_kernel_write_dlpar(struct small_kernel *kernel,
                                 const struct lparsim_kernel_host *host, const char *text,
                                 size_t length) {
  const struct lparsim_kernel_host *held __attribute__((cleanup(unlock))) = host;
  char line[64], action[8];
  unsigned drc = 0;
  int error = -EINVAL;
  host->lock(host->host, kLock);
  if (length >= sizeof line) return error;
  memcpy(line, text, length);
  line[length] = 0;
  if (sscanf(line, "cpu %7s index %x", action, &drc) != 2) return error;
  if (!strcmp(action, "add")) error = acquire(kernel, held, drc);
  if (!strcmp(action, "remove")) error = release(kernel, held, drc);
  return error ? error : (int64_t)length;
}
