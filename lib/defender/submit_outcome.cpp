#include "defender/submit_outcome.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "defender/api_error.hpp"
#include "defender/codec.hpp"
#include "defender/error_sentences.hpp"
#include "defender/outcome.hpp"
#include "http/outcome.hpp"

namespace mactiond::defender {
namespace {

using Meaning = SubmitMeaning;

constexpr std::string_view kUnknown =
    "the answer is lost: do not start the action again before the list of actions shows whether "
    "this one was started";
constexpr std::string_view kNotSent =
    "nothing was sent because there is no connection to the API: check network, proxy and `api` "
    "of the region";

bool says(const ApiError& error, std::string_view phrase) {
  return to_lower(error.message).find(phrase) != std::string::npos;
}

bool is_busy(int status, const ApiError& error) {
  if (status == 409 || status == 412) return true;
  if (status != 400) return false;
  return iequals(error.code, "ActiveRequestAlreadyExists") || says(error, "already in progress");
}

// A new permission would not help.
bool is_forbidden_to_all(const ApiError& error) {
  return iequals(error.code, "DisallowedOperation") || iequals(error.code, "DisabledFeature") ||
         says(error, "not provisioned") || says(error, "license");
}

Meaning meaning_of(int status, const ApiError& error) {
  if (is_busy(status, error)) return Meaning::Busy;
  switch (status) {
    case 401:
      return Meaning::TokenRejected;
    case 403:
      return is_forbidden_to_all(error) ? Meaning::Refused : Meaning::NotAllowed;
    case 404:
      // Without a code it is no answer of the API.
      return error.code.empty() ? Meaning::Refused : Meaning::MachineNotFound;
    case 408:
    case 425:
      return Meaning::Unknown;
    case 429:
      return Meaning::Wait;
    default:
      return status >= 300 && status < 500 ? Meaning::Refused : Meaning::Unknown;
  }
}

// 8-4-4-4-12 hex digits.
bool is_guid(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit =
        std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (hyphen ? text[i] != '-' : !digit) return false;
  }
  return true;
}

std::optional<ActionId> first_guid(std::string_view message) {
  constexpr std::size_t kGuidSize = 36;
  for (std::size_t at = 0; at + kGuidSize <= message.size(); ++at) {
    const std::string_view text = message.substr(at, kGuidSize);
    if (is_guid(text)) return ActionId{to_lower(text)};
  }
  return std::nullopt;
}

SubmitAnswer accepted(const http::Response& response, Outcome outcome) {
  SubmitAnswer answer;
  answer.outcome = std::move(outcome);
  auto action = parse_action(response.body);
  if (action) {
    answer.meaning = Meaning::Accepted;
    answer.action = *std::move(action);
    return answer;
  }
  answer.outcome.verdict = Verdict::Retry;
  answer.outcome.reason = Reason::BadAnswer;
  answer.outcome.detail = action.error().message();
  answer.sentence = kUnknown;
  return answer;
}

// These fail while a connection is made, before a byte of the request leaves.
bool is_before_sending(const Error& error) {
  constexpr std::array kBefore{
      Errc::ResolveFailed, Errc::ConnectionFailed, Errc::TlsFailed,  Errc::CertificateRejected,
      Errc::ProxyFailed,   Errc::AddressRefused,   Errc::InvalidUrl, Errc::InvalidSecret};
  return std::any_of(kBefore.begin(), kBefore.end(),
                     [&error](Errc code) { return error.code == code; });
}

}  // namespace

SubmitAnswer submit_outcome(const http::Response& response, WallTime local) {
  Outcome outcome = api_outcome(response, local);
  if (outcome.ok()) return accepted(response, std::move(outcome));
  const ApiError error = read_api_error(response.body);
  SubmitAnswer answer;
  answer.outcome = std::move(outcome);
  answer.meaning = meaning_of(response.status, error);
  if (answer.meaning == Meaning::Busy) answer.named = first_guid(error.message);
  answer.sentence =
      answer.meaning == Meaning::Unknown ? kUnknown : error_sentence(response.status, error);
  return answer;
}

SubmitAnswer submit_outcome(const Error& error) {
  SubmitAnswer answer;
  answer.outcome = http::outcome(error);
  const bool unsent = is_before_sending(error);
  answer.meaning = unsent ? Meaning::NotSent : Meaning::Unknown;
  answer.sentence = unsent ? kNotSent : kUnknown;
  return answer;
}

}  // namespace mactiond::defender
