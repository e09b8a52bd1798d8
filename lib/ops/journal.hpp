#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mactiond::ops {

/// systemd's journal by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram an
/// entry.
class Journal {
 public:
  static constexpr const char* kSocket = "/run/systemd/journal/socket";

  explicit Journal(const std::string& path = kSocket);
  ~Journal();
  Journal(Journal&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Journal& operator=(Journal&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Whether the entry was taken. Never waits: a journal that does not keep up loses entries, and
  /// must not hold up the daemon.
  [[nodiscard]] bool send(const std::string& entry) const;

 private:
  int fd_ = -1;
};

/// Appends one field. A name is put into the journal's alphabet: capitals, digits, '_'.
void append_journal_field(std::string& entry, std::string_view name, std::string_view value);

}  // namespace mactiond::ops
