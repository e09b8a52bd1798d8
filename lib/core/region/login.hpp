#pragma once

#include <optional>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/options.hpp"
#include "core/region/credential_end.hpp"
#include "core/region/server_clock.hpp"
#include "core/region/token_cache.hpp"
#include "core/region/token_review.hpp"

namespace mactiond::core {

/// With what a region calls the API, and how well that fits.
struct Login {
  const Options* options;
  TokenCache token{};
  TokenReview review{};
  CredentialEnd credential{};

  /// When the next threshold of the credential is reached; nothing while the time is not known well
  /// enough. Our own clock may be wrong by years: it counts only where the API does not answer.
  [[nodiscard]] std::optional<MonoTime> threshold_at(const ServerClock& clock, int failed_polls,
                                                     Now now) const {
    const bool silent = failed_polls > 0 || token.failures() > 0;
    const auto next = credential.next_at();
    if (!next || (!silent && !clock.at(now.mono))) return std::nullopt;
    return now.mono + (*next - clock.now(now));
  }
  /// Why a region is in trouble although it is answered.
  [[nodiscard]] std::optional<Outcome> trouble(WallTime now) const {
    return review.trouble() ? review.trouble() : credential.trouble(now);
  }
};

}  // namespace mactiond::core
