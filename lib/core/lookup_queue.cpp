#include "core/lookup_queue.hpp"

#include <algorithm>

#include "core/backoff.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
constexpr Duration kConfirmAfter = 31s;
constexpr Duration kYoungAgain = 10s;
constexpr Duration kBackoffFirst = 5s;
constexpr Duration kBackoffMax = 5min;

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

void LookupQueue::add(const ActionId& id, MonoTime now) {
  const auto [row, fresh] = waiting_.try_emplace(id);
  if (fresh) enqueue(*row, false, now);
}

void LookupQueue::found(const ActionId& id) {
  const auto row = waiting_.find(id);
  if (row == waiting_.end()) return;
  withdraw(*row);
  waiting_.erase(row);
}

bool LookupQueue::single_next(MonoTime now) const {
  const auto& [many, alone] = queues_;
  if (alone.empty() || alone.begin()->first > now) return false;
  return many.empty() || *alone.begin() < *many.begin();
}

std::vector<ActionId> LookupQueue::take(std::size_t limit, MonoTime now) {
  std::vector<ActionId> ids;
  const bool alone = single_next(now);
  Queue& queue = queues_[alone ? 1 : 0];
  while (!queue.empty() && queue.begin()->first <= now && ids.size() < (alone ? 1 : limit)) {
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
