#include "core/enrich/machine_book.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// The API has no such machine, or has none in a form that can be read.
constexpr Duration kAbsentFor = 24h;
constexpr Duration kUnreadableFor = 1h;
constexpr int kFailuresMax = 3;
constexpr Duration kPauseFirst = 5s;
constexpr Duration kPauseMax = 10min;
/// How often a full book is looked through for what is too old.
constexpr Duration kLookForRoom = 1min;
/// Facts of machines that are still wanted are read again before they count no more.
constexpr Duration kYoungFor = 20h;

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
  if (entry.given_up_until > now || (entry.read && now - *entry.read < kYoungFor)) return;
  const Wanted how = soon && !is_fresh(entry, now) ? Wanted::Soon : Wanted::Later;
  if (entry.wanted < how) enqueue(machine, entry, how);
}

void MachineBook::enqueue(const std::string& machine, Entry& entry, Wanted how) {
  entry.wanted = how;
  (how == Wanted::Soon ? soon_ : later_).push_back(machine);
  drop_stale_heads();
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
  return wanted == Wanted::No || std::max(paused_until_, call_at) >= until;
}

std::optional<MonoTime> MachineBook::due_at() const {
  if (soon_.empty() && later_.empty()) return std::nullopt;
  return paused_until_;
}

std::string MachineBook::next() {
  std::deque<std::string>& queue = soon_.empty() ? later_ : soon_;
  MACTIOND_ASSERT(!queue.empty());
  std::string machine = std::move(queue.front());
  queue.pop_front();
  machines_.at(machine).wanted = Wanted::Asked;
  drop_stale_heads();
  return machine;
}

void MachineBook::found(const std::string& machine, MachineFacts facts, MonoTime now) {
  Entry& entry = machines_[machine];
  entry = {};
  entry.facts = std::move(facts);
  entry.read = now;
  failures_ = 0;
  paused_until_ = MonoTime::min();
}

void MachineBook::failed(const std::string& machine, const Outcome& outcome, bool again,
                         MonoTime now) {
  Entry& entry = machines_[machine];
  entry.wanted = Wanted::No;
  if (outcome.reason == Reason::NotFound) {
    entry.given_up_until = now + kAbsentFor;
    failures_ = 0;
    return;
  }
  if (again || outcome.reason == Reason::Throttled || outcome.reason == Reason::Stopped) {
    return enqueue(machine, entry, Wanted::Later);
  }
  ++failures_;
  const Duration wait = backoff(failures_, kPauseFirst, kPauseMax);
  paused_until_ = now + std::max(wait, outcome.retry_after.value_or(Duration{}));
  // One that fails for itself must not stop the others.
  if (++entry.failures >= kFailuresMax) {
    entry.failures = 0;
    entry.given_up_until = now + kUnreadableFor;
    return;
  }
  enqueue(machine, entry, Wanted::Later);
}

void MachineBook::drop_stale_heads() {
  const auto drop = [this](std::deque<std::string>& queue, Wanted how) {
    const auto is_stale = [&](const std::string& machine) {
      const auto found = machines_.find(machine);
      return found == machines_.end() || found->second.wanted != how;
    };
    while (!queue.empty() && is_stale(queue.front())) queue.pop_front();
  };
  drop(soon_, Wanted::Soon);
  drop(later_, Wanted::Later);
}

void MachineBook::make_room(MonoTime now) {
  if (machines_.size() < kMachinesKnownMax || now < look_at_) return;
  look_at_ = now + kLookForRoom;
  std::erase_if(machines_, [now](const auto& row) {
    const Entry& entry = row.second;
    return entry.wanted == Wanted::No && !is_fresh(entry, now) && entry.given_up_until <= now;
  });
}

}  // namespace mactiond::core
