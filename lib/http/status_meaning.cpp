#include "http/status_meaning.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/http_date.hpp"
#include "base/text.hpp"

namespace mactiond::http {
namespace {

constexpr Duration kRetryAfterMax = std::chrono::hours(24 * 30);

struct Meaning {
  Verdict verdict;
  Reason reason;
};

Meaning meaning_of(int status) {
  switch (status) {
    case 401:
      return {Verdict::Reauthenticate, Reason::Auth};
    case 403:
      return {Verdict::GiveUp, Reason::Permission};
    case 404:
      return {Verdict::GiveUp, Reason::NotFound};
    case 410:
      return {Verdict::GiveUp, Reason::Gone};
    case 408:
    case 425:
      return {Verdict::Retry, Reason::Timeout};
    case 429:
      return {Verdict::Retry, Reason::Throttled};
    default:
      break;
  }
  switch (status / 100) {
    case 2:
      return {Verdict::Ok, Reason::None};
    case 3:
      return {Verdict::GiveUp, Reason::Redirect};
    case 4:
      return {Verdict::GiveUp, Reason::Rejected};
    case 5:
      return {Verdict::Retry, Reason::ServerError};
    default:
      return {Verdict::Retry, Reason::BadAnswer};
  }
}

Meaning meaning_of(const boost::system::error_code& code) {
  if (code.category() != error_category()) return {Verdict::Retry, Reason::Network};
  switch (static_cast<Errc>(code.value())) {
    case Errc::DeadlineExceeded:
      return {Verdict::Retry, Reason::Timeout};
    case Errc::Cancelled:
      return {Verdict::Retry, Reason::Stopped};
    case Errc::TlsFailed:
    case Errc::CertificateRejected:
      return {Verdict::Retry, Reason::Tls};
    case Errc::HeaderTooLarge:
    case Errc::BodyTooLarge:
      return {Verdict::Retry, Reason::TooLarge};
    case Errc::MalformedHttp:
    case Errc::BadContentEncoding:
    case Errc::MalformedJson:
    case Errc::UnexpectedDocument:
    case Errc::InvalidTime:
      return {Verdict::Retry, Reason::BadAnswer};
    case Errc::InvalidUrl:
      return {Verdict::GiveUp, Reason::Rejected};
    case Errc::InvalidSecret:
      return {Verdict::GiveUp, Reason::Auth};
    default:
      return {Verdict::Retry, Reason::Network};
  }
}

// Digits alone, so that neither a sign nor a fraction passes. Too many of them are the maximum.
std::optional<Duration> parse_delta_seconds(std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::int64_t count_max = to_seconds(kRetryAfterMax);
  if (error != std::errc{}) count = count_max;
  return std::chrono::seconds(std::min(count, count_max));
}

}  // namespace

Outcome outcome(const Response& response, WallTime local) {
  const auto [verdict, reason] = meaning_of(response.status);
  Outcome result{verdict, reason, response.status, std::nullopt, ""};
  if (result.ok()) return result;
  result.detail = "HTTP " + std::to_string(response.status);
  if (const auto value = find_header(response.headers, "Retry-After")) {
    result.retry_after = parse_retry_after(*value, server_date(response).value_or(local));
  }
  return result;
}

Outcome outcome(const Error& error) {
  const auto [verdict, reason] = meaning_of(error.code);
  return Outcome{verdict, reason, 0, std::nullopt, error.message()};
}

std::optional<Duration> parse_retry_after(std::string_view value, WallTime reference) {
  const std::string_view text = trim(value);
  if (const auto delta = parse_delta_seconds(text)) return delta;
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::clamp(*date - reference, Duration{}, kRetryAfterMax);
}

std::optional<WallTime> server_date(const Response& response) {
  const auto value = find_header(response.headers, "Date");
  return value ? parse_http_date(trim(*value)) : std::nullopt;
}

}  // namespace mactiond::http
