#include "sim/rivals.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "base/iso_time.hpp"
#include "core/command.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLatency = 150ms;
constexpr Duration kEvery = 5s;
/// What happened this shortly before the end may still be noticed.
constexpr Duration kGrace = 10min;

/// A tenant, a token and a clock, for a client that does one call after the other.
class Session {
 public:
  explicit Session(Timetable traffic) : traffic_(std::move(traffic)), api_(ApiOptions{}, 11) {
    std::stable_sort(traffic_.begin(), traffic_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    core::FetchToken command;
    token_ = api_.serve(command, now()).token;
  }

  [[nodiscard]] Duration elapsed() const { return elapsed_; }
  [[nodiscard]] WallTime now() const { return start_ + elapsed_; }
  [[nodiscard]] WallTime at(Duration since_start) const { return start_ + since_start; }
  [[nodiscard]] ApiModel& api() { return api_; }

  /// Lets time pass; returns the ids of the actions that began meanwhile.
  std::vector<ActionId> pass(Duration by) {
    std::vector<ActionId> begun;
    elapsed_ += by;
    while (next_ < traffic_.size() && traffic_[next_].first <= elapsed_) {
      const auto& [when, spec] = traffic_[next_++];
      begun.push_back(api_.model().add(spec, start_ + when));
    }
    return begun;
  }

  core::ActionRead get(const ActionId& id) {
    core::GetAction command;
    command.action = id;
    command.token = token_;
    auto read = api_.serve(command, now());
    renew(read.outcome);
    return read;
  }

  core::ActionsListed list(const core::Query& query) {
    core::ListActions command;
    command.query = query;
    command.token = token_;
    auto listed = api_.serve(command, now());
    renew(listed.outcome);
    return listed;
  }

 private:
  void renew(const Outcome& outcome) {
    if (outcome.reason == Reason::Auth) token_ = api_.serve(core::FetchToken{}, now()).token;
  }

  Timetable traffic_;
  std::size_t next_ = 0;
  ApiModel api_;
  WallTime start_ = *parse_iso_time("2026-11-20T00:00:00Z");
  Duration elapsed_{};
  Secret token_;
};

/// What a client noticed, held against the truth.
class Notes {
 public:
  void saw(const MachineAction& action, WallTime when) {
    noticed_.try_emplace({action.id.value, std::string(action.status.text()), action.stamp()},
                         when);
  }

  [[nodiscard]] Polled sum_up(Session& session, Duration from, Duration until) const {
    Polled result;
    session.api().model().advance(session.at(until));
    const WallTime last = session.at(until - kGrace);
    for (const auto& change : session.api().model().truth()) {
      if (change.time < session.at(from) || change.time > last) continue;
      ++result.changes;
      const auto found = noticed_.find({change.id.value, change.to, change.time});
      if (found == noticed_.end()) {
        ++result.missed;
      } else {
        result.lags.push_back(found->second - change.time);
      }
    }
    std::map<std::string, const Transition*> ends;
    for (const auto& change : session.api().model().truth()) ends[change.id.value] = &change;
    for (const auto& [id, end] : ends) {
      if (end->time > last) continue;
      if (!noticed_.contains({id, end->to, end->time})) ++result.ends_missed;
    }
    std::sort(result.lags.begin(), result.lags.end());
    const auto& ledger = session.api().ledger();
    result.calls = ledger.judge(Bucket::Api).calls();
    result.throttled = ledger.throttled();
    result.windows_over = ledger.windows_over();
    return result;
  }

 private:
  std::map<std::tuple<std::string, std::string, WallTime>, WallTime> noticed_;
};

}  // namespace

Polled poll_by_id(const Timetable& traffic, Duration from, Duration until) {
  Session session(traffic);
  Notes notes;
  std::deque<std::pair<Duration, ActionId>> due;  // in order of time
  for (const ActionId& id : session.pass({})) due.emplace_back(Duration{}, id);
  while (session.elapsed() < until) {
    if (due.empty() || due.front().first > session.elapsed()) {
      for (const ActionId& id : session.pass(kLatency)) due.emplace_back(session.elapsed(), id);
      continue;
    }
    const ActionId id = due.front().second;
    due.pop_front();
    for (const ActionId& fresh : session.pass(kLatency)) due.emplace_back(session.elapsed(), fresh);
    const auto read = session.get(id);
    if (read.outcome.ok()) {
      notes.saw(*read.action, session.now());
      if (!read.action->status.is_final()) due.emplace_back(session.elapsed() + kEvery, id);
      continue;
    }
    due.emplace_front(session.elapsed(), id);
    const Duration wait = read.outcome.retry_after.value_or(kEvery);
    for (const ActionId& fresh : session.pass(wait)) due.emplace_back(session.elapsed(), fresh);
  }
  return notes.sum_up(session, from, until);
}

Polled poll_by_cursor(const Timetable& traffic, Duration from, Duration until, int page_size,
                      Duration every) {
  Session session(traffic);
  Notes notes;
  (void)session.pass({});
  WallTime cursor = session.now() - 1s;
  while (session.elapsed() < until) {
    core::Query query;
    query.since = cursor + Duration(1);  // "gt" in whole ticks
    query.top = page_size;
    while (true) {
      (void)session.pass(kLatency);
      const auto listed = session.list(query);
      if (!listed.outcome.ok()) {
        (void)session.pass(listed.outcome.retry_after.value_or(kEvery));
        break;
      }
      for (const MachineAction& action : listed.actions) {
        notes.saw(action, session.now());
        cursor = std::max(cursor, action.stamp());
      }
      if (static_cast<int>(listed.actions.size()) < page_size) break;
      query.skip += page_size;
    }
    (void)session.pass(every);
  }
  return notes.sum_up(session, from, until);
}

}  // namespace mactiond::sim
