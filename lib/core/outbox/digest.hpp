#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "core/event.hpp"
#include "core/options.hpp"

namespace mactiond::core {

/// Which deliveries go out in one message, and how far apart messages are.
///
/// First attempts go together, as many as the options allow. What failed together is tried again
/// together and with nothing else, since it has one due time: the same events make the same
/// message, also after a restart.
class Digest {
 public:
  explicit Digest(const DigestOptions& options) : options_(options) {}

  void configure(const DigestOptions& options) { options_ = options; }
  /// At most this many events in one message.
  [[nodiscard]] int most() const { return options_.most; }
  /// The deliveries of the next message, taken from ready, which is not empty.
  [[nodiscard]] std::vector<DueDelivery> take(std::deque<DueDelivery>& ready) const;
  /// A message left.
  void sent(MonoTime now) { free_at_ = now + options_.interval; }
  /// Set while the next message has to wait; lies ahead of now.
  [[nodiscard]] std::optional<MonoTime> held_until(MonoTime now) const;

 private:
  DigestOptions options_;
  MonoTime free_at_{};
};

}  // namespace mactiond::core
