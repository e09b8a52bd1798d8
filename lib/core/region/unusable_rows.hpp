#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace mactiond::core {

/// Rows of which no action can be made, counted each time they are read.
class UnusableRows {
 public:
  /// True if they are to be reported: the same rows come with every poll.
  [[nodiscard]] bool add(int rows, MonoTime now) {
    count_ += rows;
    if (now < report_at_) return false;
    report_at_ = now + kReportAgain;
    return true;
  }
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  static constexpr Duration kReportAgain = std::chrono::hours(1);

  std::int64_t count_ = 0;
  MonoTime report_at_ = MonoTime::min();
};

}  // namespace mactiond::core
