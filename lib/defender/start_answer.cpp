#include "defender/start_answer.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "base/guid.hpp"
#include "base/text.hpp"
#include "defender/api_error.hpp"
#include "defender/codec.hpp"
#include "defender/error_sentences.hpp"
#include "defender/outcome.hpp"
#include "http/status_meaning.hpp"

namespace mactiond::defender {
namespace {

bool says(const ApiError& error, std::string_view phrase) {
  return to_lower(error.message).find(phrase) != std::string::npos;
}

// A 403 that no permission would change.
bool is_forbidden_to_all(const ApiError& error) {
  return iequals(error.code, "DisallowedOperation") || iequals(error.code, "DisabledFeature") ||
         says(error, "not provisioned") || says(error, "license");
}

Reason refined(Reason reason, const ApiError& error) {
  const bool no_answer_of_the_api = reason == Reason::NotFound && error.code.empty();
  const bool no_missing_role = reason == Reason::Permission && is_forbidden_to_all(error);
  return no_answer_of_the_api || no_missing_role ? Reason::Rejected : reason;
}

void read_action(const http::Response& response, StartAnswer& answer) {
  auto action = parse_action(response.body);
  if (action) {
    answer.action = *std::move(action);
    return;
  }
  answer.outcome.verdict = Verdict::Retry;
  answer.outcome.reason = Reason::BadAnswer;
  answer.outcome.detail = action.error().message();
}

// 409 and 412 are not documented for these methods and can mean nothing else.
bool says_busy(int status, const ApiError& error) {
  if (status == 409 || status == 412) return true;
  if (status != 400) return false;
  return iequals(error.code, "ActiveRequestAlreadyExists") ||
         says(error, "activerequestalreadyexists") || says(error, "already in progress");
}

}  // namespace

StartAnswer start_answer(const http::Response& response, WallTime local) {
  StartAnswer answer;
  Outcome& outcome = answer.outcome;
  outcome = api_outcome(response, local);
  if (outcome.ok()) {
    read_action(response, answer);
    return answer;
  }
  const ApiError error = read_api_error(response.body);
  outcome.reason = refined(outcome.reason, error);
  answer.busy = says_busy(outcome.status, error);
  if (answer.busy) {
    if (auto named = find_guid(error.message)) answer.blocker = ActionId{*std::move(named)};
  }
  if (outcome.verdict != Verdict::GiveUp) return answer;
  outcome.detail.append("; ").append(error_sentence(outcome.status, error));
  return answer;
}

StartAnswer start_answer(const http::SendError& error) {
  StartAnswer answer;
  answer.outcome = http::outcome(error);
  answer.unsent = !error.begun;
  return answer;
}

}  // namespace mactiond::defender
