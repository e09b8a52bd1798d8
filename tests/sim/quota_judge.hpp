#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/operation.hpp"

namespace mactiond::sim {

/// A limit as the provider states it: at most count calls in any trailing window.
struct QuotaLimit {
  std::string name;
  Duration window{};
  int count = 0;
};

/// 100 a minute and 1,500 an hour.
[[nodiscard]] std::vector<QuotaLimit> documented_limits();

/// How a client kept one limit so far.
struct QuotaVerdict {
  QuotaLimit limit;
  int max = 0;             ///< most calls in any window
  std::uint64_t over = 0;  ///< windows, ending at a call, that held more than the limit
  std::optional<WallTime> first_over;
};

/// Counts every call in every trailing window, independently of what the client believes and of
/// what the API answered. A window is (t - window, t]: two calls exactly one window apart are not
/// in the same one. Instants must not decrease.
class QuotaJudge {
 public:
  explicit QuotaJudge(std::vector<QuotaLimit> limits);

  void record(WallTime at);

  /// One for each limit, in their order.
  [[nodiscard]] std::vector<QuotaVerdict> verdicts() const;
  [[nodiscard]] std::uint64_t windows_over() const;
  [[nodiscard]] std::uint64_t calls() const { return instants_.size(); }
  /// Over all calls recorded, for a window of any length.
  [[nodiscard]] int max_in_window(Duration window) const;

 private:
  struct Window {
    QuotaVerdict verdict;
    std::size_t first = 0;  ///< index of the oldest call inside the window of the newest
  };
  std::vector<WallTime> instants_;
  std::vector<Window> windows_;
};

/// The judges of all buckets, and what was called.
class CallLedger {
 public:
  explicit CallLedger(std::vector<QuotaLimit> api_limits = documented_limits());

  /// Token requests and downloads are counted but judged by nobody.
  void record(Operation operation, WallTime at);
  void record_throttled() { ++throttled_; }

  [[nodiscard]] const QuotaJudge& judge(Bucket bucket) const {
    return judges_[static_cast<std::size_t>(bucket)];
  }
  [[nodiscard]] std::uint64_t calls(Operation operation) const {
    return calls_[static_cast<std::size_t>(operation)];
  }
  /// Calls answered 429.
  [[nodiscard]] std::uint64_t throttled() const { return throttled_; }
  /// Over all buckets.
  [[nodiscard]] std::uint64_t windows_over() const;

 private:
  std::vector<QuotaJudge> judges_;
  std::array<std::uint64_t, kOperations.size()> calls_{};
  std::uint64_t throttled_ = 0;
};

}  // namespace mactiond::sim
