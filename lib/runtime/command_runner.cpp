#include "runtime/command_runner.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "core/quota/quota.hpp"
#include "defender/api.hpp"
#include "defender/codec.hpp"
#include "defender/outcome.hpp"
#include "event/webhook_events.hpp"
#include "http/outcome.hpp"
#include "runtime/wakeup.hpp"
#include "webhook/outcome.hpp"
#include "webhook/splunk_ack.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPageBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kTokenBytes = std::size_t{256} * 1024;
constexpr auto kAckPoll = std::chrono::seconds(1);
constexpr std::size_t kWebhookBytes = std::size_t{64} * 1024;

/// Whether the task was cancelled before it could start. Also keeps later awaits from throwing.
Task<bool> cancelled_already() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

Disposition unreadable(const Error& error) {
  Disposition outcome;
  outcome.verdict = Verdict::Retry;
  outcome.reason = Reason::BadAnswer;
  outcome.detail = error.message();
  return outcome;
}

std::string code_label(const Disposition& outcome) {
  return outcome.status != 0 ? std::to_string(outcome.status)
                             : std::string(to_string(outcome.reason));
}

std::string delivery_result(const Disposition& outcome) {
  return outcome.ok() ? "delivered" : std::string(to_string(outcome.reason));
}

}  // namespace

CommandRunner::CommandRunner(const Clock& clock, Accesses accesses, ops::Metrics& metrics,
                             Post post)
    : clock_(clock), accesses_(std::move(accesses)), metrics_(metrics), post_(std::move(post)) {}

void CommandRunner::start(core::Command command, TaskGroup& reads, TaskGroup& deliveries) {
  if (auto* fetch = std::get_if<core::FetchToken>(&command)) {
    RegionRef region = accesses_.regions.at(fetch->region);
    reads.spawn(fetch_token(std::move(*fetch), std::move(region)));
  } else if (auto* list = std::get_if<core::ListActions>(&command)) {
    RegionRef region = accesses_.regions.at(list->region);
    reads.spawn(list_actions(std::move(*list), std::move(region)));
  } else if (auto* get = std::get_if<core::GetAction>(&command)) {
    RegionRef region = accesses_.regions.at(get->region);
    reads.spawn(get_action(std::move(*get), std::move(region)));
  } else if (auto* cancel = std::get_if<core::CancelAction>(&command)) {
    RegionRef region = accesses_.regions.at(cancel->region);
    reads.spawn(cancel_action(std::move(*cancel), std::move(region)));
  } else if (auto* send = std::get_if<core::SendDelivery>(&command)) {
    WebhookRef receiver = accesses_.webhooks.at(send->webhook);
    deliveries.spawn(send_delivery(std::move(*send), std::move(receiver)));
  } else {
    MACTIOND_ASSERT(false);
  }
}

Task<CommandRunner::Answer> CommandRunner::call(RegionRef region, std::string operation,
                                                http::Request request, MonoTime deadline,
                                                MonoTime send_by) {
  Answer answer;
  const bool cancelled = co_await cancelled_already();
  if (cancelled) {
    answer.outcome = http::outcome(Error(Errc::Cancelled, operation));
    co_return answer;
  }
  http::Limits limits;
  const MonoTime now = clock_.now().mono;
  limits.timeout = deadline - now;
  limits.connect_timeout = send_by - now;
  limits.replay = false;  // one token of the quota, one call
  limits.head_suffices = operation == "cancel";
  limits.body_bytes = operation == "token" ? kTokenBytes : kPageBytes;
  http::Client& client = *region->client;
  auto sent = co_await client.send(std::move(request), limits);
  if (sent) {
    answer.response = std::move(*sent);
    answer.server_date = http::server_date(answer.response);
    const WallTime local = clock_.now().wall;
    answer.outcome = operation == "token" ? defender::token_outcome(answer.response, local)
                                          : defender::api_outcome(answer.response, local);
  } else {
    answer.outcome = http::outcome(sent.error());
  }
  co_return answer;
}

Task<void> CommandRunner::fetch_token(core::FetchToken command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  core::TokenFetched event;
  event.command = command.id;
  auto secret = region->read_secret();
  if (!secret) {
    event.outcome.verdict = Verdict::GiveUp;
    event.outcome.reason = Reason::Auth;
    event.outcome.detail = secret.error().message();
    post_(std::move(event));
    co_return;
  }
  region->credential.client_secret = std::move(*secret);
  http::Request request = defender::token_request(region->credential);
  Answer answer =
      co_await call(region, "token", std::move(request), command.deadline, command.deadline);
  event.outcome = std::move(answer.outcome);
  if (event.outcome.ok()) {
    auto token = defender::parse_token(answer.response.body);
    if (token) {
      event.token = std::move(token->value);
      event.lifetime = token->lifetime;
    } else {
      event.outcome = unreadable(token.error());
    }
  }
  metrics_.api_request(command.region, "token", code_label(event.outcome));
  post_(std::move(event));
}

Task<void> CommandRunner::list_actions(core::ListActions command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request = defender::list_request(region->api, command.query, command.token);
  Answer answer =
      co_await call(region, "list", std::move(request), command.deadline, command.send_by);
  core::ActionsListed event;
  event.command = command.id;
  event.outcome = std::move(answer.outcome);
  event.server_date = answer.server_date;
  if (event.outcome.ok()) {
    auto page = defender::parse_page(answer.response.body);
    if (page) {
      event.actions = std::move(page->actions);
      event.unusable = page->unusable;
      event.has_next_link = page->has_next_link;
    } else {
      event.outcome = unreadable(page.error());
    }
  }
  metrics_.api_request(command.region, "list", code_label(event.outcome));
  post_(std::move(event));
}

