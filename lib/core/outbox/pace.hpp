#pragma once

#include <cstdint>
#include <optional>

#include "base/outcome.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// How hard a webhook may be driven. Refusals that mean "too much" or "not now" (429, 502, 503,
/// 504, a timeout, no connection) halve the attempts at a time and, if they continue, hold the
/// webhook for a while; each success allows a little more.
class Pace {
 public:
  explicit Pace(int max_in_flight);

  /// From now on at most this many at a time.
  void configure(int max_in_flight);
  /// How many attempts may start beside those in flight.
  [[nodiscard]] int room(std::size_t in_flight, MonoTime now) const;
  /// Set while nothing may start; lies ahead of now.
  [[nodiscard]] std::optional<MonoTime> held_until(MonoTime now) const;
  /// Attempts that start between two slow-downs are of one era and slow down once.
  [[nodiscard]] std::uint64_t era() const { return era_; }

  void succeeded();
  /// era: of the attempt, from when it started.
  void failed(std::uint64_t era, const Outcome& outcome, MonoTime now, Random& random);
  /// Nothing starts before until, whatever succeeds meanwhile.
  void hold(MonoTime until);
  /// An operator wants it tried now. What the peer asked for by hold() stays.
  void forget_failures();

 private:
  int most_;
  double allowed_;
  std::uint64_t era_ = 0;
  int failures_in_a_row_ = 0;  ///< one for each era
  MonoTime backs_off_until_{};
  MonoTime held_until_{};
};

}  // namespace mactiond::core
