#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "base/time.hpp"
#include "http/client.hpp"

namespace mactiond::runtime {

inline constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Wakes one waiting task. A notification that comes before the wait is remembered.
class Wakeup {
 public:
  explicit Wakeup(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void notify() {
    notified_ = true;
    timer_.cancel();
  }

  /// Returns when notified, or after limit if there is one.
  Task<void> wait(std::optional<Duration> limit) {
    if (!notified_) {
      if (limit) {
        timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(*limit));
      } else {
        timer_.expires_at(boost::asio::steady_timer::time_point::max());
      }
      co_await timer_.async_wait(kToken);
    }
    notified_ = false;
  }

 private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
};

}  // namespace mactiond::runtime
