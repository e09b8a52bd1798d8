#include "submissions_commands.hpp"

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>

#include "base/text.hpp"
#include "request.hpp"
#include "submission_view.hpp"
#include "submit.hpp"
#include "wait.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

int list_submissions(const Session& session, const SubmissionsChoice& choice, const Pace& pace) {
  std::string target = "/v1/submissions";
  if (choice.open) add_parameter(target, "open", "true");
  // An empty one too: the daemon says what is wrong with it.
  for (const auto& state : choice.states) append_parameter(target, "state", state);
  for (const auto& region : choice.regions) append_parameter(target, "region", region);
  const auto all = collect(session, {target, "submissions", "before"}, choice.limit);
  return show_list(session, all, [&](const json::object& answer) {
    return format_submissions(answer, pace.now().wall, session.style);
  });
}

// What does not go with an id, or with a list.
std::optional<std::string> mistake_in(const SubmissionsChoice& choice) {
  if (auto mistake = choice.wait.mistake()) return mistake;
  const bool narrows = choice.open || !choice.states.empty() || !choice.regions.empty();
  if (choice.id.empty() && choice.wait.given()) return "--wait needs the id of a submission";
  if (!choice.id.empty() && narrows) {
    return "give an id, or --open, --state and --region for a list";
  }
  return std::nullopt;
}

}  // namespace

int show_submissions(const Session& session, const SubmissionsChoice& choice, const Pace& pace,
                     Progress& progress) {
  if (const auto mistake = mistake_in(choice)) return complain(kExitUsage, *mistake);
  if (choice.id.empty()) return list_submissions(session, choice, pace);
  if (choice.wait.given()) {
    const auto until = end_of_wait(pace, choice.wait.time());
    return wait_for_submission(session, choice.id, until, pace, progress);
  }
  return show(session, {"/v1/submissions/" + percent_encode(choice.id)},
              [&](const json::object& one) { return format_submission(one, session.style); });
}

int show_alert(const Session& session, const std::string& alert, const std::string& region) {
  // The alert is looked up in the API.
  constexpr std::chrono::seconds kPatience{90};
  Question question{"/v1/alerts/" + percent_encode(alert)};
  question.patience = kPatience;
  add_parameter(question.target, "region", region);
  return show(session, question,
              [&](const json::object& answer) { return format_alert(answer, session.style); });
}

}  // namespace mactiond::ctl
