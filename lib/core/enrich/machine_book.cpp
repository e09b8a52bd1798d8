#include "core/enrich/machine_book.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// A machine that exists is not found now and then (docs/defender-api.md 12).
constexpr Duration kDoubtFor = 30s;
/// The API has no such machine, or has none in a form that can be read.
constexpr Duration kGivenUpFor = 1h;
constexpr int kOwnFailuresMax = 3;
constexpr Duration kPauseFirst = 5s;
constexpr Duration kPauseMax = 10min;
/// How often a full book is looked through for what is too old.
constexpr Duration kLookForRoom = 1min;
/// Facts of machines that are still wanted are read again before they count no more.
constexpr Duration kYoungFor = 20h;

/// Whether the API said something about this machine, and not only about the moment.
bool is_of_machine(Reason reason) {
  return reason == Reason::BadAnswer || reason == Reason::TooLarge || reason == Reason::Rejected;
}

}  // namespace

bool MachineBook::is_fresh(const Entry& entry, MonoTime now) {
  return entry.read && now - *entry.read < kFactsFor;
}

void MachineBook::restore(const std::string& machine, MachineFacts facts, MonoTime read) {
  if (machines_.size() >= kMachinesKnownMax) return;
  Entry& entry = machines_[machine];
  entry.facts = std::move(facts);
  entry.read = read;
}

const MachineFacts* MachineBook::find(const std::string& machine, MonoTime now) const {
  const auto found = machines_.find(machine);
  if (found == machines_.end() || !is_fresh(found->second, now)) return nullptr;
  return &found->second.facts;
}

void MachineBook::want(const std::string& machine, bool soon, MonoTime now) {
  make_room(now);
  if (machines_.size() >= kMachinesKnownMax && !machines_.contains(machine)) return;
  Entry& entry = machines_[machine];
  if (entry.rests_until > now || (entry.read && now - *entry.read < kYoungFor)) return;
  const Wanted how = soon && !is_fresh(entry, now) ? Wanted::Soon : Wanted::Later;
  if (entry.wanted < how) enqueue(machine, entry, how);
}

void MachineBook::enqueue(const std::string& machine, Entry& entry, Wanted how) {
  leave_queue(entry);
  entry.wanted = how;
  entry.number = ++last_number_;
  queue_.emplace(Place{how, entry.number}, machine);
}

void MachineBook::leave_queue(Entry& entry) {
  queue_.erase({entry.wanted, entry.number});
  entry.wanted = Wanted::No;
}

void MachineBook::defer(const std::string& machine) {
  const auto found = machines_.find(machine);
  if (found == machines_.end() || found->second.wanted != Wanted::Soon) return;
  enqueue(machine, found->second, Wanted::Later);
}

bool MachineBook::is_settled(const std::string& machine, MonoTime until, MonoTime call_at,
                             MonoTime now) const {
  const auto found = machines_.find(machine);
  if (found == machines_.end() || is_fresh(found->second, now)) return true;
  const Wanted wanted = found->second.wanted;
  if (wanted == Wanted::Asked) return false;
  return wanted != Wanted::Soon || std::max(paused_until_, call_at) >= until;
}

std::optional<MonoTime> MachineBook::due_at() const {
  if (queue_.empty()) return std::nullopt;
  return paused_until_;
}

bool MachineBook::is_next_awaited() const {
  return !queue_.empty() && queue_.begin()->first.first == Wanted::Soon;
}

std::string MachineBook::next() {
  MACTIOND_ASSERT(!queue_.empty());
  std::string machine = queue_.begin()->second;
  Entry& entry = machines_.at(machine);
  leave_queue(entry);
  entry.wanted = Wanted::Asked;
  return machine;
}

void MachineBook::found(const std::string& machine, MachineFacts facts, MonoTime now) {
  Entry& entry = machines_[machine];
  leave_queue(entry);
  entry = {};
  entry.facts = std::move(facts);
  entry.read = now;
  failures_ = 0;
  paused_until_ = MonoTime::min();
}

void MachineBook::failed(const std::string& machine, const Outcome& outcome, bool again,
                         MonoTime now) {
  Entry& entry = machines_[machine];
  leave_queue(entry);
  if (outcome.reason == Reason::NotFound) return not_found(entry, now);
  if (again || outcome.reason == Reason::Throttled || outcome.reason == Reason::Stopped) {
    return enqueue(machine, entry, Wanted::Later);
  }
  hold_up(outcome, now);
  // One that fails for itself must not stop the others.
  entry.rests_until = now + backoff(++entry.failures, kPauseFirst, kPauseMax);
  if (!is_of_machine(outcome.reason) || ++entry.own_failures < kOwnFailuresMax) return;
  entry.own_failures = 0;
  entry.rests_until = now + kGivenUpFor;
}

void MachineBook::not_found(Entry& entry, MonoTime now) {
  entry.rests_until = now + (entry.missing ? kGivenUpFor : kDoubtFor);
  entry.missing = true;
  failures_ = 0;
}

void MachineBook::hold_up(const Outcome& outcome, MonoTime now) {
  // The calls in progress fail together: they are one outage.
  if (now >= paused_until_) {
    paused_until_ = now + backoff(++failures_, kPauseFirst, kPauseMax);
  }
  paused_until_ = std::max(paused_until_, now + outcome.retry_after.value_or(Duration{}));
}

void MachineBook::make_room(MonoTime now) {
  if (machines_.size() < kMachinesKnownMax || now < look_at_) return;
  look_at_ = now + kLookForRoom;
  std::erase_if(machines_, [now](const auto& row) {
    const Entry& entry = row.second;
    return entry.wanted == Wanted::No && !is_fresh(entry, now) && entry.rests_until <= now;
  });
}

}  // namespace mactiond::core
