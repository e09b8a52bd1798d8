#include "submission_run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "client.hpp"
#include "json/object.hpp"
#include "request.hpp"
#include "submission_view.hpp"
#include "submission_words.hpp"
#include "text.hpp"
#include "wait.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// A place in the queue changes without a new state, and a person looks at it.
constexpr Duration kQueueHold = 5s;

void fail(SubmissionRun& run, int exit_code, const std::string& text) {
  run.exit_code = exit_code;
  run.text = text;
  if (run.problem.empty()) run.problem["detail"] = text;
}

void fail(SubmissionRun& run, const Failure& failure) {
  std::string text = failure.message;
  if (failure.begun) {
    text += "; whether the submission was made is not known: ";
    text +=
        run.command_key.empty()
            ? "look for it with \"mactionctl submissions\" before you repeat the command"
            : "the same command with --idempotency-key " + run.command_key + " makes no second one";
  }
  fail(run, kExitUnavailable, text);
}

Question look_at(const SubmissionRun& run, Duration hold, bool watched) {
  Question question{"/v1/submissions/" + percent_encode(text_in(run.submission, "id"))};
  const bool queued = state_of(run.submission) == core::SubmissionState::Queued;
  if (queued && watched) hold = std::min(hold, kQueueHold);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(hold).count();
  if (seconds > 0) add_parameter(question.target, "wait", std::to_string(seconds) + 's');
  return question;
}

void refuse(SubmissionRun& run, const Answer& answer) {
  constexpr int kNotFound = 404;
  const bool was_known = !text_in(run.submission, "state").empty();
  if (answer.status != kNotFound || !was_known) {
    return fail(run, kExitRefused, format_problem(answer.status, answer.body));
  }
  fail(run, kExitLost,
       std::string(text_in(run.submission, "id")) +
           " is not known to the daemon any more, perhaps because its store was "
           "replaced; its outcome is unknown: do not repeat it before the "
           "machine's state is known");
}

}  // namespace

void post(SubmissionRun& run, const SubmitChoice& choice, const Persistence& how,
          const RunTools& tools) {
  constexpr int kUnavailable = 503;
  constexpr int kTaken = 202;
  constexpr int kTakenBefore = 200;
  const PostOrder order{submission_body(choice, run.machine, operator_name()), run.key,
                        run.is_random_key, how};
  const Posted posted = post_submission(tools.session, tools.pace, tools.progress, order);
  if (!posted.with_key) run.command_key.clear();
  if (const auto* failure = std::get_if<Failure>(&posted.result)) return fail(run, *failure);
  const auto& answer = std::get<Answer>(posted.result);
  json::object object = object_or_empty(answer.body);
  if (answer.status != kTaken && answer.status != kTakenBefore) {
    const auto& [status, body, retry_after] = answer;
    run.problem = std::move(object);
    run.is_busy = status == kUnavailable;
    const std::string text = format_refusal(status, body, retry_after, tools.session.style);
    return posted.in_doubt ? fail(run, Failure{text, true}) : fail(run, kExitRefused, text);
  }
  if (text_in(object, "id").empty()) return fail(run, Failure{kForeign, true});
  run.submission = std::move(object);
  run.is_new = answer.status == kTaken;
  if (has_ended(run.submission)) {
    run.exit_code = exit_code_of(run.submission);
    run.text = describe_end(run.submission);
    return;
  }
  run.text = format_accepted(run.submission, run.is_new);
}

void await_end(SubmissionRun& run, std::optional<MonoTime> until, const std::string& label,
               const RunTools& tools) {
  Progress& progress = tools.progress;
  const auto show = [&] {
    const auto age = age_of(run.submission, tools.pace.now().wall);
    progress.show(label + describe_step(run.submission),
                  age ? ", " + format_age(to_seconds(*age)) : std::string());
  };
  const bool watched = progress.form() == Progress::Form::OneLine;
  const Awaited what{.ask = [&](Duration hold) { return look_at(run, hold, watched); },
                     .take =
                         [&](const json::object& answer) {
                           run.submission = answer;
                           show();
                           return has_ended(answer);
                         },
                     .each_second = show,
                     .until = until};
  const Waited waited = wait_for(tools.session, tools.pace, progress, what);
  progress.clear();
  if (waited.refusal) return refuse(run, *waited.refusal);
  run.exit_code = exit_code_of(run.submission);
  run.text = describe_end(run.submission);
  if (!waited.in_contact) run.text += "; the daemon does not answer now";
}

}  // namespace mactiond::ctl
