#include "cancel_command.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "farewell.hpp"
#include "json/object.hpp"
#include "request.hpp"
#include "view_parts.hpp"
#include "views.hpp"
#include "wait.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

Question order_of(const CancelChoice& choice) {
  json::object body = {{"comment", choice.comment}};
  if (!choice.region.empty()) body["region"] = choice.region;
  return change("/v1/actions/" + percent_encode(choice.id) + "/cancel", std::move(body));
}

// The daemon's names of the states of a cancel that has ended.
std::optional<int> exit_code_of(const std::string& state) {
  if (state == "confirmed") return kExitDone;
  if (state == "overtaken") return kExitCancelled;
  if (state == "failed") return kExitRefused;
  return std::nullopt;
}

std::string end_of_cancel(const std::string& action, const json::object& decision) {
  const std::string state = cell(decision, "state");
  const std::string outcome = cell(decision, "outcome");
  if (state == "confirmed") return action + " is cancelled";
  const std::string see = "; see \"mactionctl show " + action + '"';
  if (state == "overtaken") {
    return action + " was not cancelled: it ended or changed before the cancel took effect (" +
           outcome + ')' + see;
  }
  if (state == "failed") return "the cancel of " + action + " failed: " + outcome + see;
  return "the cancel of " + action + " is still " + (state.empty() ? "open" : state) +
         "; it continues without being waited for" + see;
}

// Waits for the end of one cancel.
class CancelWait {
 public:
  CancelWait(const Session& session, const CancelChoice& choice, const json::object& answer)
      : session_(session),
        action_(text_in(answer, "action_id")),
        id_(text_in(answer, "decision_id")),
        target_("/v1/actions/" + percent_encode(action_)) {
    add_parameter(target_, "region", choice.region);
  }

  int run(std::optional<MonoTime> until, const Pace& pace, Progress& progress) {
    constexpr Duration kBetweenLooks = std::chrono::seconds(1);
    const Awaited what{.ask = [&](Duration /*hold*/) { return Question{target_}; },
                       .take =
                           [&](const json::object& answer) {
                             take(answer);
                             const std::string state = cell(decision_, "state");
                             progress.show("the cancel of " + action_ + ": " + state, "");
                             return exit_code_of(state).has_value();
                           },
                       .until = until,
                       .least = kBetweenLooks};
    const Waited waited = wait_for(session_, pace, progress, what);
    progress.clear();
    if (waited.refusal) return *refused(*waited.refusal);
    return report();
  }

  [[nodiscard]] const std::string& action() const { return action_; }

 private:
  void take(const json::object& answer) {
    each(answer, "decisions", [&](const json::object& decision) {
      if (text_in(decision, "id") == id_) decision_ = decision;
    });
  }

  [[nodiscard]] int report() const {
    const int exit_code = exit_code_of(cell(decision_, "state")).value_or(kExitStillOpen);
    const std::string text = end_of_cancel(action_, decision_);
    if (!session_.json && exit_code != kExitDone) return complain(exit_code, text);
    const json::object whole{{"action_id", action_}, {"decision", decision_}};
    const int written =
        print((session_.json ? printable_json(json::serialize(whole)) : printable(text)) + '\n');
    return written == kExitDone ? exit_code : written;
  }

  const Session& session_;
  std::string action_;
  std::string id_;
  std::string target_;
  json::object decision_;
};

}  // namespace

int cancel(const Session& session, const CancelChoice& choice, const Pace& pace,
           Progress& progress) {
  if (const auto mistake = choice.wait.mistake()) return complain(kExitUsage, *mistake);
  if (!choice.wait.given()) return show(session, order_of(choice), format_cancel);
  const auto until = end_of_wait(pace, choice.wait.time());
  const auto result = ask(session.socket, order_of(choice));
  if (const auto exit_code = refused(result)) return *exit_code;
  const auto answer = parse_object(std::get<Answer>(result).body);
  if (!answer || text_in(*answer, "decision_id").empty()) {
    return complain(kExitUnavailable, kForeign);
  }
  CancelWait wait(session, choice, *answer);
  Farewell farewell;
  farewell.set("\nmactionctl: the cancel of " + wait.action() +
               " stays with the daemon; see \"mactionctl show " + wait.action() + "\"\n");
  return wait.run(until, pace, progress);
}

}  // namespace mactiond::ctl
