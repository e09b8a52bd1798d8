#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/client.hpp"

namespace mactiond::net {

/// Awaits an operation of Asio: its error code comes with its result, and none is thrown.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Whether the task that awaits this was cancelled.
inline Task<bool> is_cancelled() {
  // Else this await would throw in a task that was cancelled before it started.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  co_return state.cancelled() != boost::asio::cancellation_type::none;
}

}  // namespace mactiond::net
