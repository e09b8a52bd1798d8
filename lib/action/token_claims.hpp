#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mactiond {

/// What an access token says of itself. Nothing of it was verified.
struct TokenClaims {
  std::string aud;
  std::string tid;
  std::vector<std::string> roles;
  bool operator==(const TokenClaims&) const = default;
};

/// Not known, and so false, where `aud` is the id of the resource, as in tokens of version 2.
/// Letter case and slashes at the end say nothing.
[[nodiscard]] bool is_for_another_audience(const TokenClaims& claims, std::string_view audience);
/// Not known, and so false, where the tenant is configured by the name of its domain.
[[nodiscard]] bool is_of_another_tenant(const TokenClaims& claims, std::string_view tenant_id);

}  // namespace mactiond
