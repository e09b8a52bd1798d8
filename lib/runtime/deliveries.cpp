#include "runtime/deliveries.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <utility>

#include "base/error.hpp"
#include "event/webhook_events.hpp"
#include "http/status_meaning.hpp"
#include "net/await.hpp"
#include "webhook/outcome.hpp"
#include "webhook/splunk_ack.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

constexpr auto kAckPoll = std::chrono::seconds(1);
constexpr std::size_t kAnswerBytes = std::size_t{64} * 1024;

Outcome cancelled_outcome(const std::string& webhook) {
  return http::outcome(Error(Errc::Cancelled, webhook));
}

std::string result_label(const Outcome& outcome) {
  return outcome.ok() ? "delivered" : std::string(to_string(outcome.reason));
}

}  // namespace

Deliveries::Deliveries(const Clock& clock, WebhookAccesses webhooks, ops::Metrics& metrics,
                       Post post)
    : clock_(clock), webhooks_(std::move(webhooks)), metrics_(metrics), post_(std::move(post)) {}

Task<void> Deliveries::run(core::SendDelivery command) {
  WebhookRef receiver = webhooks_.at(command.webhook);
  return send(std::move(command), std::move(receiver));
}

Task<void> Deliveries::send(core::SendDelivery command, WebhookRef receiver) {
  co_await asio::this_coro::throw_if_cancelled(false);
  core::DeliveryAnswered event;
  event.command = command.id;
  const auto state = co_await asio::this_coro::cancellation_state;
  if (net::is_cancelled(state)) {
    event.outcome = cancelled_outcome(command.webhook);
    post_(std::move(event));
    co_return;
  }
  const Duration limit = command.deadline - clock_.now().mono;
  std::vector<core::EventRecord> events = std::move(command.more);
  events.insert(events.begin(), std::move(command.event));
  const std::size_t count = events.size();
  event.outcome = co_await attempt(std::move(receiver), std::move(events), limit);
  metrics_.delivery(command.webhook, result_label(event.outcome), count);
  post_(std::move(event));
}

Task<Outcome> Deliveries::attempt(WebhookRef receiver, std::vector<core::EventRecord> events,
                                  Duration limit) {
  if (receiver->refresh) receiver->refresh(*receiver);
  http::Limits limits;
  limits.timeout = limit;
  const MonoTime deadline = clock_.now().mono + limit;
  limits.body_bytes = kAnswerBytes;
  limits.head_suffices = true;  // a broken body does not unsay the status
  http::Request request = webhook::make_request(receiver->target, events, clock_.now().wall);
  // Held: while the call is in progress a refresh may bring another.
  const std::shared_ptr<http::Client> client = receiver->client;
  auto sent = co_await client->send(std::move(request), limits);
  if (sent) {
    Outcome outcome = webhook::outcome(receiver->target, *sent, clock_.now().wall);
    const bool waits = outcome.ok() && !receiver->target.rendering.splunk_channel.empty();
    if (!waits) co_return outcome;
    co_return co_await acknowledged(std::move(receiver), std::move(*sent), deadline);
  }
  Error error = sent.error();
  if (receiver->secret_url) error.where.clear();
  co_return http::outcome(error);
}

Task<Outcome> Deliveries::acknowledged(WebhookRef receiver, http::Response response,
                                       MonoTime deadline) {
  const auto id = webhook::parse_ack_id(response);
  if (!id) co_return webhook::not_acknowledgeable(response.status);
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  while (true) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (net::is_cancelled(state)) co_return cancelled_outcome("");
    http::Limits limits;
    limits.timeout = deadline - clock_.now().mono;
    limits.body_bytes = kAnswerBytes;
    if (limits.timeout <= Duration{}) co_return webhook::not_acknowledged();
    http::Request request = webhook::make_ack_request(receiver->target, *id);
    const std::shared_ptr<http::Client> client = receiver->client;
    const auto answer = co_await client->send(std::move(request), limits);
    if (answer && webhook::is_acknowledged(*answer, *id)) co_return Outcome();
    timer.expires_after(kAckPoll);
    co_await timer.async_wait(net::kAwait);
  }
}

std::optional<core::Reply> Deliveries::refuse_test(const std::string& webhook) const {
  if (!webhooks_.contains(webhook)) return core::NotFound{};
  if (!tested_now_.contains(webhook)) return std::nullopt;
  return core::Refused{core::TestInProgress{webhook}};
}

Task<void> Deliveries::test(const std::string& webhook, const std::string& instance, Done done) {
  MACTIOND_ASSERT(!refuse_test(webhook));
  tested_now_.insert(webhook);
  core::EventRecord event = core::webhook_test_event(webhook, instance, clock_.now().wall);
  return send_test(webhooks_.at(webhook), std::move(event), webhook, std::move(done));
}

Task<void> Deliveries::send_test(WebhookRef receiver, core::EventRecord event, std::string webhook,
                                 Done done) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const MonoTime began = clock_.now().mono;
  const Duration limit = receiver->timeout;
  core::WebhookTested tested;
  const auto state = co_await asio::this_coro::cancellation_state;
  if (net::is_cancelled(state)) {
    tested.outcome = cancelled_outcome(webhook);
  } else {
    std::vector<core::EventRecord> events(1, std::move(event));
    tested.outcome = co_await attempt(std::move(receiver), std::move(events), limit);
  }
  tested.took = clock_.now().mono - began;
  tested_now_.erase(webhook);
  done(std::move(tested));
}

}  // namespace mactiond::runtime
