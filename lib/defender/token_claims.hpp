#pragma once

#include <optional>

#include "action/token_claims.hpp"
#include "base/secret.hpp"

namespace mactiond::defender {

/// Reads the payload of a JWT; nothing where the token is none. The signature is the API's to
/// check: what is read here explains, and never permits.
[[nodiscard]] std::optional<TokenClaims> parse_claims(const Secret& token);

}  // namespace mactiond::defender
