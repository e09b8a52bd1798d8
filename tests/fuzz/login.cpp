#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/client_assertion.hpp"
#include "credential/key_pair.hpp"
#include "defender/identity_answer.hpp"
#include "defender/oauth.hpp"
#include "defender/token_claims.hpp"
#include "fuzz/entries.hpp"

namespace mactiond::fuzz {
namespace {

const WallTime kNow{Duration(std::chrono::seconds(1'795'000'000))};

bool is_visible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void expect_sound_claims(const std::optional<TokenClaims>& claims) {
  if (!claims) return;
  MACTIOND_ASSERT(is_visible(claims->aud) && is_visible(claims->tid));
  MACTIOND_ASSERT(claims->roles.size() <= 256);
  for (const std::string& role : claims->roles) {
    MACTIOND_ASSERT(!role.empty() && role.size() <= 256 && is_visible(role));
  }
}

void expect_sound_pair(const Result<credential::KeyPair>& pair) {
  if (!pair) {
    MACTIOND_ASSERT(pair.error().code == Errc::InvalidSecret && !pair.error().where.empty());
    return;
  }
  const credential::CertificateFacts& facts = pair->certificate();
  MACTIOND_ASSERT(facts.sha1.size() == 40 && facts.x5t_s256.size() == 43);
  MACTIOND_ASSERT(!describe(facts).empty());
  (void)credential::client_assertion(*pair, "https://login.example", "app", kNow, "1");
}

}  // namespace

void token_answer(std::string_view bytes) {
  const auto token = defender::parse_token(bytes, kNow);
  if (!token) return;
  MACTIOND_ASSERT(!token->value.empty() && is_visible(token->value.reveal()));
  MACTIOND_ASSERT(token->lifetime > Duration{});
  MACTIOND_ASSERT(token->lifetime <= std::chrono::hours(7 * 24));
  const Duration refresh = token->refresh_in.value_or(std::chrono::seconds(0));
  MACTIOND_ASSERT(refresh >= Duration{} && refresh < token->lifetime);
  expect_sound_claims(defender::parse_claims(token->value));
}

// As a token, and as what a token says.
void jwt(std::string_view bytes) {
  expect_sound_claims(defender::parse_claims(Secret(std::string(bytes))));
  expect_sound_claims(defender::parse_claims(Secret("e30." + base64url_encode(bytes) + ".s")));
}

void challenge(std::string_view bytes) {
  http::Response response;
  response.status = 401;
  response.headers = {{"WWW-Authenticate", std::string(bytes)}};
  const auto name = defender::arc_key_name(response);
  if (!name) return;
  MACTIOND_ASSERT(name->ends_with(".key") && name->find('/') == std::string::npos);
  MACTIOND_ASSERT(name->find('\0') == std::string::npos);
}

// The same bytes as a PEM file with both, and as a PKCS#12 file.
void key_pair(std::string_view bytes) {
  const Secret file{std::string(bytes)};
  const Secret password("opensesame");
  expect_sound_pair(credential::KeyPair::from_pem(bytes, file, password));
  expect_sound_pair(credential::KeyPair::from_pkcs12(file, password));
}

}  // namespace mactiond::fuzz
