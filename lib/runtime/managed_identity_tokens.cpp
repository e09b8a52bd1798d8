#include "runtime/managed_identity_tokens.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>
#include <variant>

#include "defender/identity_answer.hpp"
#include "net/await.hpp"
#include "runtime/token_call.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

/// Of one request; the services are near, and a busy one may answer the next.
constexpr Duration kAttempt = std::chrono::seconds(10);

TokenAnswer failed(Outcome outcome) {
  TokenAnswer answer;
  answer.outcome = std::move(outcome);
  return answer;
}

TokenAnswer refused(std::string why) {
  return failed({Verdict::GiveUp, Reason::Auth, 0, std::nullopt, std::move(why)});
}

TokenAnswer answer_of(defender::IdentityService service, const http::SendResult& sent,
                      WallTime now) {
  if (!sent) return failed(defender::identity_outcome(service, sent.error()));
  Outcome outcome = defender::identity_outcome(service, *sent, now);
  return outcome.ok() ? read_token(*sent, now) : failed(std::move(outcome));
}

}  // namespace

Task<void> pause_for(Duration time) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::duration_cast<std::chrono::nanoseconds>(time));
  co_await timer.async_wait(net::kAwait);
}

ManagedIdentityTokens::ManagedIdentityTokens(const Clock& clock, IdentityParts parts)
    : clock_(clock), parts_(std::move(parts)) {}

Task<TokenAnswer> ManagedIdentityTokens::fetch(MonoTime deadline) {
  const auto choice =
      defender::choose_identity(parts_.service, parts_.ask, parts_.read_variables());
  if (const auto* why = std::get_if<std::string>(&choice)) {
    TokenAnswer answer = refused(*why);
    answer.asked = false;
    co_return answer;
  }
  const auto& place = std::get<defender::IdentityPlace>(choice);
  defender::IdentityRetries retries;
  while (true) {
    TokenAnswer answer = co_await ask(place, deadline);
    if (answer.outcome.ok()) co_return answer;
    const auto wait = retries.wait_after(answer.outcome);
    if (!wait) co_return answer;
    if (clock_.now().mono + *wait >= deadline) {
      // The next attempt is the engine's.
      answer.outcome.retry_after = *wait;
      co_return answer;
    }
    co_await parts_.pause(*wait);
  }
}

Task<http::SendResult> ManagedIdentityTokens::send(http::Request request, MonoTime deadline) {
  const Duration limit = std::min(kAttempt, deadline - clock_.now().mono);
  co_return co_await send_for_token(parts_.client, std::move(request), limit);
}

Task<TokenAnswer> ManagedIdentityTokens::ask(const defender::IdentityPlace& place,
                                             MonoTime deadline) {
  if (place.service == defender::IdentityService::Arc) co_return co_await ask_arc(place, deadline);
  http::Request request = defender::identity_request(place, parts_.ask);
  const auto sent = co_await send(std::move(request), deadline);
  co_return answer_of(place.service, sent, clock_.now().wall);
}

Task<TokenAnswer> ManagedIdentityTokens::ask_arc(const defender::IdentityPlace& place,
                                                 MonoTime deadline) {
  http::Request request = defender::identity_request(place, parts_.ask);
  const auto first = co_await send(std::move(request), deadline);
  const bool has_token = first && first->status / 100 == 2;
  if (!first || (first->status != 401 && !has_token)) {
    co_return answer_of(place.service, first, clock_.now().wall);
  }
  // A token without a challenge is none of the agent's.
  const auto name = defender::arc_key_name(*first);
  if (!name) co_return refused(name.error().message());
  const auto key = parts_.read_arc_key(*name);
  if (!key) co_return refused(key.error().message());
  http::Request again = defender::arc_request(place, parts_.ask, *key);
  const auto second = co_await send(std::move(again), deadline);
  co_return answer_of(place.service, second, clock_.now().wall);
}

}  // namespace mactiond::runtime
