#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "base/time.hpp"
#include "http/client.hpp"
#include "net/await.hpp"

namespace mactiond::net {

/// Wakes the tasks that wait for it. What is set before the wait counts too, until reset().
class AsyncEvent {
 public:
  explicit AsyncEvent(const boost::asio::any_io_executor& executor)
      : timer_(executor, TimePoint::max()) {}

  void set() {
    set_ = true;
    timer_.expires_at(TimePoint::min());
  }
  [[nodiscard]] bool is_set() const { return set_; }
  /// Only while nobody waits.
  void reset() {
    set_ = false;
    timer_.expires_at(TimePoint::max());
  }

  /// Returns when it is set or the waiting task is cancelled.
  Task<void> wait() {
    if (!set_) co_await timer_.async_wait(kAwait);
  }
  /// The same, but after limit at the latest. One task at a time.
  Task<void> wait_for(Duration limit) {
    boost::asio::steady_timer& waited = timer(limit);
    co_await waited.async_wait(kAwait);
    if (!set_) timer_.expires_at(TimePoint::max());
  }
  /// For with_deadline(): expires when it is set, after limit at the latest. One task at a time.
  [[nodiscard]] boost::asio::steady_timer& timer(Duration limit) {
    if (set_) return timer_;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(limit));
    return timer_;
  }

 private:
  using TimePoint = boost::asio::steady_timer::time_point;

  boost::asio::steady_timer timer_;
  bool set_ = false;
};

}  // namespace mactiond::net
