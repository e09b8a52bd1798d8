#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/rivals.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

/// What the days begin with: names filled in late, offline devices that time out after two hours.
[[nodiscard]] WorldOptions day_options(std::uint64_t seed, int regions);

/// One simulated day, made from a seed, and what the oracle says of it; empty: every promise kept.
struct Day {
  const char* name;
  std::vector<std::string> (*run)(std::uint64_t seed);
  std::uint64_t seeds;  ///< how many are run where no number is given
};

/// Faults of every kind, failing receivers, crashes between any two steps, a reboot, a wall clock
/// that jumps by days and years; then a calm in which everything must drain.
[[nodiscard]] std::vector<std::string> faulty_day(std::uint64_t seed);

/// The quota alone against everything: 429 storms, another client that eats half of it, crashes at
/// random, clock jumps; with the last-update filter or without, by seed.
[[nodiscard]] std::vector<std::string> quota_day(std::uint64_t seed);

/// Receivers that come and go, some of them refusing some events for good, with crashes and clock
/// jumps in between: what waits for a receiver comes once it is back.
[[nodiscard]] std::vector<std::string> delivery_day(std::uint64_t seed);

/// 25,000 actions that change twice within 80 seconds.
[[nodiscard]] Timetable paging_timetable(std::uint64_t seed);

/// They change while they are paged; nothing may be missed. That a last-update filter paged by
/// $skip does miss in the same seed is part of it: else the seed would prove nothing.
[[nodiscard]] std::vector<std::string> paging_hour(std::uint64_t seed);

/// A service with habits of its own: it caps its pages, ignores `$orderby` or `$skip`, claims more
/// pages than there are, refuses queries in any form. Nothing may be missed, and the region stays
/// well.
[[nodiscard]] std::vector<std::string> habits_day(std::uint64_t seed);

/// Policies of every kind over stale actions, some of which end or change at the very moment of
/// their cancel; faults before and after a cancel's effect, crashes between any two steps, lagging
/// replicas, clocks that jump, theirs and ours, operators; then a calm in which every decision must
/// end. CancelOracle watches each step.
[[nodiscard]] std::vector<std::string> cancel_day(std::uint64_t seed);

/// Two hundred submissions: answers lost before and after their effect, actions in the way that
/// end, hang, are waited for or cancelled, keys used again; crashes between any two steps, clocks
/// that jump, storms of 429, reloads; then a calm in which each must end. SubmitOracle watches each
/// step.
[[nodiscard]] std::vector<std::string> submit_day(std::uint64_t seed);

/// Every day there is, by name.
[[nodiscard]] const std::vector<Day>& days();

}  // namespace mactiond::sim
