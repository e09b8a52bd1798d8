#pragma once

#include <optional>
#include <utility>

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
  /// When wants_fetch or usable may next change by time alone; nothing during a fetch.
  [[nodiscard]] std::optional<MonoTime> wake_at(MonoTime now) const;

  void fetch_started() { fetching_ = true; }
  /// How long a token is good for.
  struct Terms {
    Duration lifetime{};
    std::optional<Duration> refresh_in{};  ///< it is to be renewed then, where that is earlier
  };
  void fetched(Secret token, const Terms& terms, MonoTime now);
  void fetch_failed(std::optional<Duration> retry_after, MonoTime now, Random& random);
  /// The fetch was given up without an answer; it counts as nothing.
  void fetch_abandoned() { fetching_ = false; }

  /// The API accepted a call made with it: earlier failures are over.
  void accepted() {
    failures_ = 0;
    role_missing_since_.reset();
  }
  /// The API did not accept the token of a call sent at `sent`. A token fetched since then is not
  /// blamed. True if a new token is no help: this one was fresh; the next fetch then waits as
  /// after a failure.
  [[nodiscard]] bool refused(MonoTime sent, MonoTime now, Random& random);

  /// The API refused a call sent at `sent` because a role is missing. A role that was granted since
  /// the token was made shows only in a new one (docs/defender-api.md 2). True: the call is made
  /// again with a newer token, which is there, being fetched or to be fetched now.
  [[nodiscard]] bool lacks_role(MonoTime sent, MonoTime now);
  /// Whether a missing role may be granted soon: in the first hour after it was found missing.
  [[nodiscard]] bool expects_grant(MonoTime now) const;
  /// Whether the next attempt should have a new token first: while a grant is expected, at most
  /// once a minute.
  [[nodiscard]] bool needs_newer(MonoTime now) const;
  /// Whether that attempt has to wait for a token that is being fetched.
  [[nodiscard]] bool awaits_newer() const { return fetching_ && role_missing_since_; }
  /// Whether a newer token than the one of a call sent at `sent` is there, or comes now.
  [[nodiscard]] bool brings_newer(MonoTime sent, MonoTime now) const {
    return fetched_at() > sent || fetching_ || wants_fetch(now);
  }
  /// Asks for a new token, at most once a minute. The old one stays in use until then.
  void renew(MonoTime now);
  /// The same at once, because an operator waits for it; never before a Retry-After is over. True
  /// if a token is being fetched, or is to be fetched now.
  [[nodiscard]] bool renew_at_once(MonoTime now);
  /// A fetch has ended. Whether an operator waited for it.
  [[nodiscard]] bool end_wait() { return std::exchange(operator_waits_, false); }

  /// Failed fetches and refused new tokens since a call was last accepted.
  [[nodiscard]] int failures() const { return failures_; }
  [[nodiscard]] std::optional<Duration> left(MonoTime now) const;
  [[nodiscard]] std::optional<Duration> age(MonoTime now) const;
  /// When the token in use was fetched; the earliest time there is without one.
  [[nodiscard]] MonoTime fetched_at() const { return token_ ? fetched_at_ : MonoTime::min(); }

 private:
  std::optional<Secret> token_;
  MonoTime fetched_at_{};
  MonoTime renew_at_{};
  MonoTime expires_at_{};
  MonoTime not_before_ = MonoTime::min();
  MonoTime held_until_ = MonoTime::min();  ///< by a Retry-After of the token endpoint
  MonoTime renewed_at_ = MonoTime::min();  ///< when renew() last asked for a new one
  std::optional<MonoTime> role_missing_since_;
  int failures_ = 0;
  bool fetching_ = false;
  bool operator_waits_ = false;
};

}  // namespace mactiond::core
