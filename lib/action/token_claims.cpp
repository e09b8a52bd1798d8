#include "action/token_claims.hpp"

#include "base/guid.hpp"
#include "base/text.hpp"

namespace mactiond {
namespace {

std::string comparable(std::string_view audience) {
  while (audience.ends_with('/')) audience.remove_suffix(1);
  return to_lower(audience);
}

}  // namespace

bool is_for_another_audience(const TokenClaims& claims, std::string_view audience) {
  if (claims.aud.empty() || audience.empty() || is_guid_with_hyphens(claims.aud)) return false;
  return comparable(claims.aud) != comparable(audience);
}

bool is_of_another_tenant(const TokenClaims& claims, std::string_view tenant_id) {
  const auto wanted = guid_digits(tenant_id);
  const auto tid = guid_digits(claims.tid);
  return wanted && tid && *wanted != *tid;
}

}  // namespace mactiond
