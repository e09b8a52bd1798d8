#include "core/region/region_health.hpp"

#include <utility>

namespace mactiond::core {

void RegionHealth::failed(const Outcome& outcome) {
  heard_ = true;
  last_failure_ = describe(outcome);
}

bool RegionHealth::mark_degraded(const Outcome& outcome, bool enough) {
  const bool was_degraded = degraded_.has_value();
  if (!was_degraded && !enough) return false;
  degraded_ = describe(outcome);
  return !was_degraded;
}

std::optional<std::string> RegionHealth::mark_recovered() {
  heard_ = true;
  last_failure_.reset();
  return std::exchange(degraded_, std::nullopt);
}

void RegionHealth::polled(Now now, WallTime server) {
  if (!first_poll_) first_poll_ = server;
  last_poll_ = now;
}

RegionState RegionHealth::state() const {
  if (heard_ && degraded_) return RegionState::Degraded;
  return last_poll_ ? RegionState::Ok : RegionState::Starting;
}

std::string RegionHealth::reason() const {
  return last_failure_ ? *last_failure_ : degraded_.value_or(std::string());
}

}  // namespace mactiond::core
