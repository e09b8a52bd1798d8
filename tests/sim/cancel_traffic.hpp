#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "core/options.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

/// From that instant on, until before this one.
[[nodiscard]] Duration within(Random& random, Duration from, Duration until);

/// Some policies of every kind in any order: other types, statuses, stamps and limits; such as
/// only notify, ignore, or try to reach what a glob must not reach.
[[nodiscard]] std::vector<core::PolicyOptions> random_policies(Random& random);

/// Actions that turn stale by the world's policies, or end or change at the moment at which one
/// would cancel them, spread over every region between the two instants.
void add_stale_traffic(World& world, const std::vector<core::PolicyOptions>& policies, int actions,
                       Duration from, Duration until, std::uint64_t seed);

}  // namespace mactiond::sim
