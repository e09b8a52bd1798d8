#include "core/region/call_turns.hpp"

#include <algorithm>
#include <limits>

namespace mactiond::core {
namespace {

constexpr int kPollsPerMachine = 8;
constexpr int kPollsPerAwaitedMachine = 2;

}  // namespace

std::array<CallTurns::Turn, CallTurns::kTurns> CallTurns::order() const {
  std::array<Turn, kTurns> order{};
  for (std::size_t i = 0; i < kTurns; ++i) order[i] = static_cast<Turn>((first_ + i) % kTurns);
  return order;
}

Lane CallTurns::lane_of(Turn turn) const {
  if (turn == kSweep) return Lane::Sweep;
  if (turn == kPoll) return Lane::List;
  return lookup_early_ ? Lane::Lookup : Lane::LateLookup;
}

void CallTurns::granted(Turn turn) {
  first_ = (turn + 1) % kTurns;
  if (turn != kSweep) lookup_early_ = turn == kPoll;
  others_turn_ = false;
  others_first_ = false;
  question_last_ = false;
  if (turn != kPoll) return;
  question_early_ = true;
  ++polls_since_machine_;
}

MonoTime CallTurns::possible_at(Turn turn, MonoTime due) const {
  return std::max(due, waits_[turn].value_or(due));
}

MonoTime CallTurns::cancel_possible_at(MonoTime due) const {
  return std::max(due, cancel_wait_.value_or(due));
}

bool CallTurns::others_wait() const {
  return std::any_of(waits_.begin(), waits_.end(),
                     [](const auto& wait) { return wait.has_value(); });
}

int CallTurns::submissions_after() const {
  return others_wait() ? submissions_before() : std::numeric_limits<int>::max();
}

int CallTurns::questions_after() const {
  return others_wait() ? questions_before() : std::numeric_limits<int>::max();
}

bool CallTurns::is_turn_of_machine(bool awaited) const {
  return polls_since_machine_ >= (awaited ? kPollsPerAwaitedMachine : kPollsPerMachine);
}

MonoTime CallTurns::after_others(MonoTime due) const {
  if (!others_wait()) return due;
  MonoTime first = MonoTime::max();
  for (const auto& wait : waits_) first = std::min(first, wait.value_or(first));
  return std::max(due, first);
}

MonoTime CallTurns::submission_possible_at(MonoTime due) const {
  return others_first_ ? after_others(due) : due;
}

MonoTime CallTurns::question_possible_at(MonoTime due) const {
  return question_last_ ? after_others(due) : due;
}

void CallTurns::end_cancels(bool wanted) {
  cancels_first_ = cancel_wait_ || (wanted && !others_turn_);
}

}  // namespace mactiond::core
