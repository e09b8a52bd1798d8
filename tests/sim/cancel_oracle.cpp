#include "sim/cancel_oracle.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <variant>

#include "base/iso_time.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;
using core::Decision;
using core::EventType;

constexpr std::size_t kReportedMax = 20;
/// Maximum age of a re-read; the rest is its POST's wait for a call.
constexpr Duration kFresh = 10s + 3s;
constexpr Duration kPromptPost = 3s;
constexpr Duration kPromptDecision = 3s;
/// After this much calm all that the storm left is done: the API may have asked for an hour.
constexpr Duration kSettled = 75min;
/// A decision counts this long after its last POST.
constexpr Duration kCounts = 1h + 15s;

std::string text_of(const std::string& fields, std::string_view key) {
  const std::string mark = "\"" + std::string(key) + "\":\"";
  const auto begin = fields.find(mark);
  if (begin == std::string::npos) return {};
  const auto start = begin + mark.size();
  return fields.substr(start, fields.find('"', start) - start);
}

bool is_end(EventType type) {
  return type == EventType::CancelConfirmed || type == EventType::CancelOvertaken ||
         type == EventType::CancelFailed;
}

EventType event_of(Decision::State state) {
  if (state == Decision::State::Confirmed) return EventType::CancelConfirmed;
  return state == Decision::State::Overtaken ? EventType::CancelOvertaken : EventType::CancelFailed;
}

}  // namespace

CancelOracle::CancelOracle(const core::Options& options, const Apis& apis)
    : policies_(options.policies), total_limit_(options.cancel.max_per_hour), apis_(apis) {}

void CancelOracle::complain(const Moment& now, const std::string& what) {
  if (violations_.size() >= kReportedMax) return;
  violations_.push_back("at " + format_iso_time(now.server) + ": " + what);
}

void CancelOracle::started(bool rebooted, const Moment& now) {
  if (rebooted) rebooted_ = now.elapsed;
  for (auto& [region, view] : views_) view.start();
  sent_.clear();
  asked_.reset();
  forbidden_.clear();
}

void CancelOracle::heard(const core::Event& event, const Moment& now) {
  asked_.reset();
  if (const auto* asked = std::get_if<core::AskCancel>(&event)) asked_ = *asked;
  std::visit(
      [&](const auto& answer) {
        using E = std::decay_t<decltype(answer)>;
        if constexpr (std::is_same_v<E, core::ActionsListed> ||
                      std::is_same_v<E, core::ActionRead> ||
                      std::is_same_v<E, core::CancelAnswered>) {
          const auto found = sent_.find(answer.command.value);
          if (found == sent_.end()) return complain(now, "an answer to what was never sent");
          const Sent sent = found->second;
          sent_.erase(found);
          RegionView& view = views_[sent.region];
          if (answer.server_date) view.dated(*answer.server_date, now);
          if (!answer.outcome.ok()) return;
          if constexpr (std::is_same_v<E, core::ActionsListed>) {
            for (const MachineAction& action : answer.actions) (void)view.shown(action, now);
            if (sent.swept) view.swept(*sent.swept, answer, now);
          } else if constexpr (std::is_same_v<E, core::ActionRead>) {
            heard_read(answer, sent, now);
          }
        }
      },
      event);
}

void CancelOracle::heard_read(const core::ActionRead& read, const Sent& sent, const Moment& now) {
  const bool current = views_[sent.region].shown(*read.action, now);
  Track* track = live(sent.region, read.action->id);
  if (track == nullptr || sent.left < track->made) return;
  track->reread = {sent.left, now.elapsed, core::facts_of(*read.action), current,
                   read.action->cancellation_noted};
}

CancelOracle::Track* CancelOracle::live(const std::string& region, const ActionId& action) {
  const auto found = by_action_.find({region, action});
  if (found == by_action_.end()) return nullptr;
  Track& last = tracks_.at(found->second.back());
  return last.row.live() ? &last : nullptr;
}

