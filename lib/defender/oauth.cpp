#include "defender/oauth.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "defender/answer_object.hpp"

namespace mactiond::defender {
namespace {

// Longer than any token lives (continuous access evaluation: 28 hours), short enough to add to a
// time.
constexpr std::int64_t kLifetimeMax = std::int64_t{7} * 24 * 3600;

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string form(const Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += name;
    body += '=';
    body += percent_encode(value);
  }
  return body;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

// The v2 endpoint sends a number, v1 and managed identities send text.
std::optional<std::int64_t> read_number(const boost::json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return parse_number(trim(value->get_string()));
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return std::numeric_limits<std::int64_t>::max();
  // 0e999 is read as no number.
  if (!value->is_double() || std::isnan(value->get_double())) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(value->get_double(), -1.0, 1e15));
}

// App Service sends expires_on alone.
std::optional<std::int64_t> read_lifetime(const boost::json::object& answer, WallTime now) {
  if (const auto seconds = read_number(answer.if_contains("expires_in"))) return seconds;
  const auto end = read_number(answer.if_contains("expires_on"));
  if (!end) return std::nullopt;
  return std::max(*end, std::int64_t{0}) - to_seconds(now.time_since_epoch());
}

std::optional<Duration> read_refresh(const boost::json::object& answer, std::int64_t lifetime) {
  const auto seconds = read_number(answer.if_contains("refresh_in"));
  if (!seconds || *seconds <= 0 || *seconds >= lifetime) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

// It is sent as a header, so it must not be able to end one.
bool is_token_text(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

http::Url endpoint_url(const TokenAsk& ask) {
  return http::resolve(ask.authority, '/' + percent_encode(ask.tenant_id) + "/oauth2/v2.0/token");
}

http::Request form_request(const TokenAsk& ask, const Fields& proof) {
  http::Request request;
  request.method = "POST";
  request.url = endpoint_url(ask);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"},
                     {"User-Agent", "mactiond/" MACTIOND_VERSION}};
  request.body = form({{"client_id", ask.client_id}, {"scope", ask.audience + "/.default"}}) + '&' +
                 form(proof) + "&grant_type=client_credentials";
  return request;
}

}  // namespace

std::string token_endpoint(const TokenAsk& ask) {
  const http::Url url = endpoint_url(ask);
  return url.scheme + "://" + url.authority() + url.target;
}

http::Request secret_request(const TokenAsk& ask, const Secret& client_secret) {
  return form_request(ask, {{"client_secret", client_secret.reveal()}});
}

http::Request assertion_request(const TokenAsk& ask, const Secret& assertion) {
  return form_request(
      ask, {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            {"client_assertion", assertion.reveal()}});
}

Result<Token> parse_token(std::string_view body, WallTime now) {
  const auto answer = parse_answer(body);
  if (answer.has_error()) return answer.error();
  const std::string_view token = text_in(*answer, "access_token");
  if (!is_token_text(token)) return Error(Errc::UnexpectedDocument, "access_token");
  const std::string_view type = text_in(*answer, "token_type");
  if (!type.empty() && !iequals(type, "Bearer")) {
    return Error(Errc::UnexpectedDocument, "token_type");
  }
  const auto found = read_lifetime(*answer, now);
  if (!found || *found <= 0) return Error(Errc::UnexpectedDocument, "expires_in");
  const std::int64_t lifetime = std::min(*found, kLifetimeMax);
  return Token{Secret(std::string(token)), std::chrono::seconds(lifetime),
               read_refresh(*answer, lifetime)};
}

}  // namespace mactiond::defender
