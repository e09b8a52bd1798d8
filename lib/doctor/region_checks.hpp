#pragma once

#include <optional>
#include <string>
#include <vector>

#include "action/needed_role.hpp"
#include "action/token_claims.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "doctor/check.hpp"

namespace mactiond::doctor {

/// skew: the server's clock minus ours.
[[nodiscard]] Check clock_check(const Target& target, Duration skew);

/// What the request for a token came to.
struct TokenFacts {
  Outcome outcome;
  Duration lifetime{};
  std::optional<TokenClaims> claims{};
  std::optional<WallTime> credential_end{};
  // As configured:
  std::string tenant_id{};
  std::string audience{};
};
[[nodiscard]] Check token_check(const Target& target, const TokenFacts& facts, WallTime now);

[[nodiscard]] Check role_check(const Target& target, const std::vector<std::string>& roles,
                               const std::vector<NeededRole>& needed, bool managed_identity);

/// Why a list could not be read.
struct ListFailure {
  enum class Why {
    Refused,   ///< by the API
    Failed,    ///< no answer, or one that is no list
    NoQuota,   ///< there is no call for it
    NotAsked,  ///< no call may be made now
  };
  Why why = Why::Failed;
  std::string words;
};
[[nodiscard]] Check list_check(const Target& target, const std::optional<ListFailure>& failure);

}  // namespace mactiond::doctor
