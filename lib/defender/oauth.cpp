#include "defender/oauth.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "defender/answer_object.hpp"

namespace mactiond::defender {
namespace {

// Longer than any token lives (continuous access evaluation: 28 hours), short enough to add to a
// time.
constexpr std::int64_t kLifetimeMax = std::int64_t{7} * 24 * 3600;

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += name;
    body += '=';
    body += percent_encode(value);
  }
  return body;
}

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return seconds;
}

// The v2 endpoint sends a number, v1 and managed identities send text.
std::optional<std::int64_t> read_seconds(const boost::json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return parse_seconds(trim(value->get_string()));
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return kLifetimeMax;
  if (!value->is_double()) return std::nullopt;
  const double limit = static_cast<double>(kLifetimeMax);
  return static_cast<std::int64_t>(std::clamp(value->get_double(), -1.0, limit));
}

// It is sent as a header, so it must not be able to end one.
bool is_token_text(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

http::Request token_request(const ClientSecretCredential& credential) {
  http::Request request;
  request.method = "POST";
  request.url = http::resolve(credential.authority,
                              '/' + percent_encode(credential.tenant_id) + "/oauth2/v2.0/token");
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"},
                     {"User-Agent", "mactiond/" MACTIOND_VERSION}};
  request.body = form({{"client_id", credential.client_id},
                       {"scope", credential.audience + "/.default"},
                       {"client_secret", credential.client_secret.reveal()},
                       {"grant_type", "client_credentials"}});
  return request;
}

Result<Token> parse_token(std::string_view body) {
  const auto answer = parse_answer(body);
  if (answer.has_error()) return answer.error();
  const std::string_view token = text_in(*answer, "access_token");
  if (!is_token_text(token)) return Error(Errc::UnexpectedDocument, "access_token");
  const std::string_view type = text_in(*answer, "token_type");
  if (!type.empty() && !iequals(type, "Bearer")) {
    return Error(Errc::UnexpectedDocument, "token_type");
  }
  const auto seconds = read_seconds(answer->if_contains("expires_in"));
  if (!seconds || *seconds <= 0) return Error(Errc::UnexpectedDocument, "expires_in");
  return Token{Secret(std::string(token)), std::chrono::seconds(std::min(*seconds, kLifetimeMax))};
}

}  // namespace mactiond::defender