void CancelOracle::stepped(const core::Step& step, const Moment& now) {
  const core::Batch& writes = step.writes;
  if (writes.switches) {
    suspended_ = writes.switches->cancelling_suspended;
    if (!suspended_) forbidden_.clear();
  }
  for (const auto& [region, id] : writes.vanished) views_[region].vanished(id);
  std::set<std::string> touched;
  for (const Decision& row : writes.decisions) {
    touched.insert(row.id);
    const auto found = tracks_.find(row.id);
    if (found == tracks_.end()) {
      made(row, now);
    } else {
      changed(found->second, row, now);
    }
  }
  for (const core::EventRecord& event : writes.events) check_event(event, now);
  for (const core::StaleRow& row : writes.reported_stale) stale(row, now);
  for (const core::SuppressedRow& row : writes.suppressed) suppressed(row, now);
  const auto stale_events =
      std::count_if(writes.events.begin(), writes.events.end(),
                    [](const auto& event) { return event.type == EventType::ActionStale; });
  if (stale_events != std::ssize(writes.reported_stale)) {
    complain(now, "action.stale without a row");
  }
  for (const std::string& id : touched) {
    const Track& track = tracks_.at(id);
    if (track.end_events != (track.row.live() ? 0 : 1)) {
      complain(now, id + " ended " + std::to_string(track.end_events) + " times by its events");
    } else if (!track.row.live() && track.end_type != event_of(track.row.state)) {
      complain(now, id + ": its event and its row have different ends");
    }
  }
  const auto* done = asked_ && step.reply ? std::get_if<core::Done>(&*step.reply) : nullptr;
  if (done != nullptr && !tracks_.contains(done->decision.value_or(""))) {
    complain(now, "an operator got the id of a decision that was not made");
  }
}

void CancelOracle::made(const Decision& row, const Moment& now) {
  if (live(row.region, row.action) != nullptr) complain(now, row.id + ": there is one already");
  if (row.posts != 0) complain(now, row.id + ": posted before it was written");
  if (const std::string* policy = row.policy()) {
    made_by_policy(row, *policy, now);
  } else {
    const bool asked = asked_ && asked_->region == row.region && asked_->action == row.action &&
                       asked_->comment == row.comment;
    if (!asked) complain(now, row.id + ": no operator asked for it");
    if (suspended_ || total_limit_ <= 0) complain(now, row.id + ": cancelling is suspended or off");
  }
  Track& track = tracks_[row.id];
  track.row = row;
  track.made = now.elapsed;
  by_action_[{row.region, row.action}].push_back(row.id);
}

void CancelOracle::made_by_policy(const Decision& row, const std::string& by, const Moment& now) {
  const RegionView& view = views_[row.region];
  const std::string who = row.id + " of " + by + " for " + row.action.value + ": ";
  if (suspended_ || total_limit_ <= 0) complain(now, who + "cancelling is suspended or off");
  if (const auto guard = view.guard(now)) complain(now, who + *guard);
  if (forbidden_.contains({row.region, std::string(row.type.text())})) {
    complain(now, who + "the permission is known to be missing");
  }
  const RegionView::Known* known = view.find(row.action);
  if (known == nullptr || !known->open()) return complain(now, who + "the action is not open");
  const core::PolicyOptions* policy = policies_.governing(row.region, known->facts);
  if (policy == nullptr || policy->name != by) {
    return complain(now, who + "another policy governs, or none");
  }
  if (!PolicyModel::may_cancel(*policy, known->facts)) complain(now, who + "it must not cancel");
  const auto from = PolicyModel::stale_from(*policy, known->facts);
  if (!from || *from > view.latest(now)) return complain(now, who + "not stale yet");
  Duration hindered =
      std::max(known->since, calm_from_ < now.elapsed ? calm_from_ + kSettled : now.elapsed);
  for (const std::string& id : by_action_[{row.region, row.action}]) {
    const Track& earlier = tracks_.at(id);
    if (earlier.row.by == row.by && earlier.row.status == row.status) {
      complain(now, who + "decided before");
    }
    hindered = std::max(hindered, earlier.ended.value_or(now.elapsed));
  }
  const Duration stale_for = std::min(now.server - *from, now.elapsed - hindered);
  if (stale_for > kPromptDecision && !limited(*policy, now.elapsed - stale_for)) {
    complain(now, who + "late by " + std::to_string(stale_for / 1ms) + " ms");
  }
}

