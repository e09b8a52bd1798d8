#include "net/https_client.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/host_port.hpp"
#include "http/url.hpp"
#include "http1/inflate.hpp"
#include "http1/request_text.hpp"
#include "http1/response_reader.hpp"
#include "net/answer_body.hpp"
#include "net/connector.hpp"
#include "net/deadline.hpp"
#include "net/kept_connections.hpp"
#include "net/tls.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr Duration kNoTime{};

/// One send: what is asked, and how far it has come. Outlives every task that works on it.
struct Exchange {
  http::Request request;
  http::Limits limits;
  std::string text;                    ///< the request as sent
  asio::steady_timer ready_by;         ///< by when the request must start to leave
  std::string_view phase = "";         ///< what was in progress at a deadline
  bool begun = false;                  ///< a byte of the request may have left
  bool answered = false;               ///< a first byte of the answer has come
  std::optional<http::Response> head;  ///< where it suffices: of the answer in progress
};

class HttpsClient final : public http::Client {
 public:
  HttpsClient(asio::any_io_executor executor, const Clock& clock,
              std::unique_ptr<asio::ssl::context> context, Connector::Options connector,
              Lookup lookup, std::size_t idle_max)
      : executor_(executor),
        clock_(clock),
        connector_(executor, std::move(context), std::move(connector), std::move(lookup)),
        kept_(idle_max) {}

  Task<http::SendResult> send(http::Request request, http::Limits limits) override;
  Task<Result<http::OpenAnswer>> open(http::Request request, http::Limits limits) override;

 private:
  using Held = Opened<Connection>;

  [[nodiscard]] Exchange make_exchange(http::Request request, const http::Limits& limits);
  [[nodiscard]] Task<Result<http::Response>> start(Exchange& exchange);
  [[nodiscard]] Task<Result<http::Response>> exchange(Exchange& exchange);
  [[nodiscard]] Task<Result<http::OpenAnswer>> start_open(Exchange& exchange);
  [[nodiscard]] Task<Result<http::OpenAnswer>> open_answer(Exchange& exchange);
  [[nodiscard]] Task<Result<Held>> connect(Exchange& exchange);
  [[nodiscard]] Task<Result<http::Response>> talk(Held held, Exchange& exchange);
  [[nodiscard]] MonoTime now() const { return clock_.now().mono; }

  asio::any_io_executor executor_;
  const Clock& clock_;
  Connector connector_;
  KeptConnections<Connection> kept_;
};

std::string key_of(const http::Url& url) { return url.scheme + ' ' + url.host + ' ' + url.port; }

// Host and port before the cause; a deadline's cause is what was in progress.
Error located(const Error& error, const Exchange& exchange) {
  const auto& url = exchange.request.url;
  std::string where = http::host_port_text(url.host, url.port);
  const bool late = error.code == Errc::DeadlineExceeded;
  const std::string cause = late ? std::string(exchange.phase) : error.where;
  if (!cause.empty()) where += " (" + cause + ')';
  return {error.code, std::move(where)};
}

bool is_replaceable(const Error& error, const Exchange& exchange) {
  return exchange.limits.replay && error.code == Errc::ConnectionLost && !exchange.answered &&
         exchange.request.method == "GET";
}

Result<http::Response> decoded(http::Response response, std::size_t limit) {
  std::string codings;
  for (const auto& header : response.headers) {
    if (!iequals(header.name, "Content-Encoding")) continue;
    codings += (codings.empty() ? "" : ",") + header.value;
  }
  auto body = decode_body(codings, std::move(response.body), limit);
  if (!body && response.status < 400) return body.error();
  // What an error answer says is worth less than its status.
  response.body = body ? std::move(*body) : std::string();
  return response;
}

// Errc::DeadlineExceeded where there is no time left.
Result<void> prepare(Exchange& exchange) {
  const auto& limits = exchange.limits;
  exchange.phase = "no time left";
  if (limits.timeout <= kNoTime || limits.connect_timeout <= kNoTime) {
    return Error(Errc::DeadlineExceeded, "");
  }
  auto text = request_text(exchange.request);
  if (!text) return text.error();
  exchange.text = std::move(*text);
  return {};
}

Exchange HttpsClient::make_exchange(http::Request request, const http::Limits& limits) {
  asio::steady_timer ready_by(
      executor_, std::chrono::duration_cast<std::chrono::nanoseconds>(limits.connect_timeout));
  return {std::move(request), limits, {}, std::move(ready_by), "", false, false, {}};
}

Task<http::SendResult> HttpsClient::send(http::Request request, http::Limits limits) {
  Exchange exchange = make_exchange(std::move(request), limits);
  auto outcome = co_await start(exchange);
  // Once cancelled, any further await but this one would throw.
  const auto state = co_await asio::this_coro::cancellation_state;
  if (outcome) co_return std::move(*outcome);
  const bool cancelled = is_cancelled(state);
  if (exchange.head && !cancelled) co_return std::move(*exchange.head);
  const Error cause = cancelled ? Error(Errc::Cancelled, "") : outcome.error();
  co_return http::SendError(located(cause, exchange), exchange.begun);
}

