#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// Who asks for a token, and for what.
struct TokenAsk {
  http::Url authority;  ///< e.g. https://login.microsoftonline.com
  std::string tenant_id;
  std::string client_id;
  std::string audience;  ///< asked as scope `<audience>/.default`
};

/// {authority}/{tenant}/oauth2/v2.0/token: where the requests go, and the audience of an assertion.
[[nodiscard]] std::string token_endpoint(const TokenAsk& ask);

/// POST to the token endpoint, client credentials.
[[nodiscard]] http::Request secret_request(const TokenAsk& ask, const Secret& client_secret);

/// The same with a signed assertion (JWT) in place of a secret: our own, or that of another
/// identity provider.
[[nodiscard]] http::Request assertion_request(const TokenAsk& ask, const Secret& assertion);

struct Token {
  Secret value;
  Duration lifetime{};
  std::optional<Duration> refresh_in{};  ///< when to renew it; shorter than its lifetime
};

/// Reads a 200 token answer; expires_in, or expires_on against now, as number or numeric text. A
/// lifetime that is missing or not positive is UnexpectedDocument.
[[nodiscard]] Result<Token> parse_token(std::string_view body, WallTime now);

}  // namespace mactiond::defender
