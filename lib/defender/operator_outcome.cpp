#include "defender/operator_outcome.hpp"

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "defender/api_error.hpp"
#include "defender/error_sentences.hpp"
#include "defender/outcome.hpp"

namespace mactiond::defender {
namespace {

// A 403 that no permission would change.
bool is_forbidden_to_all(const ApiError& error) {
  const std::string message = to_lower(error.message);
  const auto says = [&message](std::string_view phrase) {
    return message.find(phrase) != std::string::npos;
  };
  return iequals(error.code, "DisallowedOperation") || iequals(error.code, "DisabledFeature") ||
         says("not provisioned") || says("license");
}

Reason refined(Reason reason, const ApiError& error) {
  const bool no_answer_of_the_api = reason == Reason::NotFound && error.code.empty();
  const bool no_missing_role = reason == Reason::Permission && is_forbidden_to_all(error);
  return no_answer_of_the_api || no_missing_role ? Reason::Rejected : reason;
}

}  // namespace

Outcome operator_outcome(const http::Response& response, WallTime local) {
  Outcome outcome = api_outcome(response, local);
  if (outcome.ok()) return outcome;
  const ApiError error = read_api_error(response.body);
  outcome.reason = refined(outcome.reason, error);
  if (outcome.verdict != Verdict::GiveUp) return outcome;
  outcome.detail.append("; ").append(error_sentence(outcome.status, error));
  return outcome;
}

}  // namespace mactiond::defender
