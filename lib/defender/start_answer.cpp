#include "defender/start_answer.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "base/guid.hpp"
#include "base/text.hpp"
#include "defender/api_error.hpp"
#include "defender/codec.hpp"
#include "defender/operator_outcome.hpp"
#include "http/status_meaning.hpp"

namespace mactiond::defender {
namespace {

bool says(const ApiError& error, std::string_view phrase) {
  return to_lower(error.message).find(phrase) != std::string::npos;
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
  outcome = operator_outcome(response, local);
  if (outcome.ok()) {
    read_action(response, answer);
    return answer;
  }
  const ApiError error = read_api_error(response.body);
  answer.busy = says_busy(outcome.status, error);
  if (answer.busy) {
    if (auto named = find_guid(error.message)) answer.blocker = ActionId{*std::move(named)};
  }
  return answer;
}

StartAnswer start_answer(const http::SendError& error) {
  StartAnswer answer;
  answer.outcome = http::outcome(error);
  answer.unsent = !error.begun;
  return answer;
}

}  // namespace mactiond::defender