Task<void> CommandRunner::get_action(core::GetAction command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request = defender::get_request(region->api, command.action, command.token);
  Answer answer =
      co_await call(region, "get", std::move(request), command.deadline, command.send_by);
  core::ActionRead event;
  event.command = command.id;
  event.outcome = std::move(answer.outcome);
  event.server_date = answer.server_date;
  if (event.outcome.ok()) {
    auto action = defender::parse_action(answer.response.body);
    if (action && action->id == command.action) {
      event.action = std::move(*action);
    } else {
      event.outcome =
          unreadable(action ? Error(Errc::UnexpectedDocument, command.region) : action.error());
    }
  }
  metrics_.api_request(command.region, "get", code_label(event.outcome));
  post_(std::move(event));
}

Task<void> CommandRunner::cancel_action(core::CancelAction command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request =
      defender::cancel_request(region->api, command.action, command.comment, command.token);
  Answer answer =
      co_await call(region, "cancel", std::move(request), command.deadline, command.send_by);
  core::CancelAnswered event;
  event.command = command.id;
  event.outcome = std::move(answer.outcome);
  event.server_date = answer.server_date;
  metrics_.api_request(command.region, "cancel", code_label(event.outcome));
  post_(std::move(event));
}

Task<void> CommandRunner::send_delivery(core::SendDelivery command, WebhookRef receiver) {
  co_await asio::this_coro::throw_if_cancelled(false);
  core::DeliveryAnswered event;
  event.command = command.id;
  const bool cancelled = co_await cancelled_already();
  if (cancelled) {
    event.outcome = http::outcome(Error(Errc::Cancelled, command.webhook));
    post_(std::move(event));
    co_return;
  }
  const Duration limit = command.deadline - clock_.now().mono;
  std::vector<core::EventRecord> events = std::move(command.more);
  events.insert(events.begin(), std::move(command.event));
  const std::size_t count = events.size();
  event.outcome = co_await attempt(std::move(receiver), std::move(events), limit);
  metrics_.delivery(command.webhook, delivery_result(event.outcome), count);
  post_(std::move(event));
}

Task<Disposition> CommandRunner::acknowledged(WebhookRef receiver, http::Response response,
                                              MonoTime deadline) {
  const auto id = webhook::parse_ack_id(response);
  if (!id) co_return webhook::not_acknowledgeable(response.status);
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  while (true) {
    const bool cancelled = co_await cancelled_already();
    if (cancelled) co_return http::outcome(Error(Errc::Cancelled, ""));
    http::Limits limits;
    limits.timeout = deadline - clock_.now().mono;
    limits.body_bytes = kWebhookBytes;
    if (limits.timeout <= Duration{}) co_return webhook::not_acknowledged();
    http::Request request = webhook::make_ack_request(receiver->target, *id);
    const std::shared_ptr<http::Client> client = receiver->client;
    const auto answer = co_await client->send(std::move(request), limits);
    if (answer && webhook::is_acknowledged(*answer, *id)) co_return Disposition();
    timer.expires_after(kAckPoll);
    co_await timer.async_wait(kToken);
  }
}

Task<Disposition> CommandRunner::attempt(WebhookRef receiver, std::vector<core::EventRecord> events,
                                         Duration limit) {
  if (receiver->refresh) receiver->refresh(*receiver);
  http::Limits limits;
  limits.timeout = limit;
  const MonoTime deadline = clock_.now().mono + limit;
  limits.body_bytes = kWebhookBytes;
  limits.head_suffices = true;  // a broken body does not unsay the status
  http::Request request = webhook::make_request(receiver->target, events, clock_.now().wall);
  // Held: while the call is under way a refresh may bring another.
  const std::shared_ptr<http::Client> client = receiver->client;
  auto sent = co_await client->send(std::move(request), limits);
  if (sent) {
    Disposition outcome = webhook::outcome(receiver->target, *sent, clock_.now().wall);
    const bool waits = outcome.ok() && !receiver->target.rendering.splunk_channel.empty();
    if (!waits) co_return outcome;
    co_return co_await acknowledged(std::move(receiver), std::move(*sent), deadline);
  }
  Error error = sent.error();
  if (receiver->secret_url) error.where.clear();
  co_return http::outcome(error);
}

std::optional<core::Reply> CommandRunner::refuse_test(const std::string& webhook) const {
  using Outcome = core::Reply::Outcome;
  if (!accesses_.webhooks.contains(webhook)) {
    return core::Reply{Outcome::NotFound, "no webhook is configured under the name " + webhook};
  }
  if (!under_test_.contains(webhook)) return std::nullopt;
  return core::Reply{Outcome::Refused, "a test of " + webhook + " is under way: wait for its end"};
}

Task<void> CommandRunner::test_webhook(const std::string& webhook, const std::string& instance,
                                       Done done) {
  MACTIOND_ASSERT(!refuse_test(webhook));
  under_test_.insert(webhook);
  core::EventRecord event = core::webhook_test_event(webhook, instance, clock_.now().wall);
  return run_test(accesses_.webhooks.at(webhook), std::move(event), webhook, std::move(done));
}

Task<void> CommandRunner::run_test(WebhookRef receiver, core::EventRecord event,
                                   std::string webhook, Done done) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const MonoTime began = clock_.now().mono;
  const Duration limit = receiver->timeout;
  Tested tested;
  const bool cancelled = co_await cancelled_already();
  if (cancelled) {
    tested.outcome = http::outcome(Error(Errc::Cancelled, webhook));
  } else {
    std::vector<core::EventRecord> events(1, std::move(event));
    tested.outcome = co_await attempt(std::move(receiver), std::move(events), limit);
  }
  tested.took = clock_.now().mono - began;
  under_test_.erase(webhook);
  done(std::move(tested));
}

}  // namespace mactiond::runtime
