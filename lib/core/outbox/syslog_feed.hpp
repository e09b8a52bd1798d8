#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// How far one syslog receiver is, and when to try again. Events go out in order of seq. Each is
/// repeated until the receiver's host has acknowledged its octets: syslog has no answer of the
/// receiver itself.
class SyslogFeed {
 public:
  /// next: the first event to send.
  explicit SyslogFeed(std::uint64_t next) : next_(next) {}

  [[nodiscard]] std::uint64_t next() const { return next_; }

  /// Looks at what the store has from next() on. How many events retention has taken before they
  /// could be sent; the feed continues after them.
  [[nodiscard]] std::uint64_t skip_lost(const std::vector<EventRecord>& events);

  /// The events up to last are not for the receiver.
  void pass(std::uint64_t last);
  /// The events up to last are with the receiver. Whether that ends a row of failures.
  bool sent(std::uint64_t last);
  /// How long to wait: 1 s, doubled up to 1 min, ±20 %.
  [[nodiscard]] Duration failed(Random& random);
  /// Failures in a row.
  [[nodiscard]] int failures() const { return failures_; }

 private:
  std::uint64_t next_;
  int failures_ = 0;
};

}  // namespace mactiond::core
