#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

#include "action/submission_comment.hpp"
#include "base/text.hpp"
#include "core/decision.hpp"
#include "core/reply.hpp"
#include "sim/submit_oracle.hpp"

// What is stored, answered and reported.

namespace mactiond::sim {
namespace {

using State = core::SubmissionState;
using core::EventType;

bool is_on(const core::SubmitOptions& options) {
  return options.enabled && options.max_per_hour > 0;
}

/// What waits for a blocker is looked at as often as this.
constexpr Duration kLookedAtWithin = std::chrono::minutes(1);

/// Every change there is.
constexpr std::array<std::pair<State, State>, 20> kChanges{{
    {State::Queued, State::Waiting},      {State::Queued, State::Sent},
    {State::Queued, State::Refused},      {State::Queued, State::Expired},
    {State::Waiting, State::Sent},        {State::Waiting, State::Refused},
    {State::Waiting, State::Expired},     {State::Sent, State::Queued},
    {State::Sent, State::Waiting},        {State::Sent, State::Submitted},
    {State::Sent, State::Refused},        {State::Sent, State::Lost},
    {State::Submitted, State::Succeeded}, {State::Submitted, State::Failed},
    {State::Submitted, State::TimedOut},  {State::Submitted, State::Cancelled},
    {State::Queued, State::Queued},       {State::Waiting, State::Waiting},
    {State::Sent, State::Sent},           {State::Submitted, State::Submitted},
}};

std::string text_of(const std::string& fields, std::string_view key) {
  const std::string mark = "\"" + std::string(key) + "\":\"";
  const auto begin = fields.find(mark);
  if (begin == std::string::npos) return {};
  const auto start = begin + mark.size();
  return fields.substr(start, fields.find('"', start) - start);
}

std::optional<EventType> event_of(State state) {
  switch (state) {
    case State::Submitted:
      return EventType::SubmissionSubmitted;
    case State::Refused:
      return EventType::SubmissionRefused;
    case State::Lost:
      return EventType::SubmissionLost;
    case State::Expired:
      return EventType::SubmissionExpired;
    default:
      return std::nullopt;
  }
}

bool is_of_submissions(EventType type) { return to_string(type).starts_with("submission."); }

std::string_view status_of(State state) {
  switch (state) {
    case State::Succeeded:
      return "Succeeded";
    case State::Failed:
      return "Failed";
    case State::TimedOut:
      return "TimeOut";
    case State::Cancelled:
      return "Cancelled";
    default:
      return {};
  }
}

}  // namespace

void SubmitOracle::stepped(const core::Step& step, const Moment& now) {
  news_.clear();
  check_reply(step, now);
  for (const core::Submission& row : step.writes.submissions) {
    const auto found = tracks_.find(row.id);
    if (found == tracks_.end()) {
      made(row, now);
    } else {
      changed(found->second, row, now);
    }
  }
  check_events(step, now);
  for (const core::Decision& decision : step.writes.decisions) check_cancel(decision, now);
  asked_.reset();
}

void SubmitOracle::check_reply(const core::Step& step, const Moment& now) {
  if (!asked_) return;
  if (!step.reply) return complain(now, "an order has no answer");
  const core::SubmissionOrder& order = *asked_;
  const auto known = order.key.empty() ? keys_.end() : keys_.find(order.key);
  if (known == keys_.end()) return check_new_answer(step, order, now);
  for (const core::Submission& row : step.writes.submissions) {
    if (!tracks_.contains(row.id)) complain(now, "the key " + order.key + " made another one");
  }
  const bool same = tracks_.at(known->second).row.order.body_hash == order.body_hash;
  const auto* accepted = std::get_if<core::SubmissionAccepted>(&*step.reply);
  const auto* conflict = std::get_if<core::KeyConflict>(&*step.reply);
  const bool right = same
                         ? accepted != nullptr && accepted->id == known->second && !accepted->is_new
                         : conflict != nullptr && conflict->id == known->second;
  if (!right) {
    complain(now, "the key " + order.key + " was answered by kind " +
                      std::to_string(step.reply->index()) + " and not by " + known->second);
  }
}

void SubmitOracle::check_new_answer(const core::Step& step, const core::SubmissionOrder& order,
                                    const Moment& now) {
  const core::Reply& reply = *step.reply;
  if (const auto* accepted = std::get_if<core::SubmissionAccepted>(&reply)) {
    const auto& rows = step.writes.submissions;
    const bool stored = std::any_of(rows.begin(), rows.end(),
                                    [&](const auto& row) { return row.id == accepted->id; });
    if (!stored || !accepted->is_new || tracks_.contains(accepted->id)) {
      complain(now, accepted->id + " was accepted without a new row");
    }
    return;
  }
  if (std::holds_alternative<core::NotFound>(reply)) {
    if (apis_.contains(order.region)) complain(now, "a known region was not found");
    return;
  }
  const auto* refused = std::get_if<core::Refused>(&reply);
  const auto* held =
      refused == nullptr ? nullptr : std::get_if<core::SubmissionHeld>(&refused->reason);
  if (held == nullptr) return complain(now, "a new order was answered as if it were an old one");
  if (held->guard == core::SubmitGuard::Disabled && is_on(options_)) {
    complain(now, "an order was refused as disabled");
  }
  // What was sent counts a little longer than an hour.
  if (held->guard == core::SubmitGuard::HourLimit && now.elapsed > calm_from_) {
    complain(now, "an order was refused for the limit in a calm");
  }
}

void SubmitOracle::made(const core::Submission& row, const Moment& now) {
  const std::string& id = row.id;
  if (!asked_ || !(row.order == *asked_)) complain(now, id + " was made although nobody asked");
  if (row.state != State::Queued || row.posts != 0) complain(now, id + " does not begin queued");
  if (!is_on(options_) || !allows(options_, row)) {
    complain(now, id + " was taken although it is not allowed");
  }
  if (!row.order.key.empty() && !keys_.emplace(row.order.key, id).second) {
    complain(now, id + " has the key of another one");
  }
  asked_.reset();
  Track track;
  track.row = row;
  track.options = options_;
  track.asked = now.elapsed;
  tracks_.emplace(id, std::move(track));
  if (counted(now) > options_.max_per_hour) complain(now, id + " was taken over the limit");
}

void SubmitOracle::changed(Track& track, const core::Submission& row, const Moment& now) {
  const std::string& id = row.id;
  const State before = track.row.state;
  const bool documented =
      std::find(kChanges.begin(), kChanges.end(), std::pair(before, row.state)) != kChanges.end();
  if (!documented) {
    complain(now, id + " went from " + std::string(to_string(before)) + " to " +
                      std::string(to_string(row.state)));
  }
  if (!(row.order == track.row.order && row.asked == track.row.asked)) {
    complain(now, id + " asks for something else now");
  }
  if (row.posts < track.row.posts) complain(now, id + " forgot a POST");
  if (!track.row.action.value.empty() && row.action != track.row.action) {
    complain(now, id + " has another action now");
  }
  if (row.waiting && !track.waiting) track.waiting = now.elapsed;
  if (!row.unblocked) track.unblocked.reset();
  if (row.unblocked && row.unblocked != track.row.unblocked) {
    track.unblocked = now.elapsed;
    if (now.elapsed > *track.waiting + row.order.wait_blocker + kLookedAtWithin) {
      complain(now, id + " waited for its blocker for too long");
    }
  }
  if (row.posts > track.row.posts) {
    track.options = options_;
    track.intended = now.elapsed;
  }
  track.row = row;
  if (row.state == before) return;
  check_state(track, now);
  if (event_of(row.state)) news_.push_back(row);
}

void SubmitOracle::check_state(const Track& track, const Moment& now) {
  const core::Submission& row = track.row;
  const std::string& id = row.id;
  if (is_final(row.state) != row.ended.has_value()) complain(now, id + " has the wrong end");
  if (is_final(row.state)) check_end(track, now);
  const bool has_action = row.state == State::Submitted || !status_of(row.state).empty();
  if (has_action == row.action.value.empty()) complain(now, id + " has the wrong action");
  if (!has_action || row.action.value.empty()) return;
  const Entity* action = truth(row.order.region, row.action);
  const bool ours = action != nullptr && tagged_submission(action->requestor_comment) == id &&
                    iequals(action->machine_id, row.order.machine) &&
                    action->type == type_of(row.order.request).text();
  if (!ours) return complain(now, id + " took an action that is not its own");
  if (const auto status = status_of(row.state); !status.empty() && action->status != status) {
    complain(now, id + " is " + std::string(status) + " while its action is " + action->status +
                      ": " + row.reason);
  }
}

void SubmitOracle::check_events(const core::Step& step, const Moment& now) {
  auto news = news_.begin();
  for (const core::EventRecord& event : step.writes.events) {
    if (!is_of_submissions(event.type)) continue;
    if (news == news_.end()) return complain(now, event.id + " is of no row of its step");
    check_event(event, *news++, now);
  }
  if (news != news_.end()) complain(now, news->id + " has no event");
}

void SubmitOracle::check_event(const core::EventRecord& event, const core::Submission& row,
                               const Moment& now) {
  const bool same = event.type == event_of(row.state) && event.region == row.order.region &&
                    event.action == row.action &&
                    text_of(event.fields, "submission_id") == row.id &&
                    text_of(event.fields, "requested_by") == row.order.by.name &&
                    text_of(event.fields, "action_id") == row.action.value &&
                    text_of(event.fields, "blocked_by") == row.blocked_by.value &&
                    text_of(event.fields, "reason").starts_with(row.reason);
  if (!same) complain(now, row.id + " and its event differ: " + event.fields);
}

void SubmitOracle::check_cancel(const core::Decision& decision, const Moment& now) {
  if (decision.state != core::Decision::State::Decided) return;
  constexpr std::string_view kBegin = "Cancelled so that submission ";
  if (!decision.comment.starts_with(kBegin)) return;
  const std::string rest = decision.comment.substr(kBegin.size());
  const std::string id = rest.substr(0, rest.find(' '));
  const auto found = tracks_.find(id);
  if (found == tracks_.end()) return complain(now, "a cancel makes way for nothing");
  const core::Submission& row = found->second.row;
  const bool wanted = row.order.on_blocker == core::OnBlocker::Cancel &&
                      row.state == State::Waiting && row.blocked_by == decision.action;
  const Entity* blocker = truth(decision.region, decision.action);
  const bool same_machine = blocker != nullptr && iequals(blocker->machine_id, row.order.machine);
  if (!wanted || !same_machine) complain(now, id + " has something cancelled that it may not");
}

}  // namespace mactiond::sim
