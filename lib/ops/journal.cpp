#include "ops/journal.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mactiond::ops {
namespace {

constexpr std::size_t kNameMax = 64;

char name_character(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  const bool fits = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return fits ? c : '_';
}

}  // namespace

Journal::Journal(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return;
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

Journal::~Journal() {
  if (fd_ >= 0) close(fd_);
}

bool Journal::send(const std::string& entry) const {
  if (fd_ < 0) return false;
  const ssize_t sent = ::send(fd_, entry.data(), entry.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(entry.size());
}

void append_journal_field(std::string& entry, std::string_view name, std::string_view value) {
  for (const char c : name.substr(0, kNameMax)) entry += name_character(c);
  if (value.find('\n') == std::string_view::npos) {
    entry.append(1, '=').append(value).append(1, '\n');
    return;
  }
  // The length as 64 bits, little endian, stands in for the sign.
  entry += '\n';
  for (unsigned shift = 0; shift < 64; shift += 8) {
    entry += static_cast<char>(std::uint64_t{value.size()} >> shift & 0xffU);
  }
  entry.append(value).append(1, '\n');
}

}  // namespace mactiond::ops
