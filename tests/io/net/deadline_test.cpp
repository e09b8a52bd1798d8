#include "net/deadline.hpp"

#include <gtest/gtest.h>

#include <new>

#include "io/net/loop.hpp"

namespace mactiond::net {
namespace {

using namespace std::chrono_literals;

Task<Result<int>> throws(bool at_once) {
  if (!at_once) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor, 1ms);
    co_await timer.async_wait(kAwait);
  }
  throw std::bad_alloc();
}

Task<Result<int>> never_ends() {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, 1h);
  co_await timer.async_wait(kAwait);
  co_return 1;
}

TEST(WithDeadline, OutOfMemoryIsNoTimeout) {
  for (const bool at_once : {true, false}) {
    test::Loop loop;
    EXPECT_THROW(loop.run(with_deadline(throws(at_once), Duration(1h))), std::bad_alloc);
  }
}

TEST(WithDeadline, EndsWhatDoesNotEnd) {
  test::Loop loop;
  const auto result = loop.run(with_deadline(never_ends(), Duration(1ms)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::DeadlineExceeded);
}

}  // namespace
}  // namespace mactiond::net
