#include "ops/log_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "base/sync_directory.hpp"

namespace mactiond::ops {
namespace {

constexpr mode_t kMode = 0640;

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

int open_or_create(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY;
  int fd = ::open(path.c_str(), kFlags);
  if (fd >= 0 || errno != ENOENT) return fd;
  fd = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, kMode);
  if (fd < 0) return errno == EEXIST ? ::open(path.c_str(), kFlags) : -1;
  // Whatever the umask: log shippers read by group.
  ::fchmod(fd, kMode);
  sync_directory_of(path);
  return fd;
}

}  // namespace

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Error not_usable(const std::string& path, const std::string& cause) {
  return {Errc::PathNotUsable, path + " (" + cause + ")"};
}

Error not_usable(const std::string& path, int code) {
  return not_usable(path, std::generic_category().message(code));
}

Result<LogFile> open_log(const std::string& path) {
  LogFile file{File(open_or_create(path))};
  if (file.fd() < 0 || ::fstat(file.fd(), &file.stat) != 0) return not_usable(path, errno);
  if (!S_ISREG(file.stat.st_mode)) return not_usable(path, "not a regular file");
  return file;
}

Result<void> hold(const LogFile& file, const std::string& path) {
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return {};
  return Error{Errc::StoreInUse, path + " (another process writes this transition log)"};
}

std::optional<std::string> find_renamed(const std::string& path, std::uint64_t inode) {
  const std::string directory = directory_of(path);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), ::closedir);
  struct stat own {};
  if (!entries || ::fstat(::dirfd(entries.get()), &own) != 0) return std::nullopt;
  while (const dirent* entry = ::readdir(entries.get())) {
    struct stat found {};
    const char* name = static_cast<const char*>(entry->d_name);
    if (::fstatat(::dirfd(entries.get()), name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(found.st_mode) || found.st_ino != inode || found.st_dev != own.st_dev) continue;
    return directory + name;
  }
  return std::nullopt;
}

Result<void> cut(const LogFile& file, std::uint64_t size, LogSync sync, const std::string& path) {
  if (size >= file.size()) return {};
  if (::ftruncate(file.fd(), static_cast<off_t>(size)) != 0) return not_usable(path, errno);
  if (sync != LogSync::Never && ::fsync(file.fd()) != 0) return not_usable(path, errno);
  return {};
}

}  // namespace mactiond::ops
