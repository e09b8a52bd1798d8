#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "base/time.hpp"
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
    if (set_) co_return;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(limit));
    co_await timer_.async_wait(kAwait);
    if (!set_) timer_.expires_at(TimePoint::max());
  }

 private:
  using TimePoint = boost::asio::steady_timer::time_point;

  boost::asio::steady_timer timer_;
  bool set_ = false;
};

}  // namespace mactiond::net
