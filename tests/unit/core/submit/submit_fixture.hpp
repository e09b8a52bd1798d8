#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "action/submission_comment.hpp"
#include "core/submit/submission_follower.hpp"
#include "core/submit/submission_id.hpp"
#include "core/submit/submit_desk.hpp"
#include "core/submit/submit_ledger.hpp"
#include "support/builders.hpp"

namespace mactiond::core::test {

using mactiond::test::kBoot;
using mactiond::test::kDay;

[[nodiscard]] inline SubmissionOrder scan_of(const std::string& machine) {
  SubmissionOrder order;
  order.region = "eu";
  order.machine = machine;
  order.request = RunScan{};
  order.comment = "look";
  order.by = {"alice (uid 1000)", "case 7"};
  return order;
}

[[nodiscard]] inline SubmitTime sound_time() {
  SubmitTime time;
  time.now = {kDay, kBoot};
  time.server = kDay;
  time.boot_id = "boot-1";
  time.token_from = kBoot;
  return time;
}

/// An action as the API has it: of whoever wrote the comment.
[[nodiscard]] inline MachineAction api_action(const std::string& id, const std::string& machine,
                                              const std::string& comment, WallTime created) {
  MachineAction action = mactiond::test::open_action(id).created(created).updated(created);
  action.machine_id = machine;
  action.requestor_comment = comment;
  return action;
}

[[nodiscard]] inline StartAnswer plain(Outcome outcome, bool unsent = false) {
  StartAnswer answer;
  answer.outcome = std::move(outcome);
  answer.unsent = unsent;
  return answer;
}

/// Why nothing was taken in.
[[nodiscard]] inline SubmissionHeld held_of(const Reply& reply) {
  return std::get<SubmissionHeld>(std::get<Refused>(reply).reason);
}

/// The API's answer that hands back an action.
[[nodiscard]] inline StartAnswer started(const MachineAction& action) {
  StartAnswer answer;
  answer.outcome.status = 201;
  answer.action = action;
  return answer;
}

/// One region's submissions with the rows that a store would hold.
class SubmitTest : public testing::Test {
 protected:
  SubmitTest() {
    options.enabled = true;
    start();
  }

  /// A new process over the same rows, in the same boot.
  void start() {
    ledger.emplace(options);
    follower.emplace("eu", *ledger);
    for (const std::string& id : asked) {
      ledger->put(rows.at(id));
      if (!is_final(rows.at(id).state)) follower->restore(rows.at(id), time.now.mono);
    }
  }
  void reboot() {
    time.boot_id += "x";
    time.now.mono = MonoTime(std::chrono::minutes(1));
    start();
  }
  /// Nothing of the step was stored.
  void crash() {
    out = {};
    start();
  }
  void commit() {
    for (Submission& row : out.rows) {
      const auto before = rows.find(row.id);
      const bool known = before != rows.end() && before->second.state != row.state;
      if (known) {
        EXPECT_TRUE(may_follow(before->second.state, row.state))
            << to_string(before->second.state) << " -> " << to_string(row.state);
      }
      rows.insert_or_assign(row.id, std::move(row));
    }
    for (SubmissionReport& report : out.reports) reports.push_back(std::move(report));
    for (BlockerCancel& cancel : out.cancels) cancels.push_back(std::move(cancel));
    out = {};
  }
  void pass(Duration by) {
    time.now.wall += by;
    time.now.mono += by;
    if (time.server) *time.server += by;
  }

  Reply hand_in(SubmissionOrder order) {
    Reply reply =
        ask(std::move(order), make_submission_id(7, ++last), *ledger, *follower, time, out);
    const auto* accepted = std::get_if<SubmissionAccepted>(&reply);
    if (accepted != nullptr && accepted->is_new) asked.push_back(accepted->id);
    commit();
    return reply;
  }
  std::string accept(SubmissionOrder order) {
    return std::get<SubmissionAccepted>(hand_in(std::move(order))).id;
  }
  /// What would be sent now; its intent is not written yet.
  std::optional<SubmissionFollower::Job> next() {
    follower->decide(time, out);
    auto job = follower->job(time, region, out);
    commit();
    return job;
  }
  /// Sends what is next; empty if nothing is.
  std::string post() {
    const auto job = next();
    if (!job) return {};
    follower->sent(*job, time, out);
    commit();
    return job->id;
  }
  void answer(const std::string& id, StartAnswer answer) {
    follower->answered(id, answer, time, out);
    commit();
  }
  void answer(const std::string& id, Outcome outcome) { answer(id, plain(std::move(outcome))); }
  void answer(const std::string& id, const MachineAction& action) { answer(id, started(action)); }
  /// The API's answer to the submission's POST: the action that it made.
  MachineAction made(const std::string& id, const std::string& action) {
    const Submission& row = rows.at(id);
    return api_action(action, row.order.machine, tagged_comment(row.order.comment, id),
                      time.moment());
  }
  void see(const MachineAction& action) {
    follower->seen(action, time, out);
    commit();
  }
  void see_end(MachineAction action, ActionStatus::Known status) {
    action.status = status;
    action.last_update = time.moment();
    see(action);
  }
  /// A list of the last days, whole, that is read at once.
  void sweep() {
    follower->listed({time.moment() - std::chrono::hours(96), {time.moment(), time.now.mono}}, time,
                     out);
    commit();
  }
  [[nodiscard]] const Submission& row(const std::string& id) const { return rows.at(id); }
  [[nodiscard]] SubmissionState state(const std::string& id) const { return rows.at(id).state; }

  SubmitOptions options;
  SubmitTime time = sound_time();
  SubmitRegion region;
  std::optional<SubmitLedger> ledger;
  std::optional<SubmissionFollower> follower;
  std::map<std::string, Submission> rows;
  std::vector<std::string> asked;  ///< in their order
  std::vector<SubmissionReport> reports;
  std::vector<BlockerCancel> cancels;
  SubmitOutput out;
  std::uint64_t last = 0;
};

[[nodiscard]] inline Outcome refused(int status, std::string detail = {}) {
  return mactiond::test::refusal(Verdict::GiveUp, Reason::Rejected, status, std::nullopt,
                                 std::move(detail));
}
/// Another action is in progress; blocker: where the answer names it.
[[nodiscard]] inline StartAnswer busy(const std::string& blocker = {}) {
  StartAnswer answer;
  answer.outcome = refused(400, "ActiveRequestAlreadyExists: Action is already in progress");
  answer.busy = true;
  if (!blocker.empty()) answer.blocker = ActionId{blocker};
  return answer;
}
[[nodiscard]] inline Outcome no_answer() {
  return mactiond::test::refusal(Verdict::Retry, Reason::Network, 0);
}

}  // namespace mactiond::core::test
