#include "submit.hpp"

#include <boost/json/serialize.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/printable.hpp"
#include "farewell.hpp"
#include "idempotency_key.hpp"
#include "json/object.hpp"
#include "machines_file.hpp"
#include "request.hpp"
#include "submission_run.hpp"
#include "submission_words.hpp"
#include "submit_many.hpp"
#include "wait.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

std::string farewell_text(const std::string& what) { return "\nmactionctl: " + what + '\n'; }

std::string unknown_text(const std::string& key) {
  return farewell_text(
      "whether the submission was made is not known: the same command with "
      "--idempotency-key " +
      key + " makes no second one");
}

std::string kept_text(std::string_view id) {
  return farewell_text(std::string(id) + " continues in the daemon: see \"mactionctl submissions " +
                       std::string(id) + '"');
}

int report(const Session& session, const SubmissionRun& run) {
  const bool has_json = session.json && !run.submission.empty();
  // Of a problem the submission says nothing.
  if (has_json && !run.problem.empty()) complain(run.exit_code, run.text);
  if (!has_json && run.exit_code != kExitDone) return complain(run.exit_code, run.text);
  const std::string text =
      has_json ? printable_json(json::serialize(run.submission)) : printable_lines(run.text);
  const int written = print(text + '\n');
  return written == kExitDone ? run.exit_code : written;
}

int submit_one(SubmissionRun run, const SubmitChoice& choice, const RunTools& tools) {
  const auto until = end_of_wait(tools.pace, choice.wait.time());
  Farewell farewell;
  farewell.set(unknown_text(run.key));
  post(run, choice, {}, tools);
  if (run.submission.empty()) return complain(run.exit_code, run.text);
  const std::string id(text_in(run.submission, "id"));
  farewell.set(kept_text(id));
  if (choice.wait.given()) {
    await_end(run, until, "", tools);
  } else if (!has_ended(run.submission)) {
    run.text += "; see \"mactionctl submissions " + id + '"';
  }
  return report(tools.session, run);
}

int submit_file(SubmissionRun run, const SubmitChoice& choice, const RunTools& tools) {
  const auto list = read_machines(choice.machines_file);
  if (const auto* mistake = std::get_if<MachinesMistake>(&list)) {
    return complain(kExitUsage, mistake->text);
  }
  std::vector<SubmissionRun> runs;
  for (const std::string& machine : std::get<std::vector<std::string>>(list)) {
    run.machine = machine;
    run.key = key_for(run.command_key, machine);
    runs.push_back(run);
  }
  return submit_many(std::move(runs), choice, tools);
}

}  // namespace

int submit(const Session& session, const SubmitChoice& choice, const Pace& pace,
           Progress& progress) {
  if (const auto mistake = mistake_in(choice)) return complain(kExitUsage, *mistake);
  const RunTools tools{session, pace, progress};
  const bool is_random_key = choice.key.empty();
  SubmissionRun run{.machine = choice.machine,
                    .key = is_random_key ? random_key() : choice.key,
                    .is_random_key = is_random_key};
  run.command_key = run.key;
  if (!choice.machines_file.empty()) return submit_file(std::move(run), choice, tools);
  return submit_one(std::move(run), choice, tools);
}

int wait_for_submission(const Session& session, const std::string& id,
                        std::optional<MonoTime> until, const Pace& pace, Progress& progress) {
  SubmissionRun run{.submission = {{"id", id}}};
  Farewell farewell;
  farewell.set(kept_text(id));
  await_end(run, until, "", {session, pace, progress});
  return report(session, run);
}

}  // namespace mactiond::ctl