bool CancelOracle::limited(const core::PolicyOptions& policy, Duration since) const {
  int own = 0;
  int all = 0;
  for (const auto& [id, track] : tracks_) {
    if (track.row.policy() == nullptr) continue;
    Duration until = track.ended.value_or(Duration::max());
    // When it was before a reboot is not known for certain: it counts as if made just then.
    const Duration last = std::max(track.intended, rebooted_);
    if (track.row.posts > 0) until = std::max(until, last + kCounts);
    if (until < since) continue;
    ++all;
    if (*track.row.policy() == policy.name) ++own;
  }
  return all >= total_limit_ || (policy.max_per_hour && own >= *policy.max_per_hour);
}

void CancelOracle::changed(Track& track, const Decision& row, const Moment& now) {
  if (!track.row.live()) complain(now, row.id + ": written again after its end");
  if (row.action != track.row.action || row.by != track.row.by ||
      row.comment != track.row.comment || row.posts < track.row.posts) {
    complain(now, row.id + ": became another decision");
  }
  if (row.posts > track.row.posts) track.intended = now.elapsed;
  track.row = row;
  if (row.live()) return;
  track.ended = now.elapsed;
  ended(track, now);
  if (row.state == Decision::State::Failed && row.outcome.starts_with("permission: the app")) {
    forbidden_.emplace(row.region, row.type.text());
  }
}

const Entity* CancelOracle::truth(const Decision& row) const {
  const Version* version = apis_.at(row.region)->model().current(row.action);
  return version == nullptr ? nullptr : &version->entity();
}

void CancelOracle::ended(const Track& track, const Moment& now) {
  const Decision& row = track.row;
  const Entity* entity = truth(row);
  const bool cancelled = entity != nullptr && entity->status == "Cancelled";
  const bool by_us = cancelled && track.accepted > 0 &&
                     entity->cancellation_requestor == "mactiond" &&
                     entity->cancellation_comment == row.comment;
  if (row.state == Decision::State::Confirmed) {
    if (!cancelled) complain(now, row.id + ": confirmed, but the action is not Cancelled");
    if (track.accepted == 0) complain(now, row.id + ": confirmed, but the API never accepted it");
  }
  if (row.state == Decision::State::Overtaken && by_us) {
    complain(now, row.id + ": our own cancel was reported as overtaken");
  }
}

void CancelOracle::check_event(const core::EventRecord& event, const Moment& now) {
  const bool requested = event.type == EventType::CancelRequested;
  if (!requested && !is_end(event.type)) return;
  const auto found = tracks_.find(text_of(event.fields, "decision_id"));
  if (found == tracks_.end()) return complain(now, "an event of an unknown decision");
  Track& track = found->second;
  if (requested) {
    if (++track.requested_events > 1) complain(now, found->first + ": requested twice");
    if (track.accepted == 0) complain(now, found->first + ": requested, but never accepted");
    if (track.end_events > 0) complain(now, found->first + ": requested after its end");
    return;
  }
  ++track.end_events;
  track.end_type = event.type;
  if (event.type == EventType::CancelConfirmed && track.requested_events != 1) {
    complain(now, found->first + ": confirmed, but never requested");
  }
}

void CancelOracle::stale(const core::StaleRow& row, const Moment& now) {
  const std::string who = "action.stale of " + row.policy + " for " + row.action.value + ": ";
  if (!stale_.insert({row.region, row.action.value, row.policy, row.status}).second) {
    complain(now, who + "reported twice");
  }
  const RegionView& view = views_[row.region];
  const RegionView::Known* known = view.find(row.action);
  if (known == nullptr || !known->open()) return complain(now, who + "the action is not open");
  const core::PolicyOptions* policy = policies_.governing(row.region, known->facts);
  const bool says_so = policy != nullptr && policy->name == row.policy &&
                       (policy->dry_run || policy->action == core::PolicyAction::Notify);
  if (!says_so) return complain(now, who + "no policy says so");
  if (const auto guard = view.guard(now)) complain(now, who + *guard);
  const auto from = PolicyModel::stale_from(*policy, known->facts);
  if (!from || *from > view.latest(now)) complain(now, who + "not stale yet");
}

