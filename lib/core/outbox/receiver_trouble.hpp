#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/rows.hpp"

namespace mactiond::core {

/// Whether a receiver accepts events, judged by the attempts made.
///
/// It fails when nothing was delivered for a minute although attempts were made. One event that
/// fails again and again while others are delivered says nothing about the receiver: it begins no
/// trouble.
class ReceiverTrouble {
 public:
  ReceiverTrouble() = default;
  explicit ReceiverTrouble(TroubleRow stored) : row_(std::move(stored)) {}

  struct Failure {
    std::uint64_t seq = 0;
    MonoTime started{};                      ///< of the attempt
    std::optional<WallTime> first_failed{};  ///< an attempt of the event before this one
  };
  /// An attempt failed. Whether there is something new to keep.
  [[nodiscard]] bool failed(const Failure& failure, const Outcome& outcome, Now now);

  enum class Taken : std::uint8_t {
    NothingNew,  ///< there is nothing to keep
    Ended,       ///< what was kept of a trouble is no longer true
    Recovered,   ///< the same, and the trouble had been reported
  };
  /// An event was delivered.
  [[nodiscard]] Taken taken(Now now);

  /// Whether the trouble is to be reported now: once, until the next delivery.
  [[nodiscard]] bool report(Now now);
  /// When report() will have something to report.
  [[nodiscard]] std::optional<MonoTime> report_at(Now now) const;

  /// An operator wants it tried now: what is not reported yet is forgotten.
  void forget();
  /// The wall clock jumped.
  void shift(Duration by);

  [[nodiscard]] const TroubleRow& row() const { return row_; }
  /// The newest failure since the last delivery; empty if there is none.
  [[nodiscard]] const std::string& reason() const {
    return newest_reason_.empty() ? row_.reason : newest_reason_;
  }

 private:
  [[nodiscard]] bool begins(const Failure& failure);

  TroubleRow row_;
  std::string newest_reason_;
  std::optional<MonoTime> last_taken_;  ///< of this process
  bool attempted_ = false;              ///< an attempt of this process failed since a delivery
  /// Events that failed before and since a delivery of others: at most kDoubtful.
  std::set<std::uint64_t> doubtful_;
};

}  // namespace mactiond::core
