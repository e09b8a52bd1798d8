#include "net/download.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <limits>
#include <utility>

#include "net/deadline.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr const char* kTooLong = "the download takes too long";

/// Whether the same request may succeed a moment later.
bool is_passing(const boost::system::error_code& code) {
  return code == Errc::DeadlineExceeded || code == Errc::ResolveFailed ||
         code == Errc::ConnectionFailed || code == Errc::ConnectionLost;
}

Task<void> pause_for(Duration time) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::duration_cast<std::chrono::nanoseconds>(time));
  co_await timer.async_wait(kAwait);
}

}  // namespace

Download::Download(std::shared_ptr<http::Client> client, http::Url url, const Clock& clock,
                   DownloadLimits limits)
    : client_(std::move(client)),
      url_(std::move(url)),
      clock_(clock),
      limits_(limits),
      plan_(limits.plan),
      started_(clock.now().mono) {}

Task<Result<void>> Download::begin() {
  auto asking = ask();
  const auto begun = co_await with_deadline(std::move(asking), limits_.begin);
  const bool late = !begun && failure_.empty() && begun.error().code == Errc::DeadlineExceeded;
  if (late) co_return fail("the server does not send the file in time");
  co_return begun;
}

Task<Result<std::string>> Download::next() {
  std::string piece;
  while (body_ && piece.empty()) {
    if (is_too_long()) {
      body_.reset();
      co_return fail(kTooLong);
    }
    Next next = Next::Again;
    if (is_slow_) {
      is_slow_ = false;
      next = plan_.on_break("too few bytes came");
    } else {
      next = co_await read_piece(piece);
    }
    const auto judged = judge(next);
    if (!judged) co_return judged.error();
    if (next != Next::Again) continue;
    const auto resumed = co_await ask_again();
    if (!resumed) co_return resumed.error();
  }
  co_return piece;
}

Task<Result<void>> Download::ask() {
  const Next next = co_await request();
  if (next != Next::Again) co_return judge(next);
  co_return co_await ask_again();
}

Task<Result<void>> Download::ask_again() {
  Next next = Next::Again;
  while (next == Next::Again) {
    body_.reset();
    if (is_too_long()) co_return fail(kTooLong);
    const Duration time = plan_.pause();
    co_await pause_for(time);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(state)) co_return Error(Errc::Cancelled, "");
    next = co_await request();
  }
  co_return judge(next);
}

Task<Download::Next> Download::request() {
  http::Request request;
  request.url = url_;
  request.headers = plan_.headers();
  request.headers.push_back({"Accept-Encoding", "identity"});
  http::Limits limits;
  limits.timeout = limits_.head;
  limits.connect_timeout = limits_.connect;
  limits.replay = false;
  limits.body_bytes = std::numeric_limits<std::size_t>::max();  // the plan counts
  auto opened = co_await client_->open(std::move(request), limits);
  if (!opened) co_return on_error(opened.error());
  body_ = std::move(opened->body);
  co_return plan_.on_head(opened->head, clock_.now().wall);
}

Task<Download::Next> Download::read_piece(std::string& piece) {
  const MonoTime asked = clock_.now().mono;
  auto reading = body_->next();
  auto read = co_await with_deadline(std::move(reading), limits_.silence);
  if (!read) co_return on_error(read.error());
  if (read->empty()) co_return plan_.on_end();
  watch_pace(clock_.now().mono - asked, read->size());
  piece = std::move(*read);
  co_return plan_.on_piece(piece);
}

bool Download::is_too_long() const { return clock_.now().mono - started_ > limits_.total; }

void Download::watch_pace(Duration waited, std::uint64_t bytes) {
  waited_ += waited;
  came_ += bytes;
  if (waited_ < limits_.slow_time) return;
  is_slow_ = came_ < limits_.slow_bytes;
  waited_ = {};
  came_ = 0;
}

Download::Next Download::on_error(const Error& error) {
  is_cancelled_ = error.code == Errc::Cancelled;
  if (is_cancelled_) return Next::Failed;
  if (is_passing(error.code)) return plan_.on_break(error.code.message());
  const bool names_server = error.where.starts_with(url_.host);
  failure_ = names_server ? error.message() : url_.host + ": " + error.message();
  return Next::Failed;
}

Result<void> Download::judge(Next next) {
  if (next == Next::Whole) body_.reset();
  if (next != Next::Failed) return {};
  body_.reset();
  if (is_cancelled_) return Error(Errc::Cancelled, "");
  return failure_.empty() ? fail(plan_.failure()) : Error(Errc::ConnectionLost, "");
}

Error Download::fail(const std::string& sentence) {
  failure_ = url_.host + ": " + sentence;
  return {Errc::ConnectionLost, url_.host};
}

}  // namespace mactiond::net