void CancelOracle::suppressed(const core::SuppressedRow& row, const Moment& now) {
  if (!suppressed_.emplace(row.policy, row.hour).second) {
    complain(now, "cancel.suppressed of " + row.policy + ": twice in one hour");
  }
  const core::PolicyOptions* policy = policies_.find(row.policy);
  if (policy == nullptr || !limited(*policy, now.elapsed)) {
    complain(now, "cancel.suppressed of " + row.policy + ": no limit was reached");
  }
}

void CancelOracle::left(const core::Command& command, const Moment& now) {
  if (const auto* list = std::get_if<core::ListActions>(&command)) {
    const bool sweep = list->query.kind == core::Query::Kind::CreatedSince;
    const auto query = sweep ? std::optional(list->query) : std::nullopt;
    sent_[list->id.value] = {list->region, std::nullopt, query, now.elapsed};
  } else if (const auto* get = std::get_if<core::GetAction>(&command)) {
    sent_[get->id.value] = {get->region, get->action, std::nullopt, now.elapsed};
  } else if (const auto* post = std::get_if<core::CancelAction>(&command)) {
    sent_[post->id.value] = {post->region, std::nullopt, std::nullopt, now.elapsed};
    post_left(*post, now);
  }
}

void CancelOracle::post_left(const core::CancelAction& post, const Moment& now) {
  Track* track = live(post.region, post.action);
  if (track == nullptr) return complain(now, post.action.value + ": a POST without a decision");
  const RegionView& view = views_[post.region];
  const Decision& row = track->row;
  if (row.state != Decision::State::Posted || !row.unsure || row.comment != post.comment) {
    complain(now, row.id + ": its POST was not written before it left");
  }
  if (suspended_ || total_limit_ <= 0) complain(now, row.id + ": POST while suspended or off");
  if (!view.is_swept()) complain(now, row.id + ": POST before a complete sweep");
  if (forbidden_.contains({row.region, std::string(row.type.text())})) {
    complain(now, row.id + ": POST without the permission");
  }
  if (row.policy() != nullptr) {
    if (const auto guard = view.guard(now)) complain(now, row.id + ": POST though " + *guard);
  }
  for (const CancelPost& earlier : apis_.at(post.region)->posts()) {
    const bool known = earlier.action == post.action && earlier.accepted && earlier.learned;
    if (known && earlier.status == 200) complain(now, row.id + ": POST though one was accepted");
  }
  check_facts(*track, view, now);
  check_reread(*track, now);
  check_prompt(*track, now);
  track->left.push_back(now.elapsed);
}

void CancelOracle::check_facts(const Track& track, const RegionView& view, const Moment& now) {
  const Decision& row = track.row;
  const RegionView::Known* known = view.find(row.action);
  if (known == nullptr || !known->open()) {
    return complain(now, row.id + ": POST on an action that is not open");
  }
  const std::string* by = row.policy();
  if (by == nullptr) return;
  const core::PolicyOptions* policy = policies_.governing(row.region, known->facts);
  const bool fits =
      policy != nullptr && policy->name == *by && PolicyModel::may_cancel(*policy, known->facts);
  if (!fits) return complain(now, row.id + ": POST on an action that does not fit any more");
  const auto from = PolicyModel::stale_from(*policy, known->facts);
  if (!from || *from > view.latest(now)) complain(now, row.id + ": POST on a fresh action");
}

void CancelOracle::check_reread(const Track& track, const Moment& now) {
  const std::string& id = track.row.id;
  if (!track.reread) return complain(now, id + ": POST without a re-read");
  const Track::Reread& reread = *track.reread;
  if (!track.left.empty() && reread.asked <= track.left.back()) {
    complain(now, id + ": a second POST without a re-read");
  }
  if (now.elapsed - reread.answered > kFresh) complain(now, id + ": its re-read is old");
  if (!reread.current) complain(now, id + ": its re-read is not the newest answer");
  if (reread.facts.status.is_final()) complain(now, id + ": its re-read shows it final");
  if (reread.noted && !track.left.empty()) {
    complain(now, id + ": a second POST though the API noted the first");
  }
  if (track.row.posts > 4) complain(now, id + ": POSTs without bound");
}

