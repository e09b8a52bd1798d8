#include "core/region/lookup_queue.hpp"

#include <algorithm>

#include "base/backoff.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
constexpr Duration kConfirmAfter = 31s;
constexpr Duration kYoungAgain = 10s;
constexpr Duration kBackoffFirst = 5s;
constexpr Duration kBackoffMax = 5min;
constexpr Duration kRestFirst = 1s;
constexpr Duration kRestMax = 5min;
/// An id that was not asked for during this begins with a short rest again. Longer than from sweep
/// to sweep.
constexpr Duration kQuiet = 15min;

}  // namespace

void LookupQueue::withdraw(Row& row) {
  auto& [id, lookup] = row;
  if (!lookup.asked) queue_of(lookup).erase({lookup.not_before, id});
  lookup.asked = true;
}

void LookupQueue::enqueue(Row& row, bool alone, MonoTime not_before) {
  withdraw(row);
  auto& [id, lookup] = row;
  lookup.asked = false;
  lookup.alone = alone;
  lookup.not_before = not_before;
  queue_of(lookup).emplace(not_before, id);
}

Duration LookupQueue::Rest::length() const { return backoff(times, kRestFirst, kRestMax); }

void LookupQueue::add(const ActionId& id, MonoTime now) { add(id, false, now); }

void LookupQueue::add(const std::vector<ActionId>& ids, MonoTime now) {
  for (const ActionId& id : ids) add(id, false, now);
}

void LookupQueue::add_alone(const ActionId& id, MonoTime now) { add(id, true, now); }

void LookupQueue::add(const ActionId& id, bool alone, MonoTime now) {
  const auto [row, fresh] = waiting_.try_emplace(id);
  row->second.doubtful |= alone;
  if (fresh) return enqueue(*row, alone, allowed_at(id, now));
  const bool wrong_queue = alone && !row->second.alone && !row->second.asked;
  if (wrong_queue) enqueue(*row, true, row->second.not_before);
}

MonoTime LookupQueue::allowed_at(const ActionId& id, MonoTime now) {
  const auto rest = rests_.find(id);
  if (rest == rests_.end()) return now;
  if (now - rest->second.read_at >= kQuiet) {
    rests_.erase(rest);
    return now;
  }
  return std::max(now, rest->second.read_at + rest->second.length());
}

void LookupQueue::found_nothing_new(const ActionId& id, MonoTime now) {
  found(id);
  Rest& rest = rests_[id];
  ++rest.times;
  rest.read_at = now;
}

void LookupQueue::many_refused(ManyIds how) {
  if (how == many_) many_ = many_ == ManyIds::In ? ManyIds::Or : ManyIds::None;
}

void LookupQueue::seen(const ActionId& id, ReadBy by, Observation::Kind kind, MonoTime now) {
  using Kind = Observation::Kind;
  const bool by_id = by == ReadBy::LookupMany || by == ReadBy::LookupOne;
  // A lookup of several leaves it in the queue, for a read of its own.
  if (kind == Kind::Doubtful && by == ReadBy::LookupMany) return;
  if (kind == Kind::Doubtful) return add_alone(id, now);
  if (kind == Kind::Changed) changed(id);
  if (kind == Kind::Nothing && by_id) return found_nothing_new(id, now);
  // One answer, or two servers behind the API, may show the end and then the row before it.
  if (kind == Kind::Nothing && by == ReadBy::List) return shown(id);
  found(id);
}

void LookupQueue::changed(const ActionId& id) { rests_.erase(id); }

void LookupQueue::found(const ActionId& id) {
  const auto row = waiting_.find(id);
  if (row == waiting_.end()) return;
  withdraw(*row);
  waiting_.erase(row);
}

void LookupQueue::shown(const ActionId& id) {
  const auto row = waiting_.find(id);
  if (row != waiting_.end() && !row->second.doubtful) found(id);
}

bool LookupQueue::single_next(MonoTime now) const {
  const auto& [many, alone] = queues_;
  if (alone.empty() || alone.begin()->first > now) return false;
  return many.empty() || *alone.begin() < *many.begin();
}

std::vector<ActionId> LookupQueue::take(std::size_t limit, MonoTime now) {
  std::vector<ActionId> ids;
  const bool alone = single_next(now);
  const std::size_t most = alone || many_ == ManyIds::None ? 1 : limit;
  Queue& queue = queues_[alone ? 1 : 0];
  while (!queue.empty() && queue.begin()->first <= now && ids.size() < most) {
    ids.push_back(queue.begin()->second);
    waiting_.at(ids.back()).asked = true;
    queue.erase(queue.begin());
  }
  return ids;
}

void LookupQueue::absent(const ActionId& id, MonoTime now) {
  const auto row = waiting_.find(id);
  if (row != waiting_.end()) enqueue(*row, true, now);
}

void LookupQueue::absent(const std::vector<ActionId>& ids, MonoTime now) {
  for (const ActionId& id : ids) absent(id, now);
}

bool LookupQueue::not_found(const ActionId& id, bool young, MonoTime now) {
  const auto row = waiting_.find(id);
  if (row == waiting_.end()) return false;
  if (young) {
    enqueue(*row, true, now + kYoungAgain);
    return false;
  }
  std::optional<MonoTime>& first = row->second.first_not_found;
  if (first && now - *first >= kConfirmAfter - 1s) {
    found(id);
    return true;
  }
  if (!first) first = now;
  enqueue(*row, true, *first + kConfirmAfter);
  return false;
}

void LookupQueue::failed(const std::vector<ActionId>& ids, std::optional<Duration> retry_after,
                         MonoTime now, Random& random) {
  std::vector<Row*> rows;
  int failures = 0;
  for (const ActionId& id : ids) {
    const auto row = waiting_.find(id);
    if (row == waiting_.end()) continue;
    failures = std::max(failures, ++row->second.failures);
    rows.push_back(&*row);
  }
  if (rows.empty()) return;
  const Duration delay = std::max(backoff(failures, kBackoffFirst, kBackoffMax, random),
                                  retry_after.value_or(Duration{}));
  for (Row* row : rows) enqueue(*row, row->second.alone, now + delay);
}

std::optional<MonoTime> LookupQueue::wake_at() const {
  std::optional<MonoTime> when;
  for (const Queue& queue : queues_) {
    if (!queue.empty() && (!when || queue.begin()->first < *when)) when = queue.begin()->first;
  }
  return when;
}

}  // namespace mactiond::core
