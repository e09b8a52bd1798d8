#include "core/cancel/cancel_guard.hpp"

#include <chrono>

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kUncertaintyMax = 5min;
/// After the API's clock was set, answers of other servers behind it may still show the old time.
constexpr Duration kSteadyFor = 10min;
constexpr Duration kDisagreeMax = 24h;

}  // namespace

std::optional<CancelGuard> guard_of(const CancelTime& time) {
  if (!time.server) return CancelGuard::NoServerTime;
  if (time.uncertainty > kUncertaintyMax) return CancelGuard::ClockUncertain;
  if (time.jumped && time.now.mono - *time.jumped < kSteadyFor) return CancelGuard::ClockJumped;
  if (std::chrono::abs(*time.server - time.now.wall) >= kDisagreeMax) {
    return CancelGuard::ClocksDisagree;
  }
  if (!time.swept) return CancelGuard::NotSwept;
  return std::nullopt;
}

}  // namespace mactiond::core
