#include "submission_words.hpp"

#include <algorithm>
#include <array>

#include "base/enum_values.hpp"
#include "base/exit_code.hpp"
#include "base/iso_time.hpp"
#include "json/object.hpp"
#include "text.hpp"
#include "view_parts.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;
using core::SubmissionState;

struct Words {
  std::string_view reason;
  std::string_view sentence;  ///< what it means, and what to do
};

// The reasons of the engine.
constexpr std::array kReasons = {
    Words{"blocked", "an action is in the way"},
    Words{"blocker_not_cancelled", "the action in the way could not be cancelled"},
    Words{"clock_uncertain", "the API's clock is known too roughly"},
    Words{"clocks_disagree",
          "the API's clock and the daemon's are a day or more apart: set the daemon's"},
    Words{"degraded", "the region is degraded: see \"mactionctl status\""},
    Words{"disabled", "[submit] was switched off, or the type was taken from its list"},
    Words{"hour_limit", "[submit] max_per_hour was used up"},
    Words{"machine_not_found",
          "the API does not know the machine: look for its id with \"mactionctl list\" or in the "
          "portal"},
    Words{"no_answer", "no answer came, and no action with its tag is in the list"},
    Words{"no_server_time", "the API has not answered yet: see \"mactionctl status\""},
    Words{"overdue", "it could not be sent within [submit] send_within"},
    Words{"permission",
          "the app registration lacks the permission: grant it, run \"mactionctl region retry\", "
          "then submit again"},
    Words{"quota", "the quota had no call left"},
    Words{"region_removed", "the region was removed from the configuration: name another one"},
    Words{"rejected", "the API refused it"},
    Words{"stopping", "the daemon stops"},
    Words{"token", "the region has no usable token: see \"mactionctl status\""},
    Words{"vanished", "the action is not in the list any more"},
    Words{"wait_over", "the action in the way did not end in time"},
};

// "blocker_not_cancelled: why" has words for its first part.
std::string words_for(const std::string& reason) {
  const std::size_t colon = reason.find(": ");
  const std::string word = reason.substr(0, colon);
  const auto known = std::find_if(kReasons.begin(), kReasons.end(),
                                  [&](const Words& words) { return words.reason == word; });
  if (known == kReasons.end()) return reason;
  std::string text(known->sentence);
  if (colon != std::string::npos) text += reason.substr(colon);
  return text;
}

// "RunAntiVirusScan on srv-1 "; empty where the submission does not say.
std::string subject_of(const json::object& submission) {
  const std::string type = cell(submission, "type");
  if (type.empty()) return {};
  const std::string computer = cell(submission, "computer");
  return type + " on " + (computer.empty() ? cell(submission, "machine") : computer) + ' ';
}

std::string_view phrase(SubmissionState end) {
  switch (end) {
    case SubmissionState::TimedOut:
      return "timed out";
    case SubmissionState::Cancelled:
      return "was cancelled";
    case SubmissionState::Refused:
      return "was refused";
    case SubmissionState::Lost:
      return "was lost";
    default:
      return to_string(end);
  }
}

std::string took(const json::object& submission) {
  const auto ended = parse_iso_time(cell(submission, "ended"));
  const auto age = ended ? age_of(submission, *ended) : std::nullopt;
  return age ? " after " + format_age(to_seconds(*age)) : std::string();
}

std::string advice_for(const json::object& submission) {
  const auto state = state_of(submission);
  const std::string blocker = cell(submission, "blocked_by");
  const bool was_refused = state == SubmissionState::Refused && !blocker.empty();
  if (was_refused && cell(submission, "reason") == "wait_over") {
    return "; look at it with \"mactionctl show " + blocker +
           "\", let the submission wait for longer, or cancel it with --cancel-blocker";
  }
  if (was_refused) {
    return "; look at it with \"mactionctl show " + blocker +
           "\", wait for its end with --after-blocker, or cancel it with --cancel-blocker";
  }
  if (state == SubmissionState::Lost) {
    return "; its outcome is unknown: do not repeat it before the machine's state is known";
  }
  if (state == SubmissionState::Expired) return "; it will not be sent any more";
  return {};
}

// Where the action exists its own state says all.
bool is_explained_by_answer(const json::object& submission) {
  const auto state = state_of(submission);
  if (!state || state == SubmissionState::Submitted) return false;
  return !core::is_final(*state) || state == SubmissionState::Refused ||
         state == SubmissionState::Expired || state == SubmissionState::Lost;
}

}  // namespace

std::optional<SubmissionState> state_of(const json::object& submission) {
  return value_named<SubmissionState>(text_in(submission, "state"));
}

bool has_ended(const json::object& submission) {
  const auto state = state_of(submission);
  return state && core::is_final(*state);
}

int exit_code_of(const json::object& submission) {
  const auto state = state_of(submission);
  if (!state || !core::is_final(*state)) return kExitStillOpen;
  switch (*state) {
    case SubmissionState::Succeeded:
      return kExitDone;
    case SubmissionState::Cancelled:
      return kExitCancelled;
    case SubmissionState::Lost:
      return kExitLost;
    default:
      return kExitRefused;
  }
}

std::string explain_state(const json::object& submission) {
  std::string text = words_for(cell(submission, "reason"));
  if (const auto blocker = cell(submission, "blocked_by"); !blocker.empty()) {
    if (!text.empty()) text += ": ";
    text += "action " + blocker;
  }
  const auto answer = cell(submission, "answer");
  if (!answer.empty() && is_explained_by_answer(submission)) {
    if (!text.empty()) text += ": ";
    text += answer;
  }
  return text;
}

std::string describe_step(const json::object& submission) {
  const auto state = state_of(submission);
  std::string text = cell(submission, "id") + ": " + cell(submission, "state");
  if (const auto position = cell(submission, "position"); !position.empty()) {
    text += ", position " + position;
  }
  const auto action = cell(submission, "action_id");
  if (!action.empty()) return text + " as action " + action;
  if (state == SubmissionState::Queued || state == SubmissionState::Waiting) {
    if (const auto why = explain_state(submission); !why.empty()) text += " (" + why + ')';
  }
  return text;
}

std::string describe_end(const json::object& submission) {
  const std::string id = cell(submission, "id");
  if (!has_ended(submission)) {
    return describe_step(submission) +
           "; it continues without being waited for: see \"mactionctl submissions " + id + '"';
  }
  std::string text = id + ": " + subject_of(submission);
  text.append(phrase(*state_of(submission))).append(took(submission));
  if (const auto why = explain_state(submission); !why.empty()) text += ": " + why;
  text += advice_for(submission);
  if (const auto action = cell(submission, "action_id"); !action.empty()) {
    text += "; see \"mactionctl show " + action + '"';
  }
  return text;
}

std::optional<Duration> age_of(const json::object& submission, WallTime now) {
  const auto asked = parse_iso_time(cell(submission, "asked"));
  if (!asked || *asked > now) return std::nullopt;
  return now - *asked;
}

}  // namespace mactiond::ctl
