#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/status.hpp"

namespace mactiond::core {

/// What the calls of a region came to: its state, its newest failure, and its last complete poll.
class RegionHealth {
 public:
  /// reported: why the region was degraded when a process before this one ended, if it was.
  void restore(std::optional<std::string> reported) { degraded_ = std::move(reported); }

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
  /// Why the region is degraded, if it is.
  [[nodiscard]] const std::optional<std::string>& degraded() const { return degraded_; }
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
