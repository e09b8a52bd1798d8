#include "runtime/arc_key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace mactiond::runtime {
namespace {

constexpr std::size_t kKeyBytesMax = 4096;

Error refuse(const std::string& path, const std::string& why) {
  return {Errc::PathNotUsable, path + ": " + why};
}

std::string cause_of(int error) {
  if (error == ELOOP || error == ENOTDIR) return "it is a symbolic link, or no directory";
  std::string text = std::generic_category().message(error);
  if (error == EACCES || error == EPERM) {
    text += "; the service must be in the group himds (SupplementaryGroups=himds, then restart)";
  }
  if (error == ENOENT) {
    text +=
        "; is it visible in the sandbox of the service, and is the agent of Azure Arc installed?";
  }
  return text;
}

bool is_same(const struct timespec& a, const struct timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_unchanged(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && is_same(a.st_mtim, b.st_mtim);
}

// Nothing else may be sent as a header.
bool is_key_text(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Result<ArcKeyFile> ArcKeyFile::open(const std::string& directory, const std::string& name) {
  const std::string path = directory + '/' + name;
  const FileDescriptor folder(
      ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.get() < 0) return refuse(directory, cause_of(errno));
  // Not blocking: a FIFO under the name must not hold the daemon.
  FileDescriptor file(
      openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) return refuse(path, cause_of(errno));
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return refuse(path, cause_of(errno));
  if (!S_ISREG(status.st_mode)) return refuse(path, "not a regular file");
  if (status.st_size <= 0) return refuse(path, "the file is empty");
  if (static_cast<std::size_t>(status.st_size) > kKeyBytesMax) {
    return refuse(path, "larger than 4,096 bytes; it was not read");
  }
  return ArcKeyFile(std::move(file), path, status);
}

Result<Secret> ArcKeyFile::read() const {
  std::string key(static_cast<std::size_t>(checked_.st_size), '\0');
  std::size_t size = 0;
  while (size < key.size()) {
    const ssize_t got =
        pread(file_.get(), key.data() + size, key.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(path_, cause_of(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  struct stat now {};
  if (fstat(file_.get(), &now) != 0) return refuse(path_, cause_of(errno));
  if (size != key.size() || !is_unchanged(checked_, now)) {
    return refuse(path_, "the file was changed while it was read");
  }
  if (!is_key_text(key)) return refuse(path_, "it holds a line break or a control character");
  return Secret(std::move(key));
}

}  // namespace mactiond::runtime
