#include "runtime/api_calls.hpp"

#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <utility>

#include "base/error.hpp"
#include "defender/action_requests.hpp"
#include "defender/api.hpp"
#include "defender/codec.hpp"
#include "defender/operator_outcome.hpp"
#include "defender/outcome.hpp"
#include "defender/start_answer.hpp"
#include "defender/token_claims.hpp"
#include "http/status_meaning.hpp"
#include "net/await.hpp"
#include "runtime/question_call.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

/// What sets one kind of call apart from the others.
struct CallKind {
  const char* name;  ///< in the metrics
  std::size_t body_bytes;
  bool head_suffices;  ///< a broken body does not unsay the status
  Outcome (*outcome)(const http::Response& response, WallTime now);
};

namespace {

constexpr std::size_t kPageBytes = std::size_t{64} * 1024 * 1024;

/// Sent by the source of the tokens.
constexpr CallKind kToken{"token", 0, false, nullptr};
constexpr CallKind kList{"list", kPageBytes, false, defender::list_outcome};
constexpr CallKind kGet{"get", kPageBytes, false, defender::api_outcome};
constexpr CallKind kCancel{"cancel", kPageBytes, true, defender::api_outcome};
/// Its outcome is defender::start_answer's.
constexpr CallKind kStart{"start", kPageBytes, false, nullptr};

Outcome unreadable(const Error& error) {
  Outcome outcome;
  outcome.verdict = Verdict::Retry;
  outcome.reason = Reason::BadAnswer;
  outcome.detail = error.message();
  return outcome;
}

template <class Event>
const Outcome& outcome_of(const Event& event) {
  return event.outcome;
}

const Outcome& outcome_of(const core::ActionStarted& started) { return started.answer.outcome; }

std::string code_label(const Outcome& outcome) {
  return outcome.status != 0 ? std::to_string(outcome.status)
                             : std::string(to_string(outcome.reason));
}

}  // namespace

ApiCalls::ApiCalls(const Clock& clock, RegionAccesses regions, ops::Metrics& metrics, Post post)
    : clock_(clock), regions_(std::move(regions)), metrics_(metrics), post_(std::move(post)) {}

Task<void> ApiCalls::run(core::FetchToken command) {
  RegionRef region = regions_.at(command.region);
  return fetch_token(std::move(command), std::move(region));
}

Task<void> ApiCalls::run(core::ListActions command) {
  RegionRef region = regions_.at(command.region);
  return list_actions(std::move(command), std::move(region));
}

Task<void> ApiCalls::run(core::GetAction command) {
  RegionRef region = regions_.at(command.region);
  return get_action(std::move(command), std::move(region));
}

Task<void> ApiCalls::run(core::CancelAction command) {
  RegionRef region = regions_.at(command.region);
  return cancel_action(std::move(command), std::move(region));
}

Task<void> ApiCalls::run(core::StartAction command) {
  RegionRef region = regions_.at(command.region);
  return start_action(std::move(command), std::move(region));
}

Task<void> ApiCalls::run(core::AskApi command) {
  RegionRef region = regions_.at(command.region);
  return ask_api(std::move(command), std::move(region));
}

Task<http::SendResult> ApiCalls::send(RegionRef region, const CallKind* kind, http::Request request,
                                      MonoTime deadline, MonoTime send_by) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (net::is_cancelled(state)) {
    co_return http::SendError(Error(Errc::Cancelled, kind->name), false);
  }
  http::Limits limits;
  const MonoTime now = clock_.now().mono;
  limits.timeout = deadline - now;
  limits.connect_timeout = send_by - now;
  limits.replay = false;  // one token of the quota, one call
  limits.head_suffices = kind->head_suffices;
  limits.body_bytes = kind->body_bytes;
  http::Client& client = *region->client;
  co_return co_await client.send(std::move(request), limits);
}

Task<ApiCalls::Answer> ApiCalls::call(RegionRef region, const CallKind* kind, http::Request request,
                                      MonoTime deadline, MonoTime send_by) {
  Answer answer;
  auto sent = co_await send(std::move(region), kind, std::move(request), deadline, send_by);
  if (sent) {
    answer.response = std::move(*sent);
    answer.server_date = http::server_date(answer.response);
    answer.outcome = kind->outcome(answer.response, clock_.now().wall);
  } else {
    answer.outcome = http::outcome(sent.error());
  }
  co_return answer;
}

template <class Event>
void ApiCalls::finish(const std::string& region, const CallKind& kind, Event event) {
  metrics_.api_request(region, kind.name, code_label(outcome_of(event)));
  post_(std::move(event));
}

Task<void> ApiCalls::fetch_token(core::FetchToken command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  core::TokenFetched event;
  event.command = command.id;
  TokenAnswer answer = co_await region->tokens->fetch(command.deadline);
  event.outcome = std::move(answer.outcome);
  if (event.outcome.ok()) event.claims = defender::parse_claims(answer.token);
  event.token = std::move(answer.token);
  event.lifetime = answer.lifetime;
  event.refresh_in = answer.refresh_in;
  event.credential_end = answer.credential_end;
  if (!answer.asked) {
    post_(std::move(event));
    co_return;
  }
  finish(command.region, kToken, std::move(event));
}

Task<void> ApiCalls::list_actions(core::ListActions command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request = defender::list_request(region->api, command.query, command.token);
  Answer answer =
      co_await call(region, &kList, std::move(request), command.deadline, command.send_by);
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
  finish(command.region, kList, std::move(event));
}

Task<void> ApiCalls::get_action(core::GetAction command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request = defender::get_request(region->api, command.action, command.token);
  Answer answer =
      co_await call(region, &kGet, std::move(request), command.deadline, command.send_by);
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
  finish(command.region, kGet, std::move(event));
}

Task<void> ApiCalls::cancel_action(core::CancelAction command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request =
      defender::cancel_request(region->api, command.action, command.comment, command.token);
  Answer answer =
      co_await call(region, &kCancel, std::move(request), command.deadline, command.send_by);
  core::CancelAnswered event;
  event.command = command.id;
  event.outcome = std::move(answer.outcome);
  event.server_date = answer.server_date;
  finish(command.region, kCancel, std::move(event));
}

Task<void> ApiCalls::start_action(core::StartAction command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  http::Request request = defender::start_request(region->api, command.machine, command.request,
                                                  command.comment, command.token);
  auto sent = co_await send(std::move(region), &kStart, std::move(request), command.deadline,
                            command.send_by);
  core::ActionStarted event;
  event.command = command.id;
  if (sent) {
    event.server_date = http::server_date(*sent);
    event.answer = defender::start_answer(*sent, clock_.now().wall);
  } else {
    event.answer = defender::start_answer(sent.error());
  }
  finish(command.region, kStart, std::move(event));
}

Task<void> ApiCalls::ask_api(core::AskApi command, RegionRef region) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const QuestionCall asked = call_of(command.question);
  const CallKind kind{asked.name, asked.body_bytes, false, defender::operator_outcome};
  http::Request request = request_of(command.question, region->api, command.token);
  Answer answer =
      co_await call(region, &kind, std::move(request), command.deadline, command.send_by);
  core::QuestionAnswered event;
  event.command = command.id;
  event.outcome = std::move(answer.outcome);
  event.server_date = answer.server_date;
  if (event.outcome.ok()) {
    auto read = read_answer(command.question, answer.response.body);
    if (read) {
      event.answer = std::move(*read);
    } else {
      event.outcome = unreadable(read.error());
    }
  }
  finish(command.region, kind, std::move(event));
}

}  // namespace mactiond::runtime
