#include "core/submit/submit_ledger.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "core/elapsed.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// Where all that counts is still unsent, nobody knows better.
constexpr Duration kAskAgain = 1min;
/// So many of an hour may end unsent before no more are accepted: each is a row and an event.
constexpr std::ptrdiff_t kUnsentMax = 1000;

}  // namespace

bool SubmitLedger::allows(const ActionType& type) const {
  return std::any_of(options_.types.begin(), options_.types.end(),
                     [&](const std::string& name) { return ActionType::parse(name) == type; });
}

bool SubmitLedger::counts(const Counted& counted, const SubmitTime& time) const {
  return counted.posted && since(*counted.posted, time).least <= kPostCounts;
}

bool SubmitLedger::ended_unsent(const Counted& counted, const SubmitTime& time) {
  return !counted.may_send && !counted.posted && since(counted.asked, time).least <= kPostCounts;
}

void SubmitLedger::put(const Submission& submission) {
  known_.remember(submission);
  counted_[submission.id] = {submission.order.region, may_send(submission.state), submission.posted,
                             submission.asked};
}

void SubmitLedger::forget_before(WallTime cutoff) {
  for (const std::string& id : known_.forget_before(cutoff)) counted_.erase(id);
}

void SubmitLedger::prune(const SubmitTime& time) {
  // By a wrong clock something would be forgotten for good.
  if (first_guard(SubmitMoment::CompareStamps, {}, time)) return;
  std::erase_if(counted_, [&](const auto& row) {
    const Counted& counted = row.second;
    if (counted.may_send) return false;
    return since(counted.posted.value_or(counted.asked), time).least > kPostRemembered;
  });
}

void SubmitLedger::retire(const std::string& region) {
  for (auto& [id, counted] : counted_) {
    if (counted.region == region) counted.may_send = false;
  }
}

SubmitFacts SubmitLedger::facts_to_ask(const SubmissionOrder& order, const SubmitTime& time) const {
  SubmitFacts facts;
  facts.stopping = stopping_;
  facts.enabled = is_on();
  facts.type_allowed = allows(type_of(order.request));
  facts.key_known = order.key.empty() || time.now.mono >= keys_from_;
  const auto counted = std::count_if(counted_.begin(), counted_.end(), [&](const auto& row) {
    return row.second.may_send || counts(row.second, time);
  });
  const auto unsent = std::count_if(counted_.begin(), counted_.end(), [&](const auto& row) {
    return ended_unsent(row.second, time);
  });
  facts.limit_reached = counted >= options_.max_per_hour || unsent >= kUnsentMax;
  return facts;
}

SubmitFacts SubmitLedger::facts_to_keep(const Submission& submission,
                                        const SubmitTime& time) const {
  SubmitFacts facts;
  facts.stopping = stopping_;
  facts.enabled = is_on();
  facts.type_allowed = allows(type_of(submission.order.request));
  const Term term = term_of(submission);
  const bool over = since(*term.from, time).exceeds(term.length);
  facts.wait_over = over && term.waits;
  facts.overdue = over && !term.waits;
  return facts;
}

SubmitFacts SubmitLedger::facts_to_send(const Submission& submission, int posted,
                                        const SubmitTime& time) const {
  SubmitFacts facts = facts_to_keep(submission, time);
  // Its own earlier POST had no effect.
  const auto own = counted_.find(submission.id);
  const bool is_among_them = own != counted_.end() && counts(own->second, time);
  facts.limit_reached = posted - (is_among_them ? 1 : 0) >= options_.max_per_hour;
  return facts;
}

int SubmitLedger::posted_in_hour(const SubmitTime& time) const {
  return static_cast<int>(std::count_if(counted_.begin(), counted_.end(),
                                        [&](const auto& row) { return counts(row.second, time); }));
}

SubmitLedger::Term SubmitLedger::term_of(const Submission& submission) const {
  if (submission.unblocked) return {&*submission.unblocked, options_.send_within, false};
  if (submission.waiting) return {&*submission.waiting, submission.order.wait_blocker, true};
  return {&submission.asked, options_.send_within, false};
}

Duration SubmitLedger::time_left(const Submission& submission, const SubmitTime& time) const {
  const Term term = term_of(submission);
  const SinceStamp passed = since(*term.from, time);
  return std::max(term.length - passed.most.value_or(Duration::max()), Duration{});
}

Duration SubmitLedger::passes_in(SubmitGuard guard, const SubmitTime& time) const {
  if (guard == SubmitGuard::StoreRecovered) return keys_from_ - time.now.mono;
  return guard == SubmitGuard::HourLimit ? room_in(time) : Duration{};
}

Duration SubmitLedger::room_in(const SubmitTime& time) const {
  std::optional<Duration> first;
  for (const auto& [id, counted] : counted_) {
    if (counted.may_send || !counts(counted, time)) continue;
    const Duration left = kPostCounts - since(*counted.posted, time).least;
    if (!first || left < *first) first = left;
  }
  return first.value_or(kAskAgain);
}

}  // namespace mactiond::core
