#pragma once

#include <cstdint>

#include "sim/world.hpp"

namespace mactiond::sim {

/// What happens in a tenant: how many actions begin over how long, and how they live.
struct Traffic {
  int actions = 1000;
  Duration over = std::chrono::hours(22);
  /// Of a thousand actions: on a device that is offline, and times out after offline_timeout.
  int offline_per_mille = 20;
  /// Steps of a life are between these apart.
  Duration step_min = std::chrono::seconds(1);
  Duration step_max = std::chrono::minutes(10);
  /// Of each region, with groups and tags; 0: every action is on a machine of its own.
  int machines = 0;
};

/// Spreads the traffic over every region of the world.
void add_traffic(World& world, const Traffic& traffic, std::uint64_t seed);

/// Faults of every kind at a moderate rate, in every region, until clear_faults.
void add_faults(World& world, int per_mille);
void clear_faults(World& world);

/// Options of an engine with this many regions (r1, r2, …) and two webhooks (one, two).
[[nodiscard]] core::Options engine_options(int regions);

}  // namespace mactiond::sim
