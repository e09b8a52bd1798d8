#include "store/damage_mark.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "base/printable.hpp"
#include "base/sync_directory.hpp"

namespace mactiond::store {
namespace {

constexpr std::size_t kCauseBytes = 500;

constexpr std::string_view kSeparator = ": ";

ino_t inode_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

std::string mark_of(const std::string& path) { return path + ".damaged"; }

}  // namespace

void put_damage_mark(const std::string& path, const std::string& cause) {
  const int fd = ::open(mark_of(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const std::string text = std::to_string(inode_of(path)).append(kSeparator).append(cause);
  // Without its text the mark leads to the recovery as well.
  if (::write(fd, text.data(), text.size()) >= 0) ::fsync(fd);
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
  const std::string_view text(cause.data(), static_cast<std::size_t>(bytes));
  ino_t inode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), inode);
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || !rest.starts_with(kSeparator)) return printable(text);
  if (inode != inode_of(path)) return std::nullopt;
  return printable(rest.substr(kSeparator.size()));
}

void remove_damage_mark(const std::string& path) { ::unlink(mark_of(path).c_str()); }

}  // namespace mactiond::store
