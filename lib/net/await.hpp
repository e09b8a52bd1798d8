#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mactiond::net {

/// Awaits an operation of Asio: its error code comes with its result, and none is thrown.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Of `co_await boost::asio::this_coro::cancellation_state`, the one await that does not throw in a
/// task that was cancelled.
inline bool is_cancelled(const boost::asio::cancellation_state& state) {
  return state.cancelled() != boost::asio::cancellation_type::none;
}

}  // namespace mactiond::net
