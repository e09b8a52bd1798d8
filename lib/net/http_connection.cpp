#include "net/http_connection.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "http1/request_reader.hpp"
#include "http1/response_text.hpp"
#include "net/awaited_answer.hpp"
#include "net/deadline.hpp"
#include "net/http_socket.hpp"
#include "net/http_transfer.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

/// Fewer than connections, so that streams and polls never keep others out.
constexpr std::size_t kStreamsMax = 16;
constexpr std::size_t kPollsMax = 64;
constexpr Duration kRequestTime = std::chrono::seconds(10);
constexpr Duration kLingerTime = std::chrono::seconds(1);
constexpr int kExpectationFailed = 417;
constexpr const char* kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Expectation = RequestReader::Expectation;

Task<Result<Incoming>> read_request(Socket& socket, RequestReader& reader) {
  bool continued = false;
  for (;;) {
    const auto complete = reader.run();
    if (!complete) co_return complete.error();
    const auto expected = continued ? Expectation::None : reader.expectation();
    if (expected == Expectation::Unknown) co_return Error(Errc::MalformedHttp, "Expect");
    if (*complete) co_return reader.take();
    if (expected == Expectation::Continue) {
      continued = true;
      auto writing = write_all(socket, kContinue);
      const auto written = co_await std::move(writing);
      if (!written) co_return written.error();
    }
    const auto buffer = reader.prepare();
    const auto [ec, size] = co_await socket.async_read_some(buffer, kAwait);
    if (ec) co_return Error(Errc::ConnectionLost, "");
    reader.commit(size);
  }
}

// The status that says why the request could not be read; 0: no client is left to read it.
int refusal_of(const Error& error, const RequestReader& reader) {
  if (!reader.is_started()) return 0;
  const bool unmet = reader.expectation() == Expectation::Unknown;
  return unmet ? kExpectationFailed : status_of(error);
}

// A socket closed with unread bytes resets the connection, and the answer is lost with them.
Task<void> refuse(Socket& socket, int status) {
  auto writing = write_all(socket, refusal_text(status));
  const auto written = co_await with_deadline(std::move(writing), kLingerTime);
  if (!written) co_return;
  boost::system::error_code ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
  auto rest = read_to_end(socket);
  co_await with_deadline(std::move(rest), kLingerTime);
}

// The next bytes for the client; nothing at the end of the stream or of the connection.
Task<std::optional<std::string>> next_piece(Socket& socket, http::Stream& stream,
                                            AsyncEvent& news) {
  for (;;) {
    // Before the look for something new: what comes after it is not missed.
    news.reset();
    auto piece = stream.pull();
    if (!piece || !piece->empty()) co_return piece;
    auto watching = read_to_end(socket);
    asio::steady_timer& timer = news.timer(kStreamHeartbeat);
    const auto gone = co_await with_deadline(std::move(watching), timer);
    if (gone) co_return std::nullopt;
    if (!news.is_set()) co_return stream.heartbeat;
  }
}

Task<void> serve_stream(std::shared_ptr<HttpServerState> state, Socket& socket, http::Stream stream,
                        AsyncEvent& news) {
  std::optional<std::string> piece = stream_head_text(stream.headers);
  while (piece && !state->stopping) {
    auto writing = write_all(socket, std::move(*piece));
    const auto written = co_await with_deadline(std::move(writing), kRequestTime);
    if (!written) co_return;
    piece = co_await next_piece(socket, stream, news);
  }
}

// The connection ends with its stream.
Task<void> start_stream(std::shared_ptr<HttpServerState> state, Socket& socket,
                        http::Stream stream) {
  if (state->streams.size() >= kStreamsMax) {
    co_await refuse(socket, 503);
    co_return;
  }
  const auto place = state->streams.emplace(state->streams.end(), socket.get_executor());
  co_await serve_stream(state, socket, std::move(stream), *place);
  state->streams.erase(place);
}

}  // namespace

Task<void> serve_connection(std::shared_ptr<HttpServerState> state, HttpConnection& connection) {
  Socket& socket = connection.socket;
  RequestReader reader(state->body_max);
  bool open = true;
  while (open && !state->stopping) {
    connection.reading = true;
    auto reading = read_request(socket, reader);
    auto incoming = co_await with_deadline(std::move(reading), kRequestTime);
    connection.reading = false;
    if (!incoming) {
      const int status = refusal_of(incoming.error(), reader);
      if (status != 0) co_await refuse(socket, status);
      co_return;
    }
    open = incoming->keep_alive;
    const std::string& method = incoming->request.method;
    if (!http::only_reads(incoming->request)) {
      const int descriptor = socket.native_handle();
      auto peer = co_await state->peers.find(descriptor);
      if (state->stopping) co_return;
      incoming->request.peer = std::move(peer);
    }
    auto answer = state->handler(incoming->request);
    if (auto* stream = std::get_if<http::Stream>(&answer)) {
      connection.lasts = true;
      if (method == "HEAD") stream->pull = [] { return std::nullopt; };
      co_await start_stream(state, socket, std::move(*stream));
      co_return;
    }
    if (auto* later = std::get_if<http::Later>(&answer)) {
      auto made = co_await await_answer(connection, std::move(*later));
      if (!made) co_return;
      if (auto* transfer = std::get_if<http::Transfer>(&*made)) {
        const bool head_only = method == "HEAD";
        connection.lasts = true;
        co_await serve_transfer(state, socket, std::move(*transfer), head_only);
        co_return;
      }
      answer = std::get<http::Response>(std::move(*made));
    }
    if (auto* poll = std::get_if<http::Poll>(&answer)) {
      if (state->polls.size() >= kPollsMax) {
        co_await refuse(socket, 503);
        co_return;
      }
      auto made = co_await await_poll(state, socket, std::move(*poll));
      if (!made) co_return;
      answer = std::move(*made);
    }
    std::string text = response_text(std::get<http::Response>(answer), method, open);
    auto writing = write_all(socket, std::move(text));
    const auto written = co_await with_deadline(std::move(writing), kRequestTime);
    if (!written) co_return;
  }
}

}  // namespace mactiond::net
