#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "core/log_sync.hpp"

namespace mactiond::ops {

using core::LogSync;

/// An open file, closed at the end; -1: none.
class File {
 public:
  explicit File(int fd = -1) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();

  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// A regular file and how it was when it was opened.
struct LogFile {
  File file;
  struct stat stat {};

  [[nodiscard]] int fd() const { return file.fd(); }
  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(stat.st_size); }
};

[[nodiscard]] Error not_usable(const std::string& path, const std::string& cause);
[[nodiscard]] Error not_usable(const std::string& path, int code);

/// Opens the log for reading and appending, or creates it.
[[nodiscard]] Result<LogFile> open_log(const std::string& path);

/// Two writers would number their lines by themselves: Errc::StoreInUse if another process holds
/// the file. The lock is the open file's: a rotation takes it along, and a crash gives it back.
/// Where the file system has no locks there is none.
[[nodiscard]] Result<void> hold(const LogFile& file, const std::string& path);

/// The regular file with this inode in the directory of path: where a rotation renamed it to.
[[nodiscard]] std::optional<std::string> find_renamed(const std::string& path, std::uint64_t inode);

[[nodiscard]] Result<void> cut(const LogFile& file, std::uint64_t size, LogSync sync,
                               const std::string& path);

}  // namespace mactiond::ops
