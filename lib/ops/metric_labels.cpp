#include "ops/metric_labels.hpp"

#include <algorithm>

#include "action/known_values.hpp"
#include "base/enum_values.hpp"
#include "base/glob.hpp"
#include "base/outcome.hpp"
#include "core/cancel_result.hpp"
#include "core/status.hpp"
#include "core/submission_state.hpp"

namespace mactiond::ops {
namespace {

/// What an API, an identity provider or a gateway in between answers.
constexpr std::array<std::string_view, 18> kCodes = {"200", "201", "400", "401", "403", "404",
                                                     "405", "407", "408", "409", "410", "412",
                                                     "413", "429", "500", "502", "503", "504"};
/// Why no answer came, or none that can be used.
constexpr std::array<Reason, 9> kNoAnswer = {Reason::Auth,     Reason::Rejected, Reason::Timeout,
                                             Reason::Network,  Reason::Tls,      Reason::BadAnswer,
                                             Reason::TooLarge, Reason::Stopped,  Reason::Throttled};

template <class Values, class Value>
bool is_one_of(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

const std::vector<std::string>& statuses() {
  static const std::vector<std::string> kStatuses = [] {
    const auto known = known_action_statuses();
    return std::vector<std::string>(known.begin(), known.end());
  }();
  return kStatuses;
}

const std::vector<std::string>& webhook_states() {
  static const std::vector<std::string> kStates = [] {
    std::vector<std::string> states;
    core::WebhookStatus webhook;
    for (const bool failing : {false, true}) {
      for (const core::WebhookState state : kValuesOf<core::WebhookState>) {
        webhook.failing = failing;
        webhook.state = state;
        const std::string seen(core::seen_state(webhook));
        if (!is_one_of(states, seen)) states.push_back(seen);
      }
    }
    return states;
  }();
  return kStates;
}

std::vector<std::string> request_codes() {
  std::vector<std::string> codes(kCodes.begin(), kCodes.end());
  for (const Reason reason : kNoAnswer) codes.emplace_back(to_string(reason));
  codes.emplace_back(kOther);
  return codes;
}

std::vector<std::string> delivery_results() {
  std::vector<std::string> results{"delivered", std::string(kOther)};
  for (const Reason reason : kValuesOf<Reason>) {
    if (reason != Reason::None) results.emplace_back(to_string(reason));
  }
  return results;
}

std::vector<std::string> results_of(const core::PolicyOptions& policy) {
  std::vector<std::string> results;
  switch (policy.action) {
    case core::PolicyAction::Cancel:
      for (const core::CancelResult result : kValuesOf<core::CancelResult>) {
        results.emplace_back(to_string(result));
      }
      break;
    case core::PolicyAction::Notify:
      results.emplace_back(to_string(core::CancelResult::Stale));
      break;
    case core::PolicyAction::Ignore:
      break;
  }
  return results;
}

std::vector<std::string> submission_results() {
  using core::SubmissionState;
  std::vector<std::string> results{std::string(to_string(SubmissionState::Queued)),
                                   std::string(to_string(SubmissionState::Submitted))};
  for (const SubmissionState state : kValuesOf<SubmissionState>) {
    if (core::is_final(state)) results.emplace_back(to_string(state));
  }
  return results;
}

bool governs(const core::PolicyOptions& policy, const std::string& region) {
  const auto& globs = policy.match.region;
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
           return glob_match(glob, region);
         });
}

std::string status_label(std::string_view status) {
  return std::string(is_one_of(statuses(), status) ? status : kOther);
}

std::string code_label(const std::string& code) {
  static const std::vector<std::string> kKnown = request_codes();
  return is_one_of(kKnown, code) ? code : std::string(kOther);
}

std::string result_label(const std::string& result) {
  static const std::vector<std::string> kKnown = delivery_results();
  return is_one_of(kKnown, result) ? result : std::string(kOther);
}

}  // namespace mactiond::ops
