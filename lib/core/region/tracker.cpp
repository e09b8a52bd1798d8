#include "core/region/tracker.hpp"

#include <algorithm>
#include <chrono>

namespace mactiond::core {
namespace {

bool supersedes(const MachineAction& action, const Tracker::Known& known) {
  if (action.stamp() != known.stamp) return action.stamp() > known.stamp;
  return action.status == known.status || action.status.rank() > known.status.rank();
}

// The end of an open action by an older stamp. One that ended before and was opened again ends by a
// newer stamp: the old one is what an answer out of date still shows.
bool ends_late(const MachineAction& action, const Tracker::Known& known) {
  if (!action.status.is_final() || known.status.is_final()) return false;
  return !known.ended_by || action.stamp() > *known.ended_by;
}

// A list may always show an action without a creation time: it must not be forgotten meanwhile.
bool wants_refresh(const MachineAction& action, const Tracker::Known& known, const Sight& sight) {
  constexpr Duration kRefreshEvery = std::chrono::hours(24);
  return !action.created && sight.kept_from - known.kept_from >= kRefreshEvery;
}

bool is_dated(const MachineAction& action) { return action.last_update || action.created; }

}  // namespace

void Tracker::restore(const StoredAction& action) {
  Known known;
  known.status = action.status;
  known.type = action.type;
  const WallTime stamp = action.last_update.value_or(action.created.value_or(WallTime{}));
  known.stamp = action.ordered_by.value_or(stamp);
  known.created = action.created;
  known.first_seen = action.first_seen;
  known.kept_from = std::max(action.seen, known.stamp);
  known.ended_by = action.ended_by;
  if (!known.ended_by && known.status.is_final()) known.ended_by = known.stamp;
  known.fingerprint = action.fingerprint;
  known.vanished = action.vanished;
  const bool dated = known.stamp != WallTime{};
  if (dated) newest_ = std::max(newest_.value_or(known.stamp), known.stamp);
  track(action.id, known);
  known_.insert_or_assign(action.id, std::move(known));
}

Observation Tracker::judge(const MachineAction& action, const Known& known, std::uint64_t print,
                           const Sight& sight) {
  Observation result;
  if (!supersedes(action, known)) {
    if (!ends_late(action, known)) return result;
    result.late = sight.confirms;
    result.kind = result.late ? Observation::Kind::Changed : Observation::Kind::Doubtful;
  } else if (action.status == known.status) {
    const bool same = print == known.fingerprint && action.stamp() == known.stamp;
    if (same && !known.vanished && !wants_refresh(action, known, sight)) return result;
    result.kind = Observation::Kind::Refreshed;
    return result;
  } else {
    result.kind = Observation::Kind::Changed;
  }
  result.from = known.status;
  result.correction = known.status.is_final();
  return result;
}

Observation Tracker::observe(const MachineAction& action, const Sight& sight) {
  Observation result;
  const std::uint64_t print = fingerprint(action.document);
  const auto [row, first] = known_.try_emplace(action.id);
  Known& known = row->second;
  known.seen = reads_;
  if (first) {
    result.kind = Observation::Kind::Changed;
    known.first_seen = sight.server;
  } else {
    result = judge(action, known, print, sight);
    const bool stays =
        result.kind == Observation::Kind::Nothing || result.kind == Observation::Kind::Doubtful;
    if (stays) return result;
    untrack(action.id, known);
  }
  known.status = action.status;
  known.type = action.type;
  known.stamp = first ? action.stamp() : std::max(known.stamp, action.stamp());
  if (is_dated(action)) newest_ = std::max(newest_.value_or(known.stamp), known.stamp);
  if (action.status.is_final()) {
    known.ended_by = std::max(known.ended_by.value_or(action.stamp()), action.stamp());
  }
  known.kept_from = std::max(sight.kept_from, known.stamp);
  known.created = action.created;
  known.fingerprint = print;
  known.vanished = false;
  track(action.id, known);
  return result;
}

std::vector<ActionId> Tracker::unseen_open(Read read) const {
  return unseen(read, open_.begin(), open_.end());
}

std::vector<ActionId> Tracker::unseen_open(Read read, const CreationSpan& span) const {
  const auto first = open_.lower_bound({span.oldest + Duration(1), {}});
  const auto last = open_.lower_bound({std::max(span.newest, span.oldest + Duration(1)), {}});
  return unseen(read, first, last);
}

std::vector<ActionId> Tracker::unseen(Read read, OpenSet::const_iterator first,
                                      OpenSet::const_iterator last) const {
  std::vector<ActionId> ids;
  for (; first != last; ++first) {
    const Known& known = known_.at(first->second);
    if (known.seen[index(read)] == reads_[index(read)]) continue;
    // A poll of the open set asks for the two open statuses that have a name.
    if (read == Read::Poll && known.status.known() == ActionStatus::Known::Unknown) continue;
    ids.push_back(first->second);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool Tracker::vanish(const ActionId& id) {
  const auto row = known_.find(id);
  if (row == known_.end() || !row->second.open()) return false;
  untrack(id, row->second);
  row->second.vanished = true;
  track(id, row->second);
  return true;
}

void Tracker::forget_before(WallTime cutoff) {
  std::erase_if(known_, [&](const auto& row) {
    const Known& known = row.second;
    if (known.open() || known.kept_from >= cutoff) return false;
    untrack(row.first, known);
    return true;
  });
}

const Tracker::Known* Tracker::find(const ActionId& id) const {
  const auto row = known_.find(id);
  return row == known_.end() ? nullptr : &row->second;
}

bool Tracker::is_news(const MachineAction& action) const {
  const Known* known = find(action.id);
  return known == nullptr || (known->status != action.status && supersedes(action, *known));
}

bool Tracker::is_newest(const MachineAction& action) const {
  const Known* known = find(action.id);
  return known != nullptr && known->status == action.status && known->stamp == action.stamp();
}

std::optional<WallTime> Tracker::oldest_open() const {
  std::optional<WallTime> oldest;
  for (const auto& [created, id] : open_) {
    const Known& known = known_.at(id);
    const WallTime since = known.created.value_or(known.first_seen);
    oldest = std::min(oldest.value_or(since), since);
    // From here on they are in order of creation.
    if (known.created) break;
  }
  return oldest;
}

std::int64_t Tracker::ended_count() const {
  std::int64_t ended = 0;
  for (const auto& [status, count] : counts_) {
    if (ActionStatus::parse(status).is_final()) ended += count;
  }
  return ended;
}

void Tracker::track(const ActionId& id, const Known& known) {
  if (known.open()) open_.emplace(known.created.value_or(WallTime{}), id);
  count(known, 1);
}

void Tracker::untrack(const ActionId& id, const Known& known) {
  open_.erase({known.created.value_or(WallTime{}), id});
  count(known, -1);
}

void Tracker::count(const Known& known, std::int64_t by) {
  if (known.vanished) return;
  const auto row = counts_.find(known.status.text());
  if (row != counts_.end()) {
    row->second += by;
  } else {
    counts_.emplace(known.status.text(), by);
  }
}

}  // namespace mactiond::core
