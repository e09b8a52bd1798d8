#include "credential/client_assertion.hpp"

#include <chrono>
#include <string>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace mactiond::credential {
namespace {

// Both clocks may be a little wrong; together they are the ten minutes that Entra ID takes.
constexpr auto kBefore = std::chrono::minutes(1);
constexpr auto kAfter = std::chrono::minutes(9);

std::string object(const JsonMembers& members) {
  return base64url_encode('{' + members.text() + '}');
}

}  // namespace

Result<Secret> client_assertion(const KeyPair& pair, std::string_view endpoint,
                                std::string_view client_id, WallTime now, std::string_view jti) {
  JsonMembers header;
  header.add("alg", "PS256").add("typ", "JWT").add("x5t#S256", pair.certificate().x5t_s256);
  const auto seconds = [now](Duration offset) {
    return to_seconds(now.time_since_epoch() + offset);
  };
  JsonMembers claims;
  claims.add("aud", endpoint).add("iss", client_id).add("sub", client_id).add("jti", jti);
  claims.add("iat", seconds({})).add("nbf", seconds(-kBefore)).add("exp", seconds(kAfter));
  const std::string signed_part = object(header) + '.' + object(claims);
  const auto signature = pair.sign_ps256(signed_part);
  if (!signature) return signature.error();
  return Secret(signed_part + '.' + base64url_encode(*signature));
}

}  // namespace mactiond::credential
