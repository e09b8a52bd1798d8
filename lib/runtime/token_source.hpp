#pragma once

#include <optional>

#include "base/outcome.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "http/client.hpp"

namespace mactiond::runtime {

/// What came of asking for an access token.
struct TokenAnswer {
  Outcome outcome;
  Secret token;  ///< if outcome is ok
  Duration lifetime{};
  std::optional<Duration> refresh_in{};      ///< the answer asks to renew it then, not earlier
  std::optional<WallTime> credential_end{};  ///< of what the token was asked with, if known
  bool asked = true;  ///< false: nothing was sent, the credential itself is not usable
};

/// One way to prove who we are; it reads its credential again for every token. Each kind of
/// credential is one class.
class TokenSource {
 public:
  TokenSource() = default;
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  virtual ~TokenSource() = default;
  /// Ends by the deadline. A cancelled one (terminal cancellation of the awaiting coroutine, which
  /// must not throw when cancelled) ends as Reason::Stopped. The source outlives the task.
  [[nodiscard]] virtual Task<TokenAnswer> fetch(MonoTime deadline) = 0;
};

}  // namespace mactiond::runtime
