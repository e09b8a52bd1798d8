#include "submit_many.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <map>
#include <optional>

#include "base/printable.hpp"
#include "farewell.hpp"
#include "json/object.hpp"
#include "request.hpp"
#include "wait.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

class Many {
 public:
  Many(std::vector<SubmissionRun> runs, const SubmitChoice& choice, const RunTools& tools)
      : runs_(std::move(runs)),
        choice_(choice),
        tools_(tools),
        until_(end_of_wait(tools.pace, choice.wait.time())) {}

  int run() {
    Farewell farewell;
    farewell.set(
        "\nmactionctl: what was submitted continues in the daemon: see \"mactionctl "
        "submissions --open\"" +
        rest_text() + '\n');
    for (std::size_t i = 0; i < runs_.size(); ++i) submit(i);
    if (choice_.wait.given()) {
      for (std::size_t i = 0; i < runs_.size(); ++i) follow(i);
    }
    tools_.progress.clear();
    const bool is_whole = std::none_of(runs_.begin(), runs_.end(), [](const SubmissionRun& run) {
      return run.submission.empty();
    });
    const std::string summary = summary_of(runs_) + (is_whole ? "" : rest_text());
    if (!tools_.session.json) record(print(printable_lines(summary) + '\n'));
    return exit_code_;
  }

 private:
  [[nodiscard]] std::string rest_text() const {
    return "; the same command with --idempotency-key " + runs_.front().command_key +
           " submits only what is missing";
  }

  [[nodiscard]] std::string count(std::size_t index, const char* what) const {
    return std::to_string(index) + " of " + std::to_string(runs_.size()) + ' ' + what;
  }

  void submit(std::size_t index) {
    SubmissionRun& run = runs_[index];
    if (is_gone_) {
      run.exit_code = kExitUnavailable;
      run.text = "not sent: no daemon answers";
      run.problem["detail"] = run.text;
    } else {
      if (watched()) tools_.progress.show(count(index, "submitted"), "");
      post(run, choice_, persistence_, tools_);
      // Not as long for each of many.
      if (run.is_busy) persistence_.try_for = {};
      is_gone_ = run.exit_code == kExitUnavailable && !run.is_busy;
      if (!is_gone_) persistence_.was_there = true;
    }
    if (run.submission.empty() || !choice_.wait.given()) report(run);
  }

  void follow(std::size_t index) {
    SubmissionRun& run = runs_[index];
    if (run.submission.empty()) return;
    await_end(run, until_, watched() ? count(index, "done; ") : run.machine + ": ", tools_);
    report(run);
  }

  void report(const SubmissionRun& run) {
    tools_.progress.clear();
    record(run.exit_code);
    const std::string line = run.machine + ": " + run.text;
    if (tools_.session.json) {
      record(print(printable_json(json::serialize(object_of(run))) + '\n'));
    } else if (run.exit_code == kExitDone) {
      record(print(printable_lines(line) + '\n'));
    } else {
      complain(run.exit_code, line);
    }
  }

  static json::object object_of(const SubmissionRun& run) {
    json::object object{
        {"machine", run.machine}, {"idempotency_key", run.key}, {"exit", run.exit_code}};
    if (!run.submission.empty()) object["submission"] = run.submission;
    if (!run.problem.empty()) object["problem"] = run.problem;
    return object;
  }

  [[nodiscard]] bool watched() const { return tools_.progress.form() == Progress::Form::OneLine; }
  void record(int exit_code) { exit_code_ = worse_of(exit_code_, exit_code); }

  std::vector<SubmissionRun> runs_;
  const SubmitChoice& choice_;
  const RunTools& tools_;
  std::optional<MonoTime> until_;
  Persistence persistence_;
  bool is_gone_ = false;
  int exit_code_ = kExitDone;
};

std::string word_for(const SubmissionRun& run) {
  if (!run.submission.empty()) return std::string(text_in(run.submission, "state"));
  if (run.is_busy) return run.exit_code == kExitUnavailable ? "not known" : "refused";
  return run.exit_code == kExitUnavailable ? "not sent" : "refused";
}

}  // namespace

int submit_many(std::vector<SubmissionRun> runs, const SubmitChoice& choice,
                const RunTools& tools) {
  return Many(std::move(runs), choice, tools).run();
}

int worse_of(int one, int other) {
  // From good to bad.
  constexpr std::array<int, 6> kOrder = {kExitDone,    kExitCancelled,   kExitStillOpen,
                                         kExitRefused, kExitUnavailable, kExitLost};
  const auto* first = std::find(kOrder.begin(), kOrder.end(), one);
  const auto* second = std::find(kOrder.begin(), kOrder.end(), other);
  return first < second ? other : one;
}

std::string summary_of(const std::vector<SubmissionRun>& runs) {
  std::map<std::string, std::size_t> counts;
  for (const SubmissionRun& run : runs) ++counts[word_for(run)];
  std::string text = std::to_string(runs.size()) + (runs.size() == 1 ? " machine" : " machines");
  const char* before = ": ";
  for (const auto& [word, count] : counts) {
    text += before + std::to_string(count) + ' ' + word;
    before = ", ";
  }
  return text;
}

}  // namespace mactiond::ctl
