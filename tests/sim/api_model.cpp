#include "sim/api_model.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "base/http_date.hpp"
#include "defender/operator_outcome.hpp"
#include "defender/outcome.hpp"
#include "http/message.hpp"
#include "mactionsim/document.hpp"
#include "mactionsim/spoil.hpp"
#include "sim/start_call.hpp"

namespace mactiond::sim {
namespace {

WallTime date_of(WallTime now) { return std::chrono::floor<std::chrono::seconds>(now); }

Outcome outcome_of(const http::Response& response, Operation operation, WallTime now) {
  switch (operation) {
    case Operation::List:
      return defender::list_outcome(response, now);
    case Operation::Machine:
    case Operation::Machines:
    case Operation::Alert:
    case Operation::PackageUri:
    case Operation::LiveResult:
      return defender::operator_outcome(response, now);
    default:
      return defender::api_outcome(response, now);
  }
}

Outcome transport_failure(Fault fault) {
  Outcome outcome;
  outcome.verdict = Verdict::Retry;
  switch (fault) {
    case Fault::SlowDrip:
    case Fault::Stall:
    case Fault::Endless:
    case Fault::NoAnswer:
      outcome.reason = Reason::Timeout;
      break;
    case Fault::TruncatedBody:
    case Fault::TruncatedChunk:
    case Fault::Reset:
    case Fault::ResetBeforeAnswer:
    case Fault::Closed:
      outcome.reason = Reason::Network;
      break;
    default:
      outcome.reason = Reason::BadAnswer;
      break;
  }
  return outcome;
}

/// What the client makes of a call that this fault strikes.
Outcome spoiled(Fault fault, Operation operation, WallTime now) {
  const auto whole = whole_answer(fault, now);
  if (!whole) return transport_failure(fault);
  // A whole answer with status 200 is one that cannot be read.
  return whole->status == 200 ? transport_failure(fault) : to_outcome(*whole, operation, now);
}

}  // namespace

Outcome to_outcome(const Refusal& refusal, Operation operation, WallTime now) {
  http::Response response;
  response.status = refusal.status;
  response.headers.push_back({"Date", format_http_date(date_of(now))});
  if (refusal.retry_after) response.headers.push_back({"Retry-After", *refusal.retry_after});
  response.body = error_body(refusal);
  return outcome_of(response, operation, now);
}

core::TokenFetched ApiModel::serve(const core::FetchToken& command, WallTime now) {
  core::TokenFetched event;
  event.command = command.id;
  ledger_.record(Operation::Token, now);
  if (secret_refused_) {
    http::Response response;
    response.status = 401;
    response.body = R"({"error":"invalid_client","error_codes":[7000215]})";
    event.outcome = defender::token_outcome(response, now);
    return event;
  }
  const std::string token = "token-" + std::to_string(++next_token_);
  tokens_[token] = now + options_.token_lifetime;
  event.token = Secret(token);
  event.lifetime = options_.token_lifetime;
  return event;
}

std::optional<ApiModel::Struck> ApiModel::strike(Operation operation, const Secret& token,
                                                 WallTime now) {
  ledger_.record(operation, now);
  if (auto refusal = throttle_.admit(operation, options_.throttle, now)) {
    ledger_.record_throttled();
    return *std::move(refusal);
  }
  const auto valid = tokens_.find(token.reveal());
  if (valid == tokens_.end() || now >= valid->second) return unauthorized();
  return faults_.draw(operation);
}

std::optional<Outcome> ApiModel::refuse(Operation operation, const Secret& token, WallTime now) {
  const auto struck = strike(operation, token, now);
  if (!struck) return std::nullopt;
  if (const auto* refusal = std::get_if<Refusal>(&*struck)) {
    return to_outcome(*refusal, operation, now);
  }
  return spoiled(std::get<Fault>(*struck), operation, now);
}

std::optional<WallTime> ApiModel::date(const Outcome& outcome, WallTime now) {
  if (outcome.status == 0) return std::nullopt;
  const bool wrong = dates_.below(1000) < static_cast<std::uint64_t>(dates_wrong_);
  return date_of(wrong ? now + date_error_ : now);
}

core::ActionsListed ApiModel::serve(const core::ListActions& command, WallTime now) {
  core::ActionsListed event;
  event.command = command.id;
  if (auto refused = refuse(Operation::List, command.token, now)) {
    event.outcome = std::move(*refused);
  } else if (const auto answer = model_.list(command.query, now)) {
    event.outcome.status = 200;
    event.actions = model_.values(*answer);
    event.has_next_link = answer->has_next_link;
  } else {
    event.outcome = to_outcome(answer.error(), Operation::List, now);
  }
  event.server_date = date(event.outcome, now);
  return event;
}

core::ActionRead ApiModel::serve(const core::GetAction& command, WallTime now) {
  core::ActionRead event;
  event.command = command.id;
  if (auto refused = refuse(Operation::Get, command.token, now)) {
    event.outcome = std::move(*refused);
  } else if (const auto answer = model_.get(command.action, now)) {
    event.outcome.status = 200;
    event.action = (*answer)->value(model_.traits().shape);
  } else {
    event.outcome = to_outcome(answer.error(), Operation::Get, now);
  }
  event.server_date = date(event.outcome, now);
  return event;
}

core::CancelAnswered ApiModel::serve(const core::CancelAction& command, WallTime now) {
  posts_.push_back({now, command.action, command.comment});
  core::CancelAnswered event = cancel(command, now);
  posts_.back().status = event.outcome.status;
  event.server_date = date(event.outcome, now);
  return event;
}

core::ActionStarted ApiModel::serve(const core::StartAction& command, WallTime now) {
  starts_.push_back({now, command.machine, command.comment});
  core::ActionStarted event;
  event.command = command.id;
  event.answer = read_reply(start(command, now), now);
  const Outcome& outcome = event.answer.outcome;
  const bool unreadable = !outcome.ok() && outcome.status < 300;
  starts_.back().status = unreadable ? 0 : outcome.status;
  event.server_date = date(outcome, now);
  return event;
}

Reply ApiModel::start(const core::StartAction& command, WallTime now) {
  const bool live = std::holds_alternative<LiveResponse>(command.request);
  const Operation operation = live ? Operation::LiveResponse : Operation::Create;
  const Call call = start_call(command);
  if (const auto struck = strike(operation, command.token, now)) {
    if (const auto* refusal = std::get_if<Refusal>(&*struck)) return refusal_reply(*refusal);
    return spoil(document_reply(200, "{}"), std::get<Fault>(*struck), call, now);
  }
  const auto spec = read_start(call);
  if (!spec) return refusal_reply(spec.error());
  const std::size_t before = model_.size();
  const auto made = model_.create(*spec, now);
  if (model_.size() > before) starts_.back().made = ActionId{(*made)->entity().id};
  Reply reply = made ? document_reply(model_.traits().created_status, model_.entity_json(**made))
                     : refusal_reply(made.error());
  if (const auto fault = faults_.draw_after(operation)) {
    reply = spoil(std::move(reply), *fault, call, now);
  }
  return reply;
}

core::CancelAnswered ApiModel::cancel(const core::CancelAction& command, WallTime now) {
  core::CancelAnswered event;
  event.command = command.id;
  if (auto refused = refuse(Operation::Cancel, command.token, now)) {
    event.outcome = std::move(*refused);
    return event;
  }
  const auto found = model_.get(command.action, now);
  if (found && forbidden_.contains((*found)->entity().type)) {
    event.outcome = to_outcome(missing_roles("the role of its type"), Operation::Cancel, now);
    return event;
  }
  const auto answer = model_.cancel(command.action, command.comment, "mactiond", now);
  posts_.back().accepted = answer.has_value();
  const auto fault = faults_.draw_after(Operation::Cancel);
  if (fault) {
    event.outcome = spoiled(*fault, Operation::Cancel, now);
  } else if (answer) {
    event.outcome.status = 200;
  } else {
    event.outcome = to_outcome(answer.error(), Operation::Cancel, now);
  }
  return event;
}

}  // namespace mactiond::sim
