/*
 * Pulls the plug of a process: what it has written below a directory and not synced is lost, as if the power had failed.
 *
 * Loaded with LD_PRELOAD. It keeps account of how much of each file has been synced, and of what has happened to names since their
 * directory was synced. At the n-th write or sync it undoes some or all of the rest and ends the process at once. Files are expected to
 * be appended to, as those of a log-structured store are; a write into what was synced before is kept with what it replaced.
 *
 *   PLUG_DIRECTORY  what is watched, an absolute path
 *   PLUG_AFTER      after how many writes and syncs the plug is pulled; 0: never
 *   PLUG_SEED       decides what survives
 *   PLUG_LIES       1: syncs report success and do nothing
 *   PLUG_TRACE      a file that gets a line for each answer 2xx that is sent: how many bytes of logs were not synced then
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FD 65536
#define PAGE 4096

struct file {
  char path[PATH_MAX];
  off_t size, synced;
  struct undo *undo;
  struct file *next;
};

struct undo {
  off_t at;
  size_t length;
  unsigned char *bytes;
  struct undo *next;
};

enum what { CREATED, MADE_DIRECTORY, REMOVED, RENAMED };

struct change {
  enum what what;
  char directory[PATH_MAX], from[PATH_MAX], to[PATH_MAX], kept[PATH_MAX + 40];
  struct change *next;
};

static pthread_mutex_t gate = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static struct file *files, *open_files[MAX_FD];
static struct change *changes, **last_change = &changes;
static char watched[PATH_MAX], graveyard[PATH_MAX + 8];
static long after, operations, graves;
static uint64_t seed;
static int lies, trace = -1, ready;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static uint64_t roll(void) {
  seed += 0x9E3779B97F4A7C15u;
  uint64_t z = seed;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

__attribute__((constructor)) static void start(void) {
  if (ready) return;
  ready = 1;
  const char *value = getenv("PLUG_DIRECTORY");
  if (value && *value) {
    snprintf(watched, sizeof watched, "%s", value);
    snprintf(graveyard, sizeof graveyard, "%s.plug", watched);
    REAL(mkdir)(graveyard, 0700);
  }
  if ((value = getenv("PLUG_AFTER"))) after = atol(value);
  if ((value = getenv("PLUG_SEED"))) seed = strtoull(value, NULL, 10);
  lies = (value = getenv("PLUG_LIES")) && *value == '1';
  if ((value = getenv("PLUG_TRACE")) && *value) trace = REAL(open)(value, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

/* The absolute path of a name, if it is below the watched directory. */
static int watches(int directory, const char *name, char *path) {
  if (!*watched || !name) return 0;
  if (*name == '/') {
    snprintf(path, PATH_MAX, "%s", name);
  } else {
    char base[PATH_MAX], link[64];
    ssize_t length;
    if (directory == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
      if ((length = readlink(link, base, sizeof base - 1)) < 0) return 0;
      base[length] = 0;
    }
    if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
  }
  for (char *twice; (twice = strstr(path, "//"));) memmove(twice, twice + 1, strlen(twice));
  size_t length = strlen(watched);
  return !strncmp(path, watched, length) && (path[length] == '/' || !path[length]);
}

static void parent(const char *path, char *directory) {
  snprintf(directory, PATH_MAX, "%s", path);
  char *slash = strrchr(directory, '/');
  if (slash) *slash = 0;
}

static struct file *find(const char *path) {
  for (struct file *file = files; file; file = file->next)
    if (!strcmp(file->path, path)) return file;
  return NULL;
}

static void forget(struct file *file) {
  while (file->undo) {
    struct undo *undo = file->undo;
    file->undo = undo->next;
    free(undo->bytes);
    free(undo);
  }
}

static struct change *note(enum what what, const char *from, const char *to) {
  struct change *change = calloc(1, sizeof *change);
  change->what = what;
  snprintf(change->from, PATH_MAX, "%s", from);
  snprintf(change->to, PATH_MAX, "%s", to);
  parent(*to ? to : from, change->directory);
  *last_change = change;
  last_change = &change->next;
  return change;
}

/* Keeps a file under another name, so that its removal can be undone. */
static void bury(struct change *change, const char *path) {
  char grave[PATH_MAX + 40];
  int result;
  /* Graves of earlier processes may be there still. */
  do {
    snprintf(grave, sizeof grave, "%s/%ld", graveyard, graves++);
  } while ((result = REAL(link)(path, grave)) && errno == EEXIST);
  if (!result) strcpy(change->kept, grave);
}