Task<Result<http::Response>> HttpsClient::start(Exchange& exchange) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (is_cancelled(state)) co_return Error(Errc::Cancelled, "");
  const auto prepared = prepare(exchange);
  if (!prepared) co_return prepared.error();
  auto op = this->exchange(exchange);
  co_return co_await with_deadline(std::move(op), exchange.limits.timeout);
}

Task<Result<http::Response>> HttpsClient::exchange(Exchange& exchange) {
  const auto& url = exchange.request.url;
  if (Held kept = kept_.take(key_of(url), now()); kept.connection) {
    auto outcome = co_await talk(std::move(kept), exchange);
    if (outcome || !is_replaceable(outcome.error(), exchange)) co_return outcome;
  }
  auto fresh = co_await connect(exchange);
  if (!fresh) co_return fresh.error();
  co_return co_await talk(std::move(*fresh), exchange);
}

Task<Result<HttpsClient::Held>> HttpsClient::connect(Exchange& exchange) {
  const auto& url = exchange.request.url;
  auto connecting = connector_.connect(url, exchange.limits.connect_timeout, exchange.phase);
  auto connected = co_await with_deadline(std::move(connecting), exchange.ready_by);
  if (!connected) co_return connected.error();
  Held fresh{std::move(*connected), now()};
  co_return fresh;
}

Task<Result<http::Response>> HttpsClient::talk(Held held, Exchange& exchange) {
  const http::Limits& limits = exchange.limits;
  exchange.phase = "sending";
  exchange.begun = true;
  const auto data = asio::buffer(exchange.text);
  const auto written = co_await held.connection->write(data);
  if (!written) co_return written.error();
  exchange.phase = "waiting for the answer";
  ResponseReader reader(
      {limits.header_bytes, limits.body_bytes, exchange.request.method == "HEAD"});
  bool complete = false;
  while (!complete) {
    const auto buffer = reader.prepare();
    const auto size = co_await held.connection->read_some(buffer);
    if (!size) co_return size.error();
    if (*size == 0) {
      const auto ended = reader.end();
      if (!ended) co_return ended.error();
      break;
    }
    exchange.answered = true;
    exchange.phase = "reading the answer";
    const auto done = reader.commit(*size);
    if (limits.head_suffices) exchange.head = reader.head();
    if (!done) co_return done.error();
    complete = *done;
  }
  if (reader.is_reusable()) kept_.keep(key_of(exchange.request.url), std::move(held), now());
  co_return decoded(reader.take(), limits.body_bytes);
}

Task<Result<http::OpenAnswer>> HttpsClient::open(http::Request request, http::Limits limits) {
  Exchange exchange = make_exchange(std::move(request), limits);
  auto outcome = co_await start_open(exchange);
  const auto state = co_await asio::this_coro::cancellation_state;
  if (outcome) co_return std::move(*outcome);
  if (is_cancelled(state)) co_return located(Error(Errc::Cancelled, ""), exchange);
  co_return located(outcome.error(), exchange);
}

Task<Result<http::OpenAnswer>> HttpsClient::start_open(Exchange& exchange) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (is_cancelled(state)) co_return Error(Errc::Cancelled, "");
  const auto prepared = prepare(exchange);
  if (!prepared) co_return prepared.error();
  auto op = open_answer(exchange);
  co_return co_await with_deadline(std::move(op), exchange.limits.timeout);
}

Task<Result<http::OpenAnswer>> HttpsClient::open_answer(Exchange& exchange) {
  auto fresh = co_await connect(exchange);
  if (!fresh) co_return fresh.error();
  exchange.phase = "sending";
  const auto data = asio::buffer(exchange.text);
  const auto written = co_await fresh->connection->write(data);
  if (!written) co_return written.error();
  exchange.phase = "waiting for the answer";
  const http::Limits& limits = exchange.limits;
  const ResponseReader::Limits sizes{limits.header_bytes, limits.body_bytes,
                                     exchange.request.method == "HEAD"};
  auto body = std::make_unique<AnswerBody>(std::move(fresh->connection), sizes);
  auto head = co_await body->read_head();
  if (!head) co_return head.error();
  http::OpenAnswer answer;
  answer.head = std::move(*head);
  answer.body = std::move(body);
  co_return answer;
}

}  // namespace

Result<std::unique_ptr<http::Client>> make_client(asio::any_io_executor executor,
                                                  const Clock& clock,
                                                  const ClientOptions& options) {
  auto context = make_tls_context(options.ca_file);
  if (!context) return context.error();
  if (!options.client_cert.empty()) {
    const auto usable = use_client_certificate(**context, options.client_cert, options.client_key);
    if (!usable) return usable.error();
  }
  Connector::Options connector{options.proxy, http::NoProxy(options.no_proxy),
                               options.refuse_metadata};
  const auto idle_max = static_cast<std::size_t>(std::max(options.idle_connections, 0));
  return std::unique_ptr<http::Client>(
      std::make_unique<HttpsClient>(std::move(executor), clock, std::move(*context),
                                    std::move(connector), options.lookup, idle_max));
}

}  // namespace mactiond::net
