#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

/// The types that operators ask for in add_submissions().
[[nodiscard]] std::vector<std::string> submitted_types();

/// Operators ask for actions on a few machines of each region, with and without keys, and what is
/// to be done about a blocker; some ask twice, some with the key of another order. Two machines of
/// each region are unknown or refuse everything.
void add_submissions(World& world, int orders, Duration from, Duration until, std::uint64_t seed);

/// Others start actions on the same machines: some end soon, some hang. Somebody cancels actions,
/// ours too.
void add_others(World& world, int actions, Duration from, Duration until, std::uint64_t seed);

}  // namespace mactiond::sim