static void undo_change(struct change *change) {
  switch (change->what) {
    case CREATED:
      REAL(unlink)(change->from);
      break;
    case MADE_DIRECTORY:
      /* With all that is in it, synced or not. */
      snprintf(change->kept, sizeof change->kept, "%s/directory-%ld-%d", graveyard, graves++, (int)getpid());
      REAL(rename)(change->from, change->kept);
      break;
    case REMOVED:
      if (*change->kept) REAL(rename)(change->kept, change->from);
      break;
    case RENAMED:
      REAL(rename)(change->to, change->from);
      if (*change->kept) REAL(rename)(change->kept, change->to);
      break;
  }
}

static void lose_bytes(struct file *file, int mode) {
  int fd = REAL(open)(file->path, O_RDWR);
  if (fd < 0) return;
  for (struct undo *undo = file->undo; undo; undo = undo->next)
    if (!mode || roll() & 1)
      if (REAL(pwrite)(fd, undo->bytes, undo->length, undo->at) < 0) break;
  struct stat now;
  if (!fstat(fd, &now) && now.st_size > file->synced) {
    off_t lost = now.st_size - file->synced, end = file->synced;
    if (mode) end += (off_t)(roll() % (uint64_t)(lost + 1));
    if (REAL(ftruncate)(fd, end)) end = now.st_size;
    if (mode == 2) {
      /* Pages reach the disk in any order: some of those before the end have not, and read as zeros. */
      static const unsigned char zeros[PAGE];
      for (off_t page = file->synced / PAGE * PAGE; page < end; page += PAGE) {
        off_t from = page < file->synced ? file->synced : page, to = page + PAGE < end ? page + PAGE : end;
        if (roll() % 4 == 0 && to > from && REAL(pwrite)(fd, zeros, (size_t)(to - from), from) < 0) break;
      }
    }
  }
  REAL(close)(fd);
}

static void pull(void) {
  int mode = (int)(roll() % 3);
  for (struct file *file = files; file; file = file->next)
    if (*file->path) lose_bytes(file, mode);

  /* Names change in order: those that survive are the first ones. */
  long count = 0, survive;
  for (struct change *change = changes; change; change = change->next) count++;
  survive = mode ? (long)(roll() % (uint64_t)(count + 1)) : 0;
  struct change **list = calloc((size_t)count + 1, sizeof *list);
  long i = 0;
  for (struct change *change = changes; change; change = change->next) list[i++] = change;
  while (i > survive) undo_change(list[--i]);
  _exit(137);
}

static void step(void) {
  if (after && ++operations == after) pull();
}

static void synced(struct file *file) {
  if (lies) return;
  file->synced = file->size;
  forget(file);
}

static void directory_synced(const char *path) {
  if (lies) return;
  for (struct change **at = &changes; *at;) {
    struct change *change = *at;
    if (!strcmp(change->directory, path)) {
      *at = change->next;
      if (*change->kept) REAL(unlink)(change->kept);
      free(change);
    } else {
      at = &change->next;
    }
  }
  for (last_change = &changes; *last_change;) last_change = &(*last_change)->next;
}

