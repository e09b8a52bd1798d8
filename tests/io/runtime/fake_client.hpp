#pragma once

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "http/client.hpp"
#include "net/await.hpp"

namespace mactiond::test {

inline http::Response response(int status, std::string body = {}) { return {status, {}, body}; }

class OnePiece final : public http::BodySource {
 public:
  explicit OnePiece(std::string piece) : piece_(std::move(piece)) {}
  Task<Result<std::string>> next() override { co_return std::exchange(piece_, {}); }

 private:
  std::string piece_;
};

/// Answers requests without a network: by a script, in their order, and after its end by respond.
class FakeClient : public http::Client {
 public:
  struct Hang {};   ///< until it is cancelled
  struct Throw {};  ///< what only a bug does
  using Step = std::variant<http::Response, Error, http::SendError, Hang, Throw>;
  struct Sent {
    http::Request request;
    http::Limits limits;
  };

  explicit FakeClient(std::deque<Step> steps = {}) : script(std::move(steps)) {}

  Task<http::SendResult> send(http::Request request, http::Limits limits) override {
    sent.push_back({std::move(request), limits});
    const Step step = next();
    if (std::holds_alternative<Throw>(step)) throw std::runtime_error("a bug");
    if (const auto* error = std::get_if<Error>(&step)) co_return *error;
    if (const auto* error = std::get_if<http::SendError>(&step)) co_return *error;
    if (const auto* answer = std::get_if<http::Response>(&step)) co_return *answer;
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer never(executor, boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(net::kAwait);
    co_return Error(Errc::Cancelled, "fake");
  }

  /// The same; the body comes in one piece.
  Task<Result<http::OpenAnswer>> open(http::Request request, http::Limits limits) override {
    auto whole = co_await send(std::move(request), limits);
    if (!whole) co_return whole.error();
    http::OpenAnswer answer;
    answer.body = std::make_unique<OnePiece>(std::exchange(whole->body, {}));
    answer.head = std::move(*whole);
    co_return answer;
  }

  std::deque<Step> script;
  std::function<Step(const http::Request&)> respond;
  std::vector<Sent> sent;

 private:
  Step next() {
    if (script.empty() && respond) return respond(sent.back().request);
    if (script.empty()) throw std::logic_error("a request that the script does not know");
    Step step = std::move(script.front());
    script.pop_front();
    return step;
  }
};

}  // namespace mactiond::test
