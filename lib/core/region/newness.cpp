#include "core/region/newness.hpp"

#include <chrono>
#include <utility>

namespace mactiond::core {

void Newness::restore(const RegionRow& row) {
  stored_ = true;
  new_ = row.fresh;
  first_call_ = row.first_call;
}

void Newness::restore_action() {
  if (!stored_) new_ = false;
}

void Newness::follow_recovery(WallTime quiet_before) {
  quiet_before_ = quiet_before;
  // It was followed before: what changed since the last line is no backlog.
  new_ = false;
  first_call_.reset();
}

bool Newness::call_sent(Now now) {
  if (!new_ || first_call_) return false;
  first_call_ = FirstCall{now.wall, false};
  first_call_sent_ = now.mono;
  return true;
}

bool Newness::date_first_call(const ServerClock& clock, Now now) {
  if (!new_ || !first_call_ || first_call_->by_server) return false;
  const auto server = clock.at(now.mono);
  if (!server) return false;
  // Where our clock may be right by all that is known of the API's, it is the finer of the two.
  const Duration apart = *server - now.wall;
  const Duration wrong = std::chrono::abs(apart) <= clock.uncertainty() ? Duration{} : apart;
  // Made by a process before this one, the call is known by our clock alone.
  const WallTime ours =
      first_call_sent_ ? now.wall - (now.mono - *first_call_sent_) : first_call_->when;
  first_call_ = FirstCall{ours + wrong, true};
  return true;
}

bool Newness::is_backlog(const MachineAction& action, const Observation& seen) const {
  if (!new_ || !first_call_ || seen.from) return false;
  const WallTime bound = first_call_->when;
  const bool created_before = !action.created || *action.created < bound;
  const bool changed_before = !action.last_update || *action.last_update < bound;
  return created_before && changed_before;
}

bool Newness::is_quiet(const MachineAction& action) const {
  const bool dated = action.last_update || action.created;
  return quiet_before_ && dated && action.stamp() < *quiet_before_;
}

bool Newness::end_recovery() { return std::exchange(quiet_before_, std::nullopt).has_value(); }

std::optional<WallTime> Newness::end_newness(WallTime now) {
  if (!std::exchange(new_, false)) return std::nullopt;
  const auto first_call = std::exchange(first_call_, std::nullopt);
  return first_call ? first_call->when : now;
}

}  // namespace mactiond::core
