#include "net/awaited_answer.hpp"

#include <chrono>
#include <utility>

#include "net/await.hpp"
#include "net/deadline.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

/// Until the client ends its side. Nothing is read: a request that follows stays where it is.
Task<Result<void>> await_leave(Socket& socket) {
  const auto [ec] = co_await socket.async_wait(Socket::wait_read, kAwait);
  boost::system::error_code broken = ec;
  const bool has_sent = !broken && socket.available(broken) > 0;
  if (!has_sent) co_return Result<void>();
  // Who has sent the next request already reads the answer to this one.
  AsyncEvent never(socket.get_executor());
  co_await never.wait();
  co_return Error(Errc::Cancelled, "");
}

/// False if the client has left before there were news.
Task<bool> await_news(Socket& socket, AsyncEvent& news) {
  auto leaving = await_leave(socket);
  asio::steady_timer& timer = news.timer(kStreamHeartbeat);
  const auto left = co_await with_deadline(std::move(leaving), timer);
  co_return !left.has_value();
}

void start_timer(const std::shared_ptr<WaitingPoll>& waiting, Duration patience) {
  waiting->timer.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(patience));
  waiting->timer.async_wait([waiting](const boost::system::error_code& ec) {
    if (ec) return;
    waiting->time_is_up = true;
    waiting->news.set();
  });
}

/// Looks until there is an answer.
Task<std::optional<http::Response>> look(std::shared_ptr<HttpServerState> state, Socket& socket,
                                         http::Poll poll, std::shared_ptr<WaitingPoll> waiting) {
  while (!state->stopping) {
    // Before the look: what comes after it is not missed.
    waiting->news.reset();
    const bool last = waiting->time_is_up || state->polls_end || poll.patience <= Duration{};
    auto response = poll.look(last);
    if (response || last) co_return response;
    const bool stays = co_await await_news(socket, waiting->news);
    if (!stays) co_return std::nullopt;
  }
  co_return std::nullopt;
}

}  // namespace

Task<std::optional<http::Later::Made>> await_answer(HttpConnection& connection, http::Later later) {
  const auto awaited = std::make_shared<LaterAnswer>(connection.socket.get_executor());
  connection.later = awaited;
  later.begin([awaited](http::Later::Made made) {
    awaited->made = std::move(made);
    awaited->came.set();
  });
  bool stays = true;
  while (stays && !awaited->came.is_set()) {
    stays = co_await await_news(connection.socket, awaited->came);
  }
  connection.later.reset();
  if (!awaited->made && later.left) later.left();
  co_return std::move(awaited->made);
}

Task<std::optional<http::Response>> await_poll(std::shared_ptr<HttpServerState> state,
                                               Socket& socket, http::Poll poll) {
  const auto waiting = std::make_shared<WaitingPoll>(socket.get_executor());
  const auto place = state->polls.insert(state->polls.end(), waiting);
  start_timer(waiting, poll.patience);
  auto looking = look(state, socket, std::move(poll), waiting);
  auto response = co_await std::move(looking);
  waiting->timer.cancel();
  state->polls.erase(place);
  co_return response;
}

}  // namespace mactiond::net
