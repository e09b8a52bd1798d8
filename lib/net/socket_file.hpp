#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"

namespace mactiond::net {

/// The file of a listening Unix socket: removed at the end unless somebody else has taken its
/// place meanwhile.
class SocketFile {
 public:
  using Bind = std::function<boost::system::error_code(const std::string& path)>;

  /// Makes way at path, calls bind to create the socket there and gives it mode; nobody can
  /// connect before it has that mode. A socket that nobody listens on is removed first; a live one
  /// is Errc::AddressInUse, any other file and a path too long Errc::PathNotUsable.
  [[nodiscard]] static Result<SocketFile> create(const std::string& path, unsigned mode,
                                                 const Bind& bind);

  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile();

 private:
  SocketFile() = default;
  void remove() noexcept;

  std::string path_;
  unsigned long device_ = 0;
  unsigned long inode_ = 0;
};

}  // namespace mactiond::net
