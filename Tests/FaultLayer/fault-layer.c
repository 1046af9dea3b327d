// Loaded into a `signet serve` by LD_PRELOAD: it traces what SQLite does to its files, so that the tests can
// build the disk as a power cut would have left it, and makes chosen operations fail.
//
//   FAULT_LAYER_DATABASE  the database's path; its log, journal and index are watched with it
//   FAULT_LAYER_TRACE     the file that the trace goes to, in the layout of fault-layer.h
//   FAULT_LAYER_CONTROL   the file that says what fails; one `struct control`
//
// A record is appended after its operation and before the caller learns of it. So whatever somebody was told
// after a sync is covered by a SYNC in the trace, and a write that is missing was told to nobody. One lock
// keeps the trace in the order of the operations. The kernel keeps the trace when the process is killed.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault-layer.h"

#define MAXIMUM_DESCRIPTOR 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t opened = PTHREAD_ONCE_INIT;
static _Atomic unsigned char watched[MAXIMUM_DESCRIPTOR];
static char database[4096];
static char folder[4096];
static int trace = -1;
static volatile struct control *control;

static void give_up(const char *what) {
  fprintf(stderr, "fault layer: %s: %s\n", what, strerror(errno));
  abort();
}

static const char *required(const char *name) {
  const char *value = getenv(name);
  if (value == NULL || strlen(value) >= sizeof database) {
    errno = EINVAL;
    give_up(name);
  }
  return value;
}

static void set_up(void) {
  strcpy(database, required("FAULT_LAYER_DATABASE"));
  strcpy(folder, database);
  char *slash = strrchr(folder, '/');
  if (slash != NULL) *slash = 0;
  const char *path = required("FAULT_LAYER_TRACE");
  trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (trace < 0) give_up(path);
  path = required("FAULT_LAYER_CONTROL");
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (file < 0) give_up(path);
  control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (control == MAP_FAILED) give_up(path);
  syscall(SYS_close, file);
}

static enum watched_file file_of_path(const char *path) {
  pthread_once(&opened, set_up);
  if (path == NULL) return NOT_WATCHED;
  if (strcmp(path, folder) == 0) return FOLDER;
  size_t length = strlen(database);
  if (strncmp(path, database, length) != 0) return NOT_WATCHED;
  if (strcmp(path + length, "") == 0) return DATABASE;
  if (strcmp(path + length, "-wal") == 0) return LOG;
  if (strcmp(path + length, "-journal") == 0) return JOURNAL;
  if (strcmp(path + length, "-shm") == 0) return INDEX;
  return NOT_WATCHED;
}

static enum watched_file file_of(int descriptor) {
  if (descriptor < 0 || descriptor >= MAXIMUM_DESCRIPTOR) return NOT_WATCHED;
  return (enum watched_file)atomic_load(&watched[descriptor]);
}

static void record(
    enum event event, enum watched_file file, uint64_t offset, const void *bytes, size_t length) {
  if (file == INDEX) return;
  struct trace_header header = {event, file, offset, length};
  struct iovec parts[2] = {{&header, sizeof header}, {(void *)bytes, length}};
  ssize_t expected = (ssize_t)(sizeof header + length);
  if (writev(trace, parts, length > 0 ? 2 : 1) != expected) give_up("the trace");
}

// Whether the operation that is about to happen is one to go wrong.
static int is_chosen(enum watched_file file, enum operation operation) {
  uint64_t serial = control->serial;
  if (serial == 0 || (control->operations & OPERATION_BIT(file, operation)) == 0) return 0;
  if (control->counted_serial != serial) {
    control->seen = 0;
    control->failed = 0;
    control->counted_serial = serial;
  }
  uint64_t turn = control->seen++;
  if (turn < control->skip || (turn > control->skip && !control->is_lasting)) return 0;
  if (control->code != KILL_PROCESS) control->failed++;
  return 1;
}

