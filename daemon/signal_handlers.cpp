#include "signal_handlers.hpp"

#include <boost/system/error_code.hpp>
#include <csignal>
#include <utility>

namespace mactiond::daemon {

SignalHandlers::SignalHandlers(const boost::asio::any_io_executor& executor)
    : stop_(executor, SIGTERM, SIGINT), reopen_(executor, SIGUSR1), reload_(executor, SIGHUP) {}

void SignalHandlers::start(std::function<void()> stop, std::function<void()> reopen,
                           std::function<void()> reload) {
  stop_.async_wait([handler = std::move(stop)](const boost::system::error_code& ec, int) {
    if (!ec) handler();
  });
  repeat(reopen_, std::move(reopen));
  repeat(reload_, std::move(reload));
}

void SignalHandlers::repeat(boost::asio::signal_set& signals, std::function<void()> handler) {
  signals.async_wait(
      [&signals, handler = std::move(handler)](const boost::system::error_code& ec, int) mutable {
        if (ec) return;
        handler();
        repeat(signals, std::move(handler));
      });
}

void SignalHandlers::cancel() {
  stop_.cancel();
  reopen_.cancel();
  reload_.cancel();
}

}  // namespace mactiond::daemon
