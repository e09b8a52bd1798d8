#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>

#include "http/client.hpp"

namespace mactiond::runtime {

/// Owns the tasks that run beside the driver: none is detached, each can be cancelled.
///
/// A task that ends by an exception is a bug: on_failure is called and stops the process in order.
class TaskGroup {
 public:
  using OnFailure = std::function<void(std::exception_ptr)>;
  /// on_end is called after every task's end.
  TaskGroup(boost::asio::any_io_executor executor, OnFailure on_failure,
            std::function<void()> on_end);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void spawn(Task<void> task);
  /// Emits terminal cancellation to every running task. Only from within the executor: from
  /// outside, asio would emit it later, when a task may have ended.
  void cancel();
  [[nodiscard]] bool empty() const { return running_.empty(); }

 private:
  boost::asio::any_io_executor executor_;
  OnFailure on_failure_;
  std::function<void()> on_end_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::unique_ptr<boost::asio::cancellation_signal>> running_;
};

}  // namespace mactiond::runtime
