#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// Who asks for a token, and for what.
struct ClientSecretCredential {
  http::Url authority;  ///< e.g. https://login.microsoftonline.com
  std::string tenant_id;
  std::string client_id;
  std::string audience;  ///< asked as scope `<audience>/.default`
  Secret client_secret;
};

/// POST {authority}/{tenant}/oauth2/v2.0/token, client credentials.
[[nodiscard]] http::Request token_request(const ClientSecretCredential& credential);

struct Token {
  Secret value;
  Duration lifetime{};
};

/// Reads a 200 token answer; expires_in as number or numeric text. A lifetime that is missing or
/// not positive is UnexpectedDocument.
[[nodiscard]] Result<Token> parse_token(std::string_view body);

}  // namespace mactiond::defender
