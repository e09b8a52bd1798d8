#include "core/outbox/digest.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {

std::vector<DueDelivery> Digest::take(std::deque<DueDelivery>& ready) const {
  MACTIOND_ASSERT(!ready.empty());
  std::vector<DueDelivery> taken;
  if (options_.most == 1) {
    taken.push_back(std::move(ready.front()));
    ready.pop_front();
    return taken;
  }
  const int attempts = ready.front().attempts;
  const WallTime due = ready.front().due;
  const auto fits = [&](const DueDelivery& delivery) {
    return delivery.attempts == attempts && (attempts == 0 || delivery.due == due);
  };
  std::deque<DueDelivery> left;
  for (DueDelivery& delivery : ready) {
    const bool room = taken.size() < static_cast<std::size_t>(options_.most);
    if (room && fits(delivery)) {
      taken.push_back(std::move(delivery));
    } else {
      left.push_back(std::move(delivery));
    }
  }
  ready = std::move(left);
  std::sort(taken.begin(), taken.end(),
            [](const auto& a, const auto& b) { return a.event.seq < b.event.seq; });
  return taken;
}

std::optional<MonoTime> Digest::held_until(MonoTime now) const {
  if (free_at_ <= now) return std::nullopt;
  return free_at_;
}

}  // namespace mactiond::core