static void end_process(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// How a chosen operation of another kind than a write goes wrong. A kill may come after `done`.
static int misbehave(void) {
  if (control->code != KILL_PROCESS) {
    errno = (int)control->code;
    return -1;
  }
  if (control->moment != 2) end_process();
  return 0;
}

static ssize_t write_some(
    int descriptor, enum watched_file file, const void *bytes, size_t length, off64_t offset) {
  ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, length, offset);
  if (written > 0) record(WRITE, file, (uint64_t)offset, bytes, (size_t)written);
  return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  enum watched_file file = file_of(descriptor);
  if (file == NOT_WATCHED || file == FOLDER) return syscall(SYS_pwrite64, descriptor, bytes, length, offset);
  pthread_mutex_lock(&lock);
  int fails = is_chosen(file, WRITES);
  // A disk that fills up, or a process that is killed, leaves a part of what was being written.
  size_t part = fails && (control->code == ENOSPC || control->moment == 1) ? length / 2 : length;
  if (fails && control->code == EIO) part = 0;
  if (fails && control->code == KILL_PROCESS && control->moment == 0) end_process();
  ssize_t written = part > 0 ? write_some(descriptor, file, bytes, part, offset) : 0;
  if (fails && control->code == KILL_PROCESS) end_process();
  if (fails) {
    errno = (int)control->code;
    written = -1;
  }
  int failure = errno;
  pthread_mutex_unlock(&lock);
  errno = failure;
  return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  return pwrite64(descriptor, bytes, length, offset);
}

int ftruncate64(int descriptor, off64_t size) {
  enum watched_file file = file_of(descriptor);
  if (file == NOT_WATCHED || file == FOLDER) return (int)syscall(SYS_ftruncate, descriptor, size);
  pthread_mutex_lock(&lock);
  int fails = is_chosen(file, TRUNCATIONS);
  int result = fails ? misbehave() : 0;
  if (result == 0) {
    result = (int)syscall(SYS_ftruncate, descriptor, size);
    if (result == 0) record(TRUNCATE, file, (uint64_t)size, NULL, 0);
    if (fails) end_process();
  }
  int failure = errno;
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}

int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

static int sync_file(int descriptor, long number) {
  enum watched_file file = file_of(descriptor);
  if (file == NOT_WATCHED || file == INDEX) return (int)syscall(number, descriptor);
  pthread_mutex_lock(&lock);
  int fails = is_chosen(file, SYNCS);
  int result = fails ? misbehave() : 0;
  if (result != 0) {
    // The kernel drops the pages that it could not write, or marks them clean: no later sync writes them.
    record(LOST_SYNC, file, 0, NULL, 0);
  } else if (!control->loses_syncs) {
    result = (int)syscall(number, descriptor);
    if (result == 0) record(SYNC, file, 0, NULL, 0);
  }
  if (fails && result == 0) end_process();
  int failure = errno;
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}

int fdatasync(int descriptor) { return sync_file(descriptor, SYS_fdatasync); }

int fsync(int descriptor) { return sync_file(descriptor, SYS_fsync); }

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | __O_TMPFILE)) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  enum watched_file file = file_of_path(path);
  int is_new = (flags & O_CREAT) && file != NOT_WATCHED && access(path, F_OK) != 0;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (descriptor < 0 || file == NOT_WATCHED) return descriptor;
  if (descriptor >= MAXIMUM_DESCRIPTOR) {
    errno = EMFILE;
    give_up(path);
  }
  pthread_mutex_lock(&lock);
  atomic_store(&watched[descriptor], (unsigned char)file);
  if (is_new) record(CREATE, file, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return descriptor;
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | __O_TMPFILE)) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return open64(path, flags, mode);
}

int close(int descriptor) {
  if (descriptor >= 0 && descriptor < MAXIMUM_DESCRIPTOR) atomic_store(&watched[descriptor], NOT_WATCHED);
  return (int)syscall(SYS_close, descriptor);
}

int unlink(const char *path) {
  enum watched_file file = file_of_path(path);
  if (file == NOT_WATCHED || file == FOLDER) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0) record(UNLINK, file, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
