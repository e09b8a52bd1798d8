#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace mactiond::net {

/// Runs calls that block and cannot be interrupted, each on a thread that nobody waits for: not
/// the loop, and not the end of the process.
class HelperThreads {
 public:
  explicit HelperThreads(boost::asio::any_io_executor executor) {
    gate_->executor = std::move(executor);
  }
  HelperThreads(const HelperThreads&) = delete;
  HelperThreads& operator=(const HelperThreads&) = delete;
  ~HelperThreads() { stop(); }

  /// What still runs posts nothing from here on: the executor's context may go.
  void stop() {
    const std::lock_guard lock(gate_->mutex);
    gate_->executor.reset();
  }

  /// Calls call() on a new thread, then done(its result) on the executor; an exception of call() is
  /// thrown there. False if no thread can be started.
  template <class Call, class Done>
  [[nodiscard]] bool run(Call call, Done done) {
    auto body = [gate = gate_, call = std::move(call), done = std::move(done)]() mutable {
      try {
        gate->post(
            [done = std::move(done), result = call()]() mutable { done(std::move(result)); });
      } catch (...) {
        gate->post([failure = std::current_exception()] { std::rethrow_exception(failure); });
      }
    };
    try {
      std::thread(std::move(body)).detach();
    } catch (const std::system_error&) {
      return false;
    }
    return true;
  }

 private:
  struct Gate {
    template <class Task>
    void post(Task task) {
      const std::lock_guard lock(mutex);
      if (executor) boost::asio::post(*executor, std::move(task));
    }

    std::mutex mutex;
    std::optional<boost::asio::any_io_executor> executor;
  };
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

}  // namespace mactiond::net
