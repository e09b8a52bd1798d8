#include "net/socket_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace mactiond::net {
namespace {

Error unusable(const std::string& path, int number) {
  const boost::system::error_code cause(number, boost::system::system_category());
  return {Errc::PathNotUsable, path + " (" + cause.message() + ')'};
}

// 0 if somebody listens there, else why not.
int try_connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  // The socket interface takes every kind of address through this one type.
  const int state =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const int reason = state == 0 ? 0 : errno;
  ::close(descriptor);
  return reason;
}

Result<void> make_way(const std::string& path) {
  struct stat entry {};
  if (::lstat(path.c_str(), &entry) != 0) {
    if (errno == ENOENT) return {};
    return unusable(path, errno);
  }
  if (!S_ISSOCK(entry.st_mode)) return unusable(path, EEXIST);
  const int reason = try_connect(path);
  // A full queue of connections is a sign of life too.
  if (reason == 0 || reason == EAGAIN) return Error(Errc::AddressInUse, path);
  if (reason != ECONNREFUSED) return unusable(path, reason);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return unusable(path, errno);
  return {};
}

}  // namespace

Result<SocketFile> SocketFile::create(const std::string& path, unsigned mode, const Bind& bind) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return unusable(path, ENAMETOOLONG);
  }
  const auto way = make_way(path);
  if (!way) return way.error();
  const mode_t before = ::umask(0777);
  const auto ec = bind(path);
  ::umask(before);
  if (ec == boost::system::errc::address_in_use) return Error(Errc::AddressInUse, path);
  if (ec) return unusable(path, ec.value());
  struct stat entry {};
  if (::chmod(path.c_str(), mode) != 0 || ::lstat(path.c_str(), &entry) != 0) {
    return unusable(path, errno);
  }
  SocketFile file;
  file.path_ = path;
  file.device_ = entry.st_dev;
  file.inode_ = entry.st_ino;
  return file;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

SocketFile::~SocketFile() { remove(); }

void SocketFile::remove() noexcept {
  struct stat entry {};
  if (path_.empty() || ::lstat(path_.c_str(), &entry) != 0) return;
  if (entry.st_dev == device_ && entry.st_ino == inode_) ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace mactiond::net