/* Takes note of bytes that are about to be written. */
static void writes(struct file *file, off_t at, size_t length) {
  if (at < file->synced) {
    size_t old = at + (off_t)length > file->synced ? (size_t)(file->synced - at) : length;
    struct undo *undo = calloc(1, sizeof *undo);
    undo->bytes = malloc(old);
    undo->at = at;
    int fd = REAL(open)(file->path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : pread(fd, undo->bytes, old, at);
    if (fd >= 0) REAL(close)(fd);
    undo->length = got > 0 ? (size_t)got : 0;
    undo->next = file->undo;
    file->undo = undo;
  }
  if (at + (off_t)length > file->size) file->size = at + (off_t)length;
}

static struct file *of(int fd) { return fd >= 0 && fd < MAX_FD ? open_files[fd] : NULL; }

static off_t position(int fd) {
  struct stat now;
  if (fcntl(fd, F_GETFL) & O_APPEND) return fstat(fd, &now) ? 0 : now.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

static int opened(int fd, int existed, const char *path, int flags) {
  struct stat now;
  if (fd < 0 || fd >= MAX_FD || fstat(fd, &now)) return fd;
  if (S_ISDIR(now.st_mode) || (flags & O_ACCMODE) == O_RDONLY) {
    open_files[fd] = NULL;
    return fd;
  }
  struct file *file = find(path);
  if (!file) {
    file = calloc(1, sizeof *file);
    snprintf(file->path, PATH_MAX, "%s", path);
    file->next = files;
    files = file;
    file->synced = existed ? now.st_size : 0;
  }
  if (!existed || flags & O_TRUNC) {
    forget(file);
    file->synced = 0;
  }
  file->size = now.st_size;
  if (!existed) note(CREATED, path, "");
  open_files[fd] = file;
  return fd;
}

#define OPEN(name, signature, directory, call)                                  \
  int name signature {                                                          \
    mode_t mode = 0;                                                            \
    if (flags & (O_CREAT | O_TMPFILE)) {                                        \
      va_list rest;                                                             \
      va_start(rest, flags);                                                    \
      mode = va_arg(rest, mode_t);                                              \
      va_end(rest);                                                             \
    }                                                                           \
    char full[PATH_MAX];                                                        \
    if (!watches(directory, path, full)) {                                      \
      /* It may block, as a named pipe does. */                                 \
      int other = REAL(name) call;                                              \
      if (other >= 0 && other < MAX_FD) open_files[other] = NULL;               \
      return other;                                                             \
    }                                                                           \
    struct stat before;                                                         \
    pthread_mutex_lock(&gate);                                                  \
    int existed = !lstat(full, &before), result = REAL(name) call, error = errno; \
    opened(result, existed, full, flags);                                       \
    pthread_mutex_unlock(&gate);                                                \
    errno = error;                                                              \
    return result;                                                              \
  }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))

int close(int fd) {
  if (of(fd)) {
    pthread_mutex_lock(&gate);
    open_files[fd] = NULL;
    pthread_mutex_unlock(&gate);
  }
  return REAL(close)(fd);
}

#define WRITE(name, parameters, length, place, call)                            \
  ssize_t name parameters {                                                     \
    if (!of(fd)) return REAL(name) call;                                        \
    pthread_mutex_lock(&gate);                                                  \
    struct file *file = of(fd);                                                 \
    ssize_t result;                                                             \
    if (file) {                                                                 \
      step();                                                                   \
      writes(file, place, length);                                              \
    }                                                                           \
    result = REAL(name) call;                                                   \
    int error = errno;                                                          \
    pthread_mutex_unlock(&gate);                                                \
    errno = error;                                                              \
    return result;                                                              \
  }

static size_t total(const struct iovec *parts, int count) {
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  return length;
}

WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), count, at, (fd, bytes, count, at))
WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), count, at, (fd, bytes, count, at))
WRITE(pwritev, (int fd, const struct iovec *parts, int count, off_t at), total(parts, count), at, (fd, parts, count, at))
WRITE(pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), total(parts, count), at, (fd, parts, count, at))

#define SYNC(name)                                                              \
  int name(int fd) {                                                            \
    struct stat now;                                                            \
    char path[PATH_MAX], link[64];                                              \
    pthread_mutex_lock(&gate);                                                  \
    struct file *file = of(fd);                                                 \
    int result = 0;                                                             \
    if (file) step();                                                           \
    if (!(lies && file)) result = REAL(name)(fd);                               \
    int error = errno;                                                          \
    if (!result && file) synced(file);                                          \
    if (!result && !file && *watched && !fstat(fd, &now) && S_ISDIR(now.st_mode)) { \
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);                      \
      ssize_t length = readlink(link, path, sizeof path - 1);                   \
      path[length > 0 ? length : 0] = 0;                                        \
      char full[PATH_MAX];                                                      \
      if (watches(AT_FDCWD, path, full)) {                                      \
        step();                                                                 \
        directory_synced(path);                                                 \
      }                                                                         \
    }                                                                           \
    pthread_mutex_unlock(&gate);                                                \
    errno = error;                                                              \
    return result;                                                              \
  }

SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, type)                                                    \
  int name(int fd, type length) {                                               \
    pthread_mutex_lock(&gate);                                                  \
    struct file *file = of(fd);                                                 \
    int result = REAL(name)(fd, length), error = errno;                         \
    if (!result && file) {                                                      \
      file->size = length;                                                      \
      if (length < file->synced) file->synced = length;                         \
    }                                                                           \
    pthread_mutex_unlock(&gate);                                                \
    errno = error;                                                              \
    return result;                                                              \
  }

TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

