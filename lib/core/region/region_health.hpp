#pragma once

#include <optional>
#include <string>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/status.hpp"

namespace mactiond::core {

/// What the calls of a region came to: its state, its newest failure, and its last complete poll.
class RegionHealth {
 public:
  /// reported: why the region was degraded when a process before this one ended; empty: it was not.
  void restore(const std::string& reported);

  /// A failure that the status shows, whether the region is degraded by it or not.
  void failed(const Outcome& outcome);
  /// enough: it degrades a region that was not degraded so far. True if it does; the reason of one
  /// that was is replaced.
  [[nodiscard]] bool mark_degraded(const Outcome& outcome, bool enough);
  /// Nothing is wrong any more. Why the region was degraded, if it was.
  [[nodiscard]] std::optional<std::string> mark_recovered();
  /// A poll is complete. server: the API's time.
  void polled(Now now, WallTime server);

  [[nodiscard]] RegionState state() const;
  /// The newest failure since the last complete poll, in whatever state; empty: there is none.
  [[nodiscard]] std::string reason() const;
  /// Why the region is degraded; empty while it is not.
  [[nodiscard]] std::string degraded_reason() const { return degraded_.value_or(std::string()); }
  [[nodiscard]] std::optional<Now> last_poll() const { return last_poll_; }
  /// Server time of this process's first complete poll.
  [[nodiscard]] std::optional<WallTime> first_poll() const { return first_poll_; }

 private:
  std::optional<std::string> degraded_;
  std::optional<std::string> last_failure_;  ///< since the last complete poll
  bool heard_ = false;                       ///< a call was answered or failed since the start
  std::optional<Now> last_poll_;
  std::optional<WallTime> first_poll_;
};

}  // namespace mactiond::core
