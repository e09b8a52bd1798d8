#include "config/file_watch.hpp"

#include <sys/stat.h>

namespace mactiond::config {

bool FileWatch::changed() {
  if (paths_.empty()) return false;
  auto now = look();
  if (now == seen_) return false;
  seen_ = std::move(now);
  return true;
}

std::vector<FileWatch::Trait> FileWatch::look() const {
  std::vector<Trait> traits;
  for (const std::string& path : paths_) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) found = {};
    traits.emplace_back(found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec,
                        found.st_ctim.tv_sec, found.st_ctim.tv_nsec);
  }
  return traits;
}

}  // namespace mactiond::config