void CancelOracle::check_prompt(const Track& track, const Moment& now) {
  if (!track.left.empty() || calm_from_ > now.elapsed) return;
  if (track.made < calm_from_ + kSettled) return;
  const Duration waited = now.elapsed - track.made;
  if (waited > kPromptPost) {
    complain(now, track.row.id + ": its POST left after " + std::to_string(waited / 1ms) + " ms");
  }
}

void CancelOracle::arrived(const core::Command& command, bool /*ours*/, const Moment& now) {
  const auto* cancel = std::get_if<core::CancelAction>(&command);
  if (cancel == nullptr) return;
  const std::string& region = cancel->region;
  const CancelPost& post = apis_.at(region)->posts().back();
  const auto found = by_action_.find({region, post.action});
  if (found == by_action_.end()) return;  // reported when it left
  Track& track = tracks_.at(found->second.back());
  if (post.accepted && ++track.accepted > 1) complain(now, track.row.id + ": accepted twice");
  const std::string* by = track.row.policy();
  if (by == nullptr) return;
  arrivals_.emplace_back(now.server, track.row.id);
  std::set<std::string> own;
  std::set<std::string> all;
  for (auto row = arrivals_.rbegin(); row != arrivals_.rend(); ++row) {
    if (now.server - row->first >= 1h) break;
    all.insert(row->second);
    if (tracks_.at(row->second).row.by == track.row.by) own.insert(row->second);
  }
  const core::PolicyOptions* policy = policies_.find(*by);
  const bool own_over =
      policy != nullptr && policy->max_per_hour && std::ssize(own) > *policy->max_per_hour;
  if (own_over) complain(now, track.row.id + ": over the limit of " + policy->name);
  if (std::ssize(all) > total_limit_) complain(now, track.row.id + ": over the limit of all");
}

void CancelOracle::check_forgotten(const std::string& region, const Moment& now) {
  const Duration settled = calm_from_ + kSettled;
  for (const auto& [id, known] : views_[region].actions()) {
    if (!known.open() || live(region, id) != nullptr) continue;
    const core::PolicyOptions* policy = policies_.governing(region, known.facts);
    if (policy == nullptr || !PolicyModel::may_cancel(*policy, known.facts)) continue;
    const std::string status(known.facts.status.text());
    const auto earlier = by_action_[{region, id}];
    const bool decided = std::any_of(earlier.begin(), earlier.end(), [&](const std::string& one) {
      const Decision& row = tracks_.at(one).row;
      return row.by == core::DecidedBy(core::PolicyName{policy->name}) && row.status == status;
    });
    const auto from = PolicyModel::stale_from(*policy, known.facts);
    if (decided || !from) continue;
    const Duration stale_for = std::min(now.server - *from, now.elapsed - known.since);
    const Duration since = std::max(now.elapsed - stale_for, settled);
    if (now.elapsed - since > 1min && !limited(*policy, since)) {
      complain(now, id.value + " is stale by " + policy->name + " and was forgotten");
    }
  }
}

std::vector<std::string> CancelOracle::finish(const Moment& now) {
  for (const auto& [id, track] : tracks_) {
    if (track.row.live())
      complain(now, id + " never ended: " + std::string(to_string(track.row.state)));
    const Entity* entity = truth(track.row);
    const bool by_us = track.accepted > 0 && entity != nullptr && entity->status == "Cancelled" &&
                       entity->cancellation_requestor == "mactiond";
    if (by_us && track.row.state == Decision::State::Overtaken) {
      complain(now, id + ": its cancel took effect and was reported as overtaken");
    }
  }
  if (total_limit_ > 0) {
    for (const auto& [region, api] : apis_) check_forgotten(region, now);
  }
  return violations_;
}

int CancelOracle::count(std::optional<Decision::State> ended) const {
  return static_cast<int>(std::count_if(tracks_.begin(), tracks_.end(), [&](const auto& row) {
    return !ended || row.second.row.state == *ended;
  }));
}

}  // namespace mactiond::sim
