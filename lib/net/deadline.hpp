#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/client.hpp"
#include "net/await.hpp"

namespace mactiond::net {

/// How an operation ended: a result, or the exception it ended by.
template <class T>
struct Ending {
  std::optional<Result<T>> result;
  std::exception_ptr failure;
};

/// Ends by no exception: `||` waits for a success, and would hold a failure back until the other
/// side ends.
template <class T>
Task<Ending<T>> without_exception(Task<Result<T>> op) {
  Ending<T> ending;
  try {
    auto result = co_await std::move(op);
    ending.result.emplace(std::move(result));
  } catch (const boost::system::system_error& failure) {
    if (failure.code() == boost::asio::error::operation_aborted) {
      ending.result.emplace(Error(Errc::Cancelled, ""));
    } else {
      ending.failure = std::current_exception();
    }
  } catch (...) {
    ending.failure = std::current_exception();
  }
  co_return ending;
}

/// Awaits op until timer expires. On expiry op is cancelled and Errc::DeadlineExceeded returned;
/// a timer that has expired before leaves op no time at all. An exception of op is thrown at once.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> op, boost::asio::steady_timer& timer) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto guarded = without_exception(std::move(op));
  auto outcome = co_await (std::move(guarded) || timer.async_wait(kAwait));
  if (outcome.index() == 0) {
    Ending<T>& ending = std::get<0>(outcome);
    if (ending.failure) std::rethrow_exception(ending.failure);
    co_return std::move(*ending.result);
  }
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

/// Awaits op until watch ends. Then op is cancelled and Errc::Cancelled returned.
template <class T>
Task<Result<T>> with_watch(Task<Result<T>> op, Task<Result<void>> watch) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto guarded = without_exception(std::move(op));
  auto watching = without_exception(std::move(watch));
  auto outcome = co_await (std::move(guarded) || std::move(watching));
  if (outcome.index() != 0) co_return Error(Errc::Cancelled, "");
  Ending<T>& ending = std::get<0>(outcome);
  if (ending.failure) std::rethrow_exception(ending.failure);
  co_return std::move(*ending.result);
}

}  // namespace mactiond::net