static int renames(int from_directory, const char *from, int to_directory, const char *to, int (*call)(void *), void *context) {
  char source[PATH_MAX], target[PATH_MAX];
  pthread_mutex_lock(&gate);
  int mine = watches(from_directory, from, source) && watches(to_directory, to, target);
  struct change kept = {0};
  if (mine) {
    step();
    bury(&kept, target);
  }
  int result = call(context), error = errno;
  if (mine && !result) {
    struct change *change = note(RENAMED, source, target);
    memcpy(change->kept, kept.kept, sizeof kept.kept);
    struct file *replaced = find(target), *file = find(source);
    if (replaced) *replaced->path = 0;
    if (file) snprintf(file->path, PATH_MAX, "%s", target);
  }
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

struct names { int from_directory, to_directory; const char *from, *to; unsigned flags; };

static int call_rename(void *context) {
  struct names *names = context;
  return REAL(rename)(names->from, names->to);
}

static int call_renameat(void *context) {
  struct names *names = context;
  return REAL(renameat)(names->from_directory, names->from, names->to_directory, names->to);
}

int rename(const char *from, const char *to) {
  struct names names = {AT_FDCWD, AT_FDCWD, from, to, 0};
  return renames(AT_FDCWD, from, AT_FDCWD, to, call_rename, &names);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  struct names names = {from_directory, to_directory, from, to, 0};
  return renames(from_directory, from, to_directory, to, call_renameat, &names);
}

static int removes(int directory, const char *path, int flags) {
  char full[PATH_MAX];
  pthread_mutex_lock(&gate);
  int mine = !flags && watches(directory, path, full);
  struct change kept = {0};
  if (mine) {
    step();
    bury(&kept, full);
  }
  int result = REAL(unlinkat)(directory, path, flags), error = errno;
  if (mine && !result) {
    struct change *change = note(REMOVED, full, "");
    memcpy(change->kept, kept.kept, sizeof kept.kept);
  }
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

int unlink(const char *path) { return removes(AT_FDCWD, path, 0); }

int unlinkat(int directory, const char *path, int flags) { return removes(directory, path, flags); }

int mkdir(const char *path, mode_t mode) {
  char full[PATH_MAX];
  pthread_mutex_lock(&gate);
  /* The directory itself is given. */
  int mine = watches(AT_FDCWD, path, full) && strcmp(full, watched);
  if (mine) step();
  int result = REAL(mkdir)(path, mode), error = errno;
  if (mine && !result) note(MADE_DIRECTORY, full, "");
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

int link(const char *from, const char *to) {
  char full[PATH_MAX];
  pthread_mutex_lock(&gate);
  int mine = watches(AT_FDCWD, to, full), result = REAL(link)(from, to), error = errno;
  if (mine && !result) note(CREATED, full, "");
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

/* An answer that says that something is done: nothing of a log may be unsynced when it leaves. */
static void answers(const void *bytes, size_t length) {
  if (trace < 0 || length < 12 || memcmp(bytes, "HTTP/1.1 2", 10)) return;
  off_t unsynced = 0;
  pthread_mutex_lock(&gate);
  for (struct file *file = files; file; file = file->next) {
    size_t end = strlen(file->path);
    if (end > 4 && !strcmp(file->path + end - 4, ".log")) unsynced += file->size - file->synced;
  }
  char line[64];
  int count = snprintf(line, sizeof line, "%.3s %lld\n", (const char *)bytes + 9, (long long)unsynced);
  if (REAL(write)(trace, line, (size_t)count) < 0) abort();
  pthread_mutex_unlock(&gate);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  if (!of(fd)) {
    answers(bytes, count);
    return REAL(write)(fd, bytes, count);
  }
  pthread_mutex_lock(&gate);
  struct file *file = of(fd);
  if (file) {
    step();
    writes(file, position(fd), count);
  }
  ssize_t result = REAL(write)(fd, bytes, count);
  int error = errno;
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!of(fd)) {
    if (count > 0) answers(parts[0].iov_base, parts[0].iov_len);
    return REAL(writev)(fd, parts, count);
  }
  pthread_mutex_lock(&gate);
  struct file *file = of(fd);
  if (file) {
    step();
    writes(file, position(fd), total(parts, count));
  }
  ssize_t result = REAL(writev)(fd, parts, count);
  int error = errno;
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

ssize_t send(int fd, const void *bytes, size_t count, int flags) {
  answers(bytes, count);
  return REAL(send)(fd, bytes, count, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (message->msg_iovlen > 0) answers(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
  return REAL(sendmsg)(fd, message, flags);
}
