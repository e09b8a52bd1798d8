#pragma once

#include <string>
#include <vector>

namespace mactiond {

/// What an access token says of itself. Nothing of it was verified.
struct TokenClaims {
  std::string aud;
  std::string tid;
  std::vector<std::string> roles;
  bool operator==(const TokenClaims&) const = default;
};

}  // namespace mactiond
