#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>

namespace mactiond::daemon {

/// Calls on the loop what each signal asks for, until cancel().
class SignalHandlers {
 public:
  explicit SignalHandlers(const boost::asio::any_io_executor& executor);

  /// stop is called once.
  void start(std::function<void()> stop, std::function<void()> reopen,
             std::function<void()> reload);
  void cancel();

 private:
  static void repeat(boost::asio::signal_set& signals, std::function<void()> handler);

  boost::asio::signal_set stop_;
  boost::asio::signal_set reopen_;
  boost::asio::signal_set reload_;
};

}  // namespace mactiond::daemon
