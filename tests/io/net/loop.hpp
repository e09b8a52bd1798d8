#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "http/client.hpp"

namespace mactiond::test {

/// Runs tasks to their end. A task that throws, or takes longer than 30 s, fails the test.
class Loop {
 public:
  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    boost::asio::co_spawn(context, std::move(task), [&answer](std::exception_ptr failure, T value) {
      if (failure) std::rethrow_exception(failure);
      answer = std::move(value);
    });
    const auto started = std::chrono::steady_clock::now();
    finish();
    elapsed = std::chrono::steady_clock::now() - started;
    if (!answer) throw std::runtime_error("the task did not end");
    return std::move(*answer);
  }

  /// Runs f on the loop, as everything of the daemon does: what cancels a task from outside would
  /// reach one that has ended meanwhile.
  template <class F>
  void on_loop(F f) {
    bool done = false;
    boost::asio::post(context, [&] {
      f();
      done = true;
    });
    context.restart();
    while (!done) context.run_one();
  }

  void finish() {
    context.restart();
    context.run_for(std::chrono::seconds(30));
    EXPECT_TRUE(context.stopped()) << "work is left";
  }

  boost::asio::io_context context{1};
  std::chrono::steady_clock::duration elapsed{};  ///< of the last run
};

}  // namespace mactiond::test
