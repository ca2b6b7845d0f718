/* Preloaded into a program that runs in a simulated partition. librtas makes the rtas system call
   by glibc's syscall(): on powerpc as number 255, elsewhere as -1. It goes to the simulator, and so
   do sleeps: they take simulated time. /dev/mem is the partition's real-mode area. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "door.h"

#define NANOSECONDS 1000000000ull

/* One connection for each process: a fork must not share its parent's. */
static int door(void) {
  static int connection = -1;
  static pid_t owner;
  if (connection >= 0 && owner == getpid()) return connection;
  const char* path = getenv(LPARSIM_DOOR);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (path == NULL || strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connection < 0) return -1;
  if (connect(connection, (struct sockaddr*)&address, sizeof address) != 0) {
    close(connection);
    connection = -1;
  }
  owner = getpid();
  return connection;
}

/* 0, or -1 when nobody answers. */
static int ask(struct lparsim_door_message* message) {
  const int to = door();
  if (to < 0 || send(to, message, sizeof *message, MSG_NOSIGNAL) != sizeof *message) return -1;
  ssize_t got;
  do {
    got = recv(to, message, sizeof *message, 0);
  } while (got < 0 && errno == EINTR);
  return got == sizeof *message ? 0 : -1;
}

static long rtas(void* block) {
  struct lparsim_door_message message = {.kind = LPARSIM_RTAS};
  memcpy(message.block, block, sizeof message.block);
  if (ask(&message) != 0) message.result = -ENOSYS;
  if (message.result < 0) {
    errno = -message.result;
    return -1;
  }
  memcpy(block, message.block, sizeof message.block);
  return 0;
}

long syscall(long number, ...) {
  static long (*real)(long, ...);
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
#ifdef __powerpc__
  if (number == 255) return rtas((void*)a[0]);
#else
  if (number == -1) return rtas((void*)a[0]);
#endif
  if (number == SYS_get_mempolicy) return 0;   /* there is NUMA in the partition; qemu has none */
  if (real == NULL) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int sleep_for(uint64_t nanoseconds) {
  struct lparsim_door_message message = {.kind = LPARSIM_SLEEP, .value = nanoseconds};
  return ask(&message);
}

unsigned int sleep(unsigned int seconds) {
  sleep_for(seconds * NANOSECONDS);
  return 0;
}

int usleep(useconds_t microseconds) { return sleep_for(microseconds * 1000ull); }

int nanosleep(const struct timespec* how_long, struct timespec* left) {
  if (how_long->tv_sec < 0 || how_long->tv_nsec < 0 || how_long->tv_nsec >= 1000000000) {
    errno = EINVAL;
    return -1;
  }
  if (left != NULL) memset(left, 0, sizeof *left);
  return sleep_for((uint64_t)how_long->tv_sec * NANOSECONDS + (uint64_t)how_long->tv_nsec);
}

static uint64_t now(void) {
  struct lparsim_door_message message = {.kind = LPARSIM_NOW};
  return ask(&message) == 0 ? message.value : 0;
}

time_t time(time_t* out) {
  const time_t seconds = (time_t)(now() / NANOSECONDS);
  if (out != NULL) *out = seconds;
  return seconds;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  (void)zone;
  const uint64_t at = now();
  out->tv_sec = (time_t)(at / NANOSECONDS);
  out->tv_usec = (suseconds_t)(at % NANOSECONDS / 1000);
  return 0;
}

/* The real-mode area in place of /dev/mem; everything else as it is. */
static int open_file(const char* name, const char* path, int flags, mode_t mode) {
  const char* area = getenv(LPARSIM_RMO_FD);
  if (area != NULL && strcmp(path, "/dev/mem") == 0) return fcntl(atoi(area), F_DUPFD_CLOEXEC, 3);
  int (*real)(const char*, int, ...) = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, name);
  return real(path, flags, mode);
}

static int needs_mode(int flags) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

#define OPEN(name)                                \
  int name(const char* path, int flags, ...) {    \
    mode_t mode = 0;                              \
    if (needs_mode(flags)) {                      \
      va_list list;                               \
      va_start(list, flags);                      \
      mode = va_arg(list, mode_t);                \
      va_end(list);                               \
    }                                             \
    return open_file(#name, path, flags, mode);   \
  }
OPEN(open)
OPEN(open64)
