#include "net/helper_threads.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <new>

namespace mactiond::net {
namespace {

TEST(HelperThreads, WhatACallThrowsComesOutOfTheLoop) {
  boost::asio::io_context context;
  const auto work = boost::asio::make_work_guard(context);
  HelperThreads threads(context.get_executor());
  ASSERT_TRUE(threads.run([]() -> int { throw std::bad_alloc(); }, [](int) { FAIL(); }));
  EXPECT_THROW(context.run_for(std::chrono::seconds(20)), std::bad_alloc);
}

}  // namespace
}  // namespace mactiond::net
