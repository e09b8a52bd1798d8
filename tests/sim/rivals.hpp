#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "sim/api_model.hpp"

namespace mactiond::sim {

/// Actions to be, by the time at which they begin.
using Timetable = std::vector<std::pair<Duration, Spec>>;

/// What a way of polling made of the traffic between `from` and `until`.
struct Polled {
  std::vector<Duration> lags;     ///< of the changes it noticed, sorted
  std::uint64_t changes = 0;      ///< that really happened
  std::uint64_t missed = 0;       ///< never noticed, or noticed only as a later status
  std::uint64_t ends_missed = 0;  ///< actions whose last status was never noticed
  std::uint64_t calls = 0;
  std::uint64_t throttled = 0;
  std::uint64_t windows_over = 0;
};

/// One read by id for every open action, every five seconds, in turn; a 429 is waited out as asked.
/// It is given every new id for free.
[[nodiscard]] Polled poll_by_id(const Timetable& traffic, Duration from, Duration until);

/// A list now and then: everything with a last update greater than the newest seen, paged by
/// $skip.
[[nodiscard]] Polled poll_by_cursor(const Timetable& traffic, Duration from, Duration until,
                                    int page_size, Duration every);

}  // namespace mactiond::sim
