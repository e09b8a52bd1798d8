// Preloaded into a program, it records what is written below some directories, in order and with
// the time, for tests that make files again as a power loss may have left them.
//
//   MACTIOND_RECORD       the file that the records go to
//   MACTIOND_RECORD_UNDER a directory: what lies in it is recorded
//   MACTIOND_FAIL_SYNC    "NAME N": from the second on, every Nth fdatasync of the file of that
//   name
//                         fails with EIO
//
// A record: a line "OP TIME_NS FD_KEY A B PATH_BYTES DATA_BYTES\n", the path, the data. FD_KEY is
// the inode. OP: w write at A; t truncate to A; s sync, B 0 if it failed; d sync of a directory; c
// created; r renamed (data: the new path); u unlinked.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

namespace {

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

int record_fd() {
  static const int fd = [] {
    const char* path = std::getenv("MACTIOND_RECORD");
    if (path == nullptr) return -1;
    return static_cast<int>(
        ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }();
  return fd;
}

std::string_view under() {
  static const char* directory = std::getenv("MACTIOND_RECORD_UNDER");
  return directory == nullptr ? std::string_view() : std::string_view(directory);
}

bool concerns(std::string_view path) {
  return record_fd() >= 0 && !under().empty() && path.starts_with(under());
}

std::string path_of(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  std::string path(4096, '\0');
  const ssize_t n = ::readlink(link.c_str(), path.data(), path.size());
  path.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return path;
}

unsigned long long inode_of(int fd) {
  struct stat found {};
  return ::fstat(fd, &found) == 0 ? found.st_ino : 0;
}

void put(char op, unsigned long long inode, long long a, long long b, std::string_view path,
         std::string_view data) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  char head[160];
  const int n = std::snprintf(head, sizeof head, "%c %lld %llu %lld %lld %zu %zu\n", op,
                              static_cast<long long>(now.tv_sec) * 1000000000LL + now.tv_nsec,
                              inode, a, b, path.size(), data.size());
  std::string record(head, static_cast<std::size_t>(n));
  record.append(path).append(data);
  const int kept = errno;
  for (std::size_t at = 0; at < record.size();) {
    const long done = ::syscall(SYS_write, record_fd(), record.data() + at, record.size() - at);
    if (done <= 0) break;
    at += static_cast<std::size_t>(done);
  }
  errno = kept;
}

void note_write(int fd, const void* data, ssize_t done, off_t at) {
  if (done <= 0) return;
  const std::string path = path_of(fd);
  if (!concerns(path)) return;
  put('w', inode_of(fd), at, 0, path,
      {static_cast<const char*>(data), static_cast<std::size_t>(done)});
}

/// Whether this sync is one that shall fail.
bool fails(const std::string& path) {
  static const char* wish = std::getenv("MACTIOND_FAIL_SYNC");
  if (wish == nullptr) return false;
  const std::string_view text = wish;
  const std::size_t blank = text.find(' ');
  if (!path.ends_with(text.substr(0, blank))) return false;
  static long count = 0;
  const long every = std::atol(wish + blank + 1);
  return ++count > 1 && every > 0 && count % every == 0;
}

int sync(int fd, const char* name) {
  const std::string path = path_of(fd);
  if (!concerns(path)) return next<int (*)(int)>(name)(fd);
  if (fails(path)) {
    put('s', inode_of(fd), 0, 0, path, {});
    errno = EIO;
    return -1;
  }
  const int done = next<int (*)(int)>(name)(fd);
  struct stat found {};
  const bool directory = ::fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
  put(directory ? 'd' : 's', found.st_ino, 0, done == 0 ? 1 : 0, path, {});
  return done;
}

int note_open(int fd, const char* path, int flags, bool existed) {
  if (fd < 0 || !concerns(path)) return fd;
  if ((flags & O_CREAT) != 0 && !existed) put('c', inode_of(fd), 0, 0, path, {});
  if ((flags & O_TRUNC) != 0 && existed) put('t', inode_of(fd), 0, 0, path, {});
  return fd;
}

bool exists(const char* path) { return ::faccessat(AT_FDCWD, path, F_OK, 0) == 0; }

int open_as(const char* name, const char* path, int flags, mode_t mode) {
  const bool existed = exists(path);
  return note_open(next<int (*)(const char*, int, ...)>(name)(path, flags, mode), path, flags,
                   existed);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_as("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_as("open64", path, flags, mode);
}

ssize_t write(int fd, const void* data, size_t size) {
  const ssize_t done = next<ssize_t (*)(int, const void*, size_t)>("write")(fd, data, size);
  if (done <= 0) return done;
  const off_t end = ::lseek(fd, 0, SEEK_CUR);
  if (end >= done) note_write(fd, data, done, end - done);
  return done;
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  const ssize_t done =
      next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64")(fd, data, size, at);
  note_write(fd, data, done, at);
  return done;
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  const ssize_t done =
      next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite")(fd, data, size, at);
  note_write(fd, data, done, at);
  return done;
}

int ftruncate64(int fd, off64_t size) {
  const int done = next<int (*)(int, off64_t)>("ftruncate64")(fd, size);
  const std::string path = path_of(fd);
  if (done == 0 && concerns(path)) put('t', inode_of(fd), size, 0, path, {});
  return done;
}

int ftruncate(int fd, off_t size) {
  const int done = next<int (*)(int, off_t)>("ftruncate")(fd, size);
  const std::string path = path_of(fd);
  if (done == 0 && concerns(path)) put('t', inode_of(fd), size, 0, path, {});
  return done;
}

int fsync(int fd) { return sync(fd, "fsync"); }
int fdatasync(int fd) { return sync(fd, "fdatasync"); }

int rename(const char* from, const char* to) {
  const int done = next<int (*)(const char*, const char*)>("rename")(from, to);
  if (done == 0 && concerns(from)) put('r', 0, 0, 0, from, to);
  return done;
}

int unlink(const char* path) {
  const int done = next<int (*)(const char*)>("unlink")(path);
  if (done == 0 && concerns(path)) put('u', 0, 0, 0, path, {});
  return done;
}

}  // extern "C"
