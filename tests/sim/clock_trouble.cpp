#include "sim/clock_trouble.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "sim/cancel_traffic.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

}  // namespace

void set_lags(World& world, Duration list, Duration get) {
  for (auto& [name, api] : world.apis()) {
    Traits traits = api->model().traits();
    traits.list_lag = list;
    traits.get_lag = get;
    api->model().set_traits(std::move(traits));
  }
}

void set_date_errors(World& world, Duration by, int per_mille) {
  for (auto& [name, api] : world.apis()) api->set_date_error(by, per_mille);
}

bool add_wrong_clocks(World& world, Random& random, Duration until, bool dates) {
  // Never both clocks by the same year: nothing could distinguish that from a year gone by.
  const int year = random.below(2) == 0 ? 1 : -1;
  bool wall_behind = false;
  bool server_behind = false;
  for (const Duration by : {Duration(1h), Duration(24h), Duration(24h * 365)}) {
    const Duration off = by * (by > 48h ? year : random.below(2) == 0 ? 1 : -1);
    wall_behind |= off <= -24h;
    const Duration begin = within(random, 20min, until);
    world.at(begin, [&world, off] { world.set_wall(off); });
    world.at(begin + within(random, 1s, 50min), [&world] { world.set_wall({}); });
  }
  constexpr std::array<Duration, 5> kErrors{3min, 1h, 6h, 24h * 3, 24h * 365};
  for (int i = 0; i < 3 && dates; ++i) {
    const Duration error = kErrors[random.below(kErrors.size())];
    const Duration by = error * (error > 96h ? -year : random.below(2) == 0 ? 1 : -1);
    server_behind |= by <= -24h;
    const int per_mille = random.below(3) == 0 ? 150 : 1000;
    const Duration begin = within(random, 20min, until);
    world.at(begin, [&world, by, per_mille] { set_date_errors(world, by, per_mille); });
    world.at(begin + within(random, 1s, 40min), [&world] { set_date_errors(world, {}, 0); });
  }
  return wall_behind && server_behind;
}

}  // namespace mactiond::sim
