#include "defender/outcome.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "defender/answer_object.hpp"
#include "defender/api_error.hpp"
#include "defender/entra_error.hpp"
#include "defender/page_limit.hpp"
#include "http/status_meaning.hpp"

namespace mactiond::defender {
namespace {

constexpr std::int64_t kWaitMax = 24 * 3600;

// The number text begins with, at most `most`; text moves behind it.
std::optional<std::int64_t> take_number(std::string_view& text, std::int64_t most = kWaitMax) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  if (size == 0) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, value);
  text.remove_prefix(size);
  return error == std::errc{} ? std::min(value, most) : most;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// "You can send requests again in 8 seconds."
std::optional<Duration> named_wait(std::string_view message) {
  for (auto at = message.find("in "); at != std::string_view::npos;
       at = message.find("in ", at + 1)) {
    std::string_view rest = message.substr(at + 3);
    const auto seconds = take_number(rest);
    if (seconds && take(rest, " second")) return std::chrono::seconds(*seconds);
  }
  return std::nullopt;
}

// "hh:mm:ss" as seconds.
std::optional<std::int64_t> take_period(std::string_view& text) {
  const auto hours = take_number(text);
  if (!hours || !take(text, ":")) return std::nullopt;
  const auto minutes = take_number(text);
  if (!minutes || !take(text, ":")) return std::nullopt;
  const auto seconds = take_number(text);
  if (!seconds) return std::nullopt;
  return *hours * 3600 + *minutes * 60 + *seconds;
}

// "Maximum allowed 1500 per 01:00:00"
std::optional<NamedLimit> named_limit(std::string_view message) {
  constexpr std::string_view kMark = "llowed ";
  const std::size_t at = message.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = message.substr(at + kMark.size());
  const auto count = take_number(rest, std::numeric_limits<int>::max());
  if (!count || !take(rest, " per ")) return std::nullopt;
  const auto period = take_period(rest);
  if (!period) return std::nullopt;
  return NamedLimit{static_cast<int>(*count), std::chrono::seconds(*period)};
}

// Which window is exhausted shows how long it may take.
std::optional<Duration> wait_from_message(std::string_view message) {
  if (const auto wait = named_wait(message)) return wait;
  const auto limit = named_limit(message);
  if (!limit) return std::nullopt;
  return std::chrono::seconds(limit->window >= std::chrono::hours(1) ? 60 : 20);
}

// Of the description only the number is kept: the rest repeats app and tenant ids.
std::optional<std::int64_t> aadsts_number(const boost::json::object& answer) {
  constexpr std::string_view kMark = "AADSTS";
  constexpr std::size_t kDigitsMax = 10;
  std::string_view description = text_in(answer, "error_description");
  const std::size_t at = description.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  description.remove_prefix(at + kMark.size());
  if (description.find_first_not_of("0123456789") > kDigitsMax && description.size() > kDigitsMax) {
    return std::nullopt;
  }
  return take_number(description, std::numeric_limits<std::int64_t>::max());
}

std::optional<std::int64_t> aadsts_code(const boost::json::object& answer) {
  const boost::json::value* codes = answer.if_contains("error_codes");
  if (codes == nullptr || !codes->is_array() || codes->get_array().empty()) return std::nullopt;
  const boost::json::value& first = codes->get_array().front();
  if (!first.is_int64() || first.get_int64() < 0) return std::nullopt;
  return first.get_int64();
}

// "error AADSTSnnn: sentence; remedy", as much of it as there is. Of a number that is not known
// where to look it up.
std::string describe(const std::string& error, std::optional<std::int64_t> number) {
  if (!number) return error;
  std::string text = error;
  if (!text.empty()) text += ' ';
  text += "AADSTS" + std::to_string(*number);
  const EntraError* known = find_entra_error(*number);
  if (known == nullptr) {
    return text + "; see https://login.microsoftonline.com/error?code=" + std::to_string(*number);
  }
  text.append(": ").append(known->sentence);
  if (!known->remedy.empty()) text.append("; ").append(known->remedy);
  return text;
}

// error is one word of OAuth's; what does not look like one is not repeated.
std::string error_word(const boost::json::object& answer) {
  const std::string_view word = text_in(answer, "error");
  const bool plain = word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || c == '_';
                     });
  return plain ? std::string(word) : std::string();
}

bool is_passing(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

Outcome api_outcome(const http::Response& response, WallTime local) {
  Outcome result = http::outcome(response, local);
  if (result.ok()) return result;
  const ApiError error = read_api_error(response.body);
  if (const std::string text = describe(error); !text.empty()) result.detail = text;
  if (result.status == 400) result.page_limit = speaks_of_page_limit(response.body);
  if (result.status != 429) return result;
  if (!result.retry_after) result.retry_after = wait_from_message(error.message);
  result.limit = named_limit(error.message);
  return result;
}

Outcome list_outcome(const http::Response& response, WallTime local) {
  Outcome result = api_outcome(response, local);
  if (result.status == 400) result.reason = Reason::Query;
  return result;
}

Outcome token_outcome(const http::Response& response, WallTime local) {
  Outcome result = http::outcome(response, local);
  if (result.ok()) return result;
  std::string error;
  const EntraError* known = nullptr;
  if (const auto answer = parse_answer(response.body)) {
    error = error_word(*answer);
    auto number = aadsts_number(*answer);
    if (!number) number = aadsts_code(*answer);
    if (number) known = find_entra_error(*number);
    if (std::string text = describe(error, number); !text.empty()) result.detail = std::move(text);
  }
  if (known != nullptr && known->wait) {
    result.retry_after = std::max(result.retry_after.value_or(Duration{}), *known->wait);
  }
  const Again again = known != nullptr ? known->again : Again::Never;
  const bool said_passing = error == "temporarily_unavailable" || again == Again::Soon;
  if (!said_passing && !is_passing(result.status)) {
    result.verdict = again == Again::Slow ? Verdict::Retry : Verdict::GiveUp;
    result.reason = Reason::Auth;
    return result;
  }
  result.verdict = Verdict::Retry;
  if (!is_passing(result.status)) result.reason = Reason::ServerError;
  return result;
}

}  // namespace mactiond::defender
