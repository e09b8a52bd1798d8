#pragma once

#include <optional>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// The life of one region's access token. Renewed well before it expires; a token that still
/// works is kept while renewing fails.
class TokenCache {
 public:
  /// The token to use, if one is alive.
  [[nodiscard]] const Secret* usable(MonoTime now) const;
  /// Whether a new one should be fetched now.
  [[nodiscard]] bool wants_fetch(MonoTime now) const;
  /// When wants_fetch or usable may next change by time alone; nothing while a fetch is under way.
  [[nodiscard]] std::optional<MonoTime> wake_at(MonoTime now) const;

  void fetch_started() { fetching_ = true; }
  void fetched(Secret token, Duration lifetime, MonoTime now);
  void fetch_failed(std::optional<Duration> retry_after, MonoTime now, Random& random);
  /// The fetch was given up without an answer; it counts as nothing.
  void fetch_abandoned() { fetching_ = false; }

  /// The API accepted a call made with it: earlier failures are over.
  void accepted() { failures_ = 0; }
  /// The API did not accept the token of a call sent at `sent`. A token fetched since then is not
  /// blamed. True if a new token is no help: this one was fresh; the next fetch then waits as
  /// after a failure.
  [[nodiscard]] bool refused(MonoTime sent, MonoTime now, Random& random);

  /// Failed fetches and refused new tokens since a call was last accepted.
  [[nodiscard]] int failures() const { return failures_; }
  [[nodiscard]] std::optional<Duration> left(MonoTime now) const;
  [[nodiscard]] std::optional<Duration> age(MonoTime now) const;

 private:
  std::optional<Secret> token_;
  MonoTime fetched_at_{};
  MonoTime renew_at_{};
  MonoTime expires_at_{};
  MonoTime not_before_ = MonoTime::min();
  int failures_ = 0;
  bool fetching_ = false;
};

}  // namespace mactiond::core
