#include "core/outbox/pace.hpp"

#include <algorithm>
#include <cmath>

#include "base/backoff.hpp"
#include "core/outbox/delivery_outcome.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// Short against the schedule's second delay, so that a receiver that is back is noticed soon.
constexpr Duration kBackoffFirst = 1s;
constexpr Duration kBackoffMax = 1min;
/// Failures of single events (a 500 each) in a row, from which the receiver itself is in doubt.
constexpr int kDoubtAfter = 10;

}  // namespace

Pace::Pace(int max_in_flight) : most_(max_in_flight), allowed_(max_in_flight) {}

void Pace::configure(int max_in_flight) {
  most_ = max_in_flight;
  allowed_ = std::min<double>(allowed_, most_);
}

int Pace::room(std::size_t in_flight, MonoTime now) const {
  if (held_until(now)) return 0;
  return std::max(0, static_cast<int>(std::floor(allowed_)) - static_cast<int>(in_flight));
}

std::optional<MonoTime> Pace::held_until(MonoTime now) const {
  const MonoTime until = std::max(backs_off_until_, held_until_);
  if (until <= now) return std::nullopt;
  return until;
}

void Pace::succeeded() {
  failures_in_a_row_ = 0;
  backs_off_until_ = {};
  allowed_ = std::min<double>(most_, allowed_ + 1 / allowed_);
}

void Pace::failed(std::uint64_t era, const Outcome& outcome, MonoTime now, Random& random) {
  if (era != era_) return;
  const bool overload = is_overload(outcome);
  ++failures_in_a_row_;
  if (!overload && failures_in_a_row_ <= kDoubtAfter) return;
  ++era_;
  allowed_ = std::max(1.0, allowed_ / 2);
  const int repeated = overload ? failures_in_a_row_ - 1 : failures_in_a_row_ - kDoubtAfter;
  if (repeated == 0) return;
  backs_off_until_ = now + backoff(repeated, kBackoffFirst, kBackoffMax, random);
}

void Pace::hold(MonoTime until) { held_until_ = std::max(held_until_, until); }

void Pace::forget_failures() {
  failures_in_a_row_ = 0;
  backs_off_until_ = {};
  allowed_ = most_;
}

}  // namespace mactiond::core
