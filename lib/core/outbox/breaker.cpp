#include "core/outbox/breaker.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/outbox/delivery_outcome.hpp"

namespace mactiond::core {
namespace {

/// Answers in a row that need an operator.
constexpr int kPauseAfter = 5;
/// Different events in a row that were refused for their content.
constexpr std::size_t kRefusedMost = 20;

}  // namespace

Breaker::Breaker(const WebhookRow& stored)
    : state_(stored.state),
      by_operator_(stored.by_operator),
      reason_(stored.reason),
      failures_in_a_row_(stored.failures_in_a_row),
      refused_(stored.refused) {}

bool Breaker::refuses_everything() const { return refused_.size() >= kRefusedMost; }

Breaker::Change Breaker::enter(WebhookState state, std::string reason, Change change) {
  state_ = state;
  reason_ = std::move(reason);
  return change;
}

bool Breaker::forget_failures() {
  const bool changed = failures_in_a_row_ != 0 || !refused_.empty();
  failures_in_a_row_ = 0;
  refused_.clear();
  return changed;
}

Breaker::Change Breaker::accepted() {
  const bool changed = forget_failures();
  if (probing()) return enter(WebhookState::Ok, {}, Change::Resumed);
  return changed ? Change::Count : Change::Nothing;
}

Breaker::Change Breaker::failed(std::uint64_t seq, const Outcome& outcome) {
  if (outcome.reason == Reason::Gone) {
    if (state_ == WebhookState::Disabled) return Change::Nothing;
    return enter(WebhookState::Disabled, describe(outcome), Change::Disabled);
  }
  const bool changed = count(seq, outcome);
  const bool too_many = failures_in_a_row_ >= kPauseAfter || refuses_everything();
  if (state_ == WebhookState::Ok && too_many) {
    return enter(WebhookState::Paused, describe(outcome), Change::Paused);
  }
  return changed ? Change::Count : Change::Nothing;
}

bool Breaker::count(std::uint64_t seq, const Outcome& outcome) {
  if (refuses_content(outcome)) {
    const bool known = std::find(refused_.begin(), refused_.end(), seq) != refused_.end();
    if (known || refuses_everything()) return false;
    refused_.push_back(seq);
    return true;
  }
  const int before = failures_in_a_row_;
  failures_in_a_row_ = needs_operator(outcome) ? before + 1 : 0;
  return failures_in_a_row_ != before;
}

void Breaker::pause() {
  by_operator_ = true;
  enter(WebhookState::Paused, "by an operator", Change::Paused);
}

void Breaker::resume() {
  by_operator_ = false;
  forget_failures();
  enter(WebhookState::Ok, {}, Change::Resumed);
}

void Breaker::keep_in(WebhookRow& row) const {
  row.state = state_;
  row.by_operator = by_operator_;
  row.reason = reason_;
  row.failures_in_a_row = failures_in_a_row_;
  row.refused = refused_;
}

}  // namespace mactiond::core
