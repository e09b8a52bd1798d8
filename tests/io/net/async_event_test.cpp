#include "net/async_event.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <optional>

#include "io/net/loop.hpp"

namespace mactiond::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct AsyncEventTest : testing::Test {
  Task<void> waits(std::optional<Duration> limit = std::nullopt) {
    if (limit) {
      co_await event.wait_for(*limit);
    } else {
      co_await event.wait();
    }
    ++woken;
  }
  void spawn(std::optional<Duration> limit = std::nullopt) {
    asio::co_spawn(loop.context, waits(limit),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  }
  /// Runs until all wait for something.
  void poll() {
    loop.context.restart();
    loop.context.poll();
  }

  test::Loop loop;
  AsyncEvent event{loop.context.get_executor()};
  int woken = 0;
};

TEST_F(AsyncEventTest, WakesAllThatWait) {
  spawn();
  spawn();
  poll();
  EXPECT_EQ(woken, 0);
  event.set();
  loop.finish();
  EXPECT_EQ(woken, 2);
}

TEST_F(AsyncEventTest, WhatIsSetBeforeTheWaitCountsUntilTheReset) {
  event.set();
  spawn();
  spawn(1h);
  poll();
  EXPECT_EQ(woken, 2);
  event.reset();
  EXPECT_FALSE(event.is_set());
  spawn();
  poll();
  EXPECT_EQ(woken, 2);
  event.set();
  loop.finish();
  EXPECT_EQ(woken, 3);
}

TEST_F(AsyncEventTest, AWaitWithALimitEndsAtIt) {
  spawn(1ms);
  loop.finish();
  EXPECT_EQ(woken, 1);
  EXPECT_FALSE(event.is_set());
  spawn();
  poll();
  EXPECT_EQ(woken, 1) << "the next wait has no limit";
  event.set();
  loop.finish();
  EXPECT_EQ(woken, 2);
}

TEST_F(AsyncEventTest, AWaitEndsWhenItsTaskIsCancelled) {
  asio::cancellation_signal signal;
  bool cancelled = false;
  const auto task = [](AsyncEvent& waited, bool& result) -> Task<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await waited.wait();
    const auto state = co_await asio::this_coro::cancellation_state;
    result = is_cancelled(state);
  };
  asio::co_spawn(loop.context, task(event, cancelled),
                 asio::bind_cancellation_slot(
                     signal.slot(), [](std::exception_ptr failure) { EXPECT_FALSE(failure); }));
  poll();
  EXPECT_FALSE(cancelled);
  loop.on_loop([&] { signal.emit(asio::cancellation_type::terminal); });
  loop.finish();
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace mactiond::net
