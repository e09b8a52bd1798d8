#include "runtime/token_call.hpp"

#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <utility>

#include "defender/oauth.hpp"
#include "defender/outcome.hpp"
#include "http/status_meaning.hpp"
#include "net/await.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kTokenBytes = std::size_t{256} * 1024;

TokenAnswer failed(Outcome outcome) {
  TokenAnswer answer;
  answer.outcome = std::move(outcome);
  return answer;
}

}  // namespace

TokenAnswer unusable_credential(const Error& error) {
  TokenAnswer answer;
  answer.outcome.verdict = Verdict::GiveUp;
  answer.outcome.reason = Reason::Auth;
  answer.outcome.detail = error.message();
  answer.asked = false;
  return answer;
}

Task<http::SendResult> send_for_token(std::shared_ptr<http::Client> client, http::Request request,
                                      Duration limit) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (net::is_cancelled(state)) co_return http::SendError(Error(Errc::Cancelled, "token"), false);
  http::Limits limits;
  limits.timeout = limit;
  limits.connect_timeout = limit;
  limits.replay = false;
  limits.body_bytes = kTokenBytes;
  co_return co_await client->send(std::move(request), limits);
}

TokenAnswer read_token(const http::Response& response, WallTime now) {
  auto token = defender::parse_token(response.body, now);
  if (!token) return failed(http::outcome(token.error()));
  TokenAnswer answer;
  answer.outcome.status = response.status;
  answer.token = std::move(token->value);
  answer.lifetime = token->lifetime;
  answer.refresh_in = token->refresh_in;
  return answer;
}

Task<TokenAnswer> ask_entra(const Clock& clock, std::shared_ptr<http::Client> client,
                            http::Request request, MonoTime deadline) {
  const Duration limit = deadline - clock.now().mono;
  auto sent = co_await send_for_token(std::move(client), std::move(request), limit);
  if (!sent) co_return failed(http::outcome(sent.error()));
  const WallTime now = clock.now().wall;
  Outcome outcome = defender::token_outcome(*sent, now);
  if (!outcome.ok()) co_return failed(std::move(outcome));
  co_return read_token(*sent, now);
}

}  // namespace mactiond::runtime
