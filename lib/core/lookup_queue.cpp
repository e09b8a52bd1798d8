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

void LookupQueue::add(const ActionId& id, MonoTime now) {
  waiting_.try_emplace(id, Lookup{now, std::nullopt, 0, false, false});
}

const std::pair<const ActionId, LookupQueue::Lookup>* LookupQueue::next(MonoTime now) const {
  for (const auto& row : waiting_) {
    if (!row.second.asked && row.second.not_before <= now) return &row;
  }
  return nullptr;
}

bool LookupQueue::single_next(MonoTime now) const {
  const auto* row = next(now);
  return row != nullptr && row->second.alone;
}

std::vector<ActionId> LookupQueue::take(std::size_t limit, MonoTime now) {
  std::vector<ActionId> ids;
  const bool alone = single_next(now);
  for (auto& [id, lookup] : waiting_) {
    if (lookup.asked || lookup.not_before > now || lookup.alone != alone) continue;
    lookup.asked = true;
    ids.push_back(id);
    if (alone || ids.size() >= limit) break;
  }
  return ids;
}

void LookupQueue::absent(const ActionId& id, MonoTime now) {
  const auto row = waiting_.find(id);
  if (row == waiting_.end()) return;
  row->second.asked = false;
  row->second.alone = true;
  row->second.not_before = now;
}

bool LookupQueue::not_found(const ActionId& id, bool young, MonoTime now) {
  const auto row = waiting_.find(id);
  if (row == waiting_.end()) return false;
  Lookup& lookup = row->second;
  lookup.asked = false;
  lookup.alone = true;
  if (young) {
    lookup.not_before = now + kYoungAgain;
    return false;
  }
  if (lookup.first_not_found && now - *lookup.first_not_found >= kConfirmAfter - 1s) {
    waiting_.erase(row);
    return true;
  }
  if (!lookup.first_not_found) lookup.first_not_found = now;
  lookup.not_before = *lookup.first_not_found + kConfirmAfter;
  return false;
}

void LookupQueue::failed(const ActionId& id, std::optional<Duration> retry_after, MonoTime now,
                         Random& random) {
  const auto row = waiting_.find(id);
  if (row == waiting_.end()) return;
  Lookup& lookup = row->second;
  lookup.asked = false;
  ++lookup.failures;
  const Duration delay = backoff(lookup.failures, kBackoffFirst, kBackoffMax, random);
  lookup.not_before = now + std::max(delay, retry_after.value_or(Duration{}));
}

std::optional<MonoTime> LookupQueue::wake_at() const {
  std::optional<MonoTime> when;
  for (const auto& [id, lookup] : waiting_) {
    if (lookup.asked) continue;
    if (!when || lookup.not_before < *when) when = lookup.not_before;
  }
  return when;
}

}  // namespace mactiond::core
