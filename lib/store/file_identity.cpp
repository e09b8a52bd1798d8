#include "store/file_identity.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace mactiond::store {

FileIdentity FileIdentity::of(const std::string& path) {
  FileIdentity identity;
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return identity;
  identity.known_ = true;
  identity.device_ = found.st_dev;
  identity.inode_ = found.st_ino;
  return identity;
}

bool FileIdentity::changed(const std::string& path) const {
  if (!known_) return false;
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return errno == ENOENT || errno == ENOTDIR;
  return found.st_dev != device_ || found.st_ino != inode_;
}

}  // namespace mactiond::store
