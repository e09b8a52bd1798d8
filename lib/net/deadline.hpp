#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/client.hpp"

namespace mactiond::net {

inline constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Awaits op until timer expires. On expiry op is cancelled and Errc::DeadlineExceeded returned;
/// a timer that has expired before leaves op no time at all. op does not throw of its own accord:
/// an exception would be held back until the expiry.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> op, boost::asio::steady_timer& timer) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto outcome = co_await (std::move(op) || timer.async_wait(kToken));
  if (outcome.index() == 0) co_return std::get<0>(std::move(outcome));
  const auto& [ec] = std::get<1>(outcome);
  if (ec) co_return Error(Errc::Cancelled, "");  // we were cancelled, nothing expired
  co_return Error(Errc::DeadlineExceeded, "");
}

/// The same with a limit that starts now.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> op, Duration limit) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor,
                                  std::chrono::duration_cast<std::chrono::nanoseconds>(limit));
  co_return co_await with_deadline(std::move(op), timer);
}

}  // namespace mactiond::net
