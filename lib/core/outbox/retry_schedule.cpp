#include "core/outbox/retry_schedule.hpp"

#include <array>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
constexpr std::array<Duration, 9> kDelays{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
constexpr int kJitterPercent = 20;

}  // namespace

std::optional<Duration> delay_after(int attempts, Random& random) {
  MACTIOND_ASSERT(attempts >= 1);
  const auto index = static_cast<std::size_t>(attempts - 1);
  if (index >= kDelays.size()) return std::nullopt;
  return random.jitter(kDelays[index], kJitterPercent);
}

int attempts_max() { return static_cast<int>(kDelays.size()) + 1; }

}  // namespace mactiond::core
