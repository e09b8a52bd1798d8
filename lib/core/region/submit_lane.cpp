#include "core/region/submit_lane.hpp"

#include <chrono>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "core/command.hpp"
#include "core/submit/submission_events.hpp"
#include "core/submit/submit_desk.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPostTimeout = 30s;

std::string type_text(const Submission& row) {
  return std::string(type_of(row.order.request).text());
}

LogEntry::Level level_of(SubmissionState state) {
  if (state == SubmissionState::Submitted) return LogEntry::Level::Info;
  return state == SubmissionState::Lost ? LogEntry::Level::Error : LogEntry::Level::Warning;
}

}  // namespace

void SubmitLane::restore_open(const StoredAction& stored) {
  MachineAction action;
  action.id = stored.id;
  action.type = stored.type;
  action.machine_id = stored.machine_id;
  action.created = stored.created;
  follower_.restore_open(action);
}

void SubmitLane::recovered(const SubmitTime& time, StepWriter& out) {
  SubmitOutput done;
  follower_.recovered(time, done);
  settle(done, time.now, out);
}

void SubmitLane::retire(const SubmitTime& time, StepWriter& out) {
  SubmitOutput done;
  follower_.retire(time, done);
  settle(done, time.now, out);
}

Reply SubmitLane::ask(SubmissionOrder order, std::string id, const SubmitTime& time,
                      StepWriter& out) {
  SubmitOutput done;
  const auto fields = with_operator({{"region", region_},
                                     {"submission", id},
                                     {"type", std::string(type_of(order.request).text())},
                                     {"machine", order.machine}},
                                    order.by);
  Reply reply = core::ask(std::move(order), std::move(id), ledger_, follower_, time, done);
  if (const auto* accepted = std::get_if<SubmissionAccepted>(&reply);
      accepted && accepted->is_new) {
    out.log(LogEntry::Level::Info, "submission_asked", fields);
    out.submission({region_, type_text(done.rows.front()), SubmissionState::Queued});
  }
  settle(done, time.now, out);
  return reply;
}

void SubmitLane::decide(const SubmitTime& time, StepWriter& out) {
  SubmitOutput done;
  follower_.decide(time, done);
  settle(done, time.now, out);
}

void SubmitLane::send(const SubmitTime& time, Sending how, RegionCalls& calls, StepWriter& out) {
  const MonoTime now = time.now.mono;
  SubmitOutput done;
  while (how.most > 0) {
    SubmitRegion region;
    region.degraded = how.degraded;
    region.has_token = how.token != nullptr;
    region.calls_left = calls.has_token(Lane::Operator, now);
    region.live_responses_left = calls.has_token(Lane::Operator, now, QuotaKind::LiveResponse);
    auto job = follower_.job(time, region, done);
    if (!job) break;
    const auto refused = calls.take(Lane::Operator, time.now, out, job->quota);
    MACTIOND_ASSERT(!refused);
    follower_.sent(*job, time, done);
    RegionCall call{RegionCall::Kind::Start, {}, now};
    call.submission = job->id;
    call.quota = job->quota;
    const CommandId id = calls.begin(std::move(call), out);
    out.commands().push_back(StartAction{id, region_, std::move(job->machine),
                                         std::move(job->request), std::move(job->comment),
                                         *how.token, now + kPostTimeout, job->send_by});
    calls.turns().submitted();
    --how.most;
  }
  settle(done, time.now, out);
}

void SubmitLane::shown(const MachineAction& action, bool is_newest, const SubmitTime& time,
                       StepWriter& out) {
  SubmitOutput done;
  if (is_newest) {
    follower_.seen(action, time, done);
  } else {
    follower_.shown(action, time, done);
  }
  settle(done, time.now, out);
}

void SubmitLane::listed(const ListRead& list, const SubmitTime& time, StepWriter& out) {
  SubmitOutput done;
  follower_.listed(list, time, done);
  settle(done, time.now, out);
}

void SubmitLane::answered(const std::string& id, const StartAnswer& answer, const SubmitTime& time,
                          StepWriter& out) {
  SubmitOutput done;
  follower_.answered(id, answer, time, done);
  settle(done, time.now, out);
}

std::vector<BlockerCancel> SubmitLane::take_cancels() { return std::exchange(cancels_, {}); }

void SubmitLane::cancel_refused(const std::string& submission, const std::string& why,
                                const SubmitTime& time, StepWriter& out) {
  SubmitOutput done;
  follower_.cancel_refused(submission, why, time, done);
  settle(done, time.now, out);
}

void SubmitLane::cancel_failed(const ActionId& action, const std::string& why,
                               const SubmitTime& time, StepWriter& out) {
  SubmitOutput done;
  follower_.cancel_failed(action, why, time, done);
  settle(done, time.now, out);
}

void SubmitLane::settle(SubmitOutput& done, Now now, StepWriter& out) {
  for (const SubmissionReport& report : done.reports) {
    const Submission& row = report.submission;
    if (row.state == SubmissionState::Submitted) {
      out.submission({region_, type_text(row), row.state});
    }
    std::vector<std::pair<std::string, std::string>> fields{
        {"region", region_}, {"submission", row.id}, {"type", type_text(row)}};
    if (!row.action.value.empty()) fields.emplace_back("action", row.action.value);
    if (!row.reason.empty()) fields.emplace_back("reason", row.reason);
    out.log(level_of(row.state), "submission_" + std::string(to_string(row.state)),
            std::move(fields));
    out.record(submission_event(report), now.wall, row.order.machine);
  }
  for (Submission& row : done.rows) {
    if (is_final(row.state)) out.submission({region_, type_text(row), row.state});
    out.batch().submissions.push_back(std::move(row));
  }
  cancels_.insert(cancels_.end(), std::make_move_iterator(done.cancels.begin()),
                  std::make_move_iterator(done.cancels.end()));
}

}  // namespace mactiond::core
