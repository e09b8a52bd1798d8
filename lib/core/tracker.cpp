#include "core/tracker.hpp"

#include <algorithm>

namespace mactiond::core {
namespace {

bool supersedes(const MachineAction& action, const Tracker::Known& known) {
  if (action.stamp() != known.stamp) return action.stamp() > known.stamp;
  return action.status == known.status || action.status.rank() > known.status.rank();
}

}  // namespace

void Tracker::restore(const StoredAction& action) {
  Known known;
  known.status = action.status;
  known.type = action.type;
  known.stamp = action.last_update.value_or(action.created.value_or(WallTime{}));
  known.created = action.created;
  known.fingerprint = action.fingerprint;
  known.vanished = action.vanished;
  newest_ = std::max(newest_.value_or(known.stamp), known.stamp);
  enter(action.id, known);
  known_.insert_or_assign(action.id, std::move(known));
}

Observation Tracker::observe(const MachineAction& action) {
  Observation result;
  const std::uint64_t print = fingerprint(action.document);
  const auto [row, first] = known_.try_emplace(action.id);
  Known& known = row->second;
  known.seen = reads_;
  if (!first) {
    const bool returned = known.vanished;
    if (!supersedes(action, known)) return result;
    if (action.status == known.status) {
      if (print == known.fingerprint && action.stamp() == known.stamp && !returned) return result;
      result.kind = Observation::Kind::Refreshed;
    } else {
      result.kind = Observation::Kind::Changed;
      result.from = known.status;
      result.correction = known.status.is_final();
    }
    leave(action.id, known);
  } else {
    result.kind = Observation::Kind::Changed;
  }
  known.status = action.status;
  known.type = action.type;
  known.stamp = action.stamp();
  newest_ = std::max(newest_.value_or(known.stamp), known.stamp);
  known.created = action.created;
  known.fingerprint = print;
  known.vanished = false;
  enter(action.id, known);
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
  leave(id, row->second);
  row->second.vanished = true;
  enter(id, row->second);
  return true;
}

void Tracker::forget_before(WallTime cutoff) {
  std::erase_if(known_, [&](const auto& row) {
    const Known& known = row.second;
    if (known.open() || known.stamp >= cutoff) return false;
    leave(row.first, known);
    return true;
  });
}

const Tracker::Known* Tracker::find(const ActionId& id) const {
  const auto row = known_.find(id);
  return row == known_.end() ? nullptr : &row->second;
}

std::optional<WallTime> Tracker::oldest_open() const {
  const auto first = open_.lower_bound({WallTime{} + Duration(1), {}});
  return first == open_.end() ? std::nullopt : std::optional(first->first);
}

void Tracker::enter(const ActionId& id, const Known& known) {
  if (known.open()) open_.emplace(known.created.value_or(WallTime{}), id);
  count(known, 1);
}

void Tracker::leave(const ActionId& id, const Known& known) {
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
