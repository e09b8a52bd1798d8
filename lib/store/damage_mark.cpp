#include "store/damage_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "base/printable.hpp"
#include "base/sync_directory.hpp"

namespace mactiond::store {
namespace {

constexpr std::size_t kCauseBytes = 500;

std::string mark_of(const std::string& path) { return path + ".damaged"; }

}  // namespace

void put_damage_mark(const std::string& path, const std::string& cause) {
  const int fd = ::open(mark_of(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  // Without its text the mark leads to the recovery as well.
  if (::write(fd, cause.data(), cause.size()) >= 0) ::fsync(fd);
  ::close(fd);
  sync_directory_of(path);
}

std::optional<std::string> read_damage_mark(const std::string& path) {
  const std::string mark = mark_of(path);
  if (::access(mark.c_str(), F_OK) != 0) return std::nullopt;
  const int fd = ::open(mark.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return std::string();
  std::array<char, kCauseBytes> cause{};
  const ssize_t bytes = ::read(fd, cause.data(), cause.size());
  ::close(fd);
  if (bytes <= 0) return std::string();
  return printable(std::string_view(cause.data(), static_cast<std::size_t>(bytes)));
}

void remove_damage_mark(const std::string& path) { ::unlink(mark_of(path).c_str()); }

}  // namespace mactiond::store
