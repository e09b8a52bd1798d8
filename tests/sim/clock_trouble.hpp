#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

/// How much later lists and reads by id show a change.
void set_lags(World& world, Duration list, Duration get);

/// Of a thousand answers, so many come with a Date that is wrong by this.
void set_date_errors(World& world, Duration by, int per_mille);

/// Our wall clock is wrong by an hour, a day and a year at times between 20 minutes and until; with
/// dates, so are those of the API's answers. Returns whether both may be a day or more behind at
/// the same time.
bool add_wrong_clocks(World& world, Random& random, Duration until, bool dates);

}  // namespace mactiond::sim
