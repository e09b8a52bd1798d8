#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/time.hpp"
#include "core/quota/call_meter.hpp"

namespace mactiond::core {

/// Who of a region gets the quota's next token, so that nobody starves another.
///
/// Lookups, polls and sweeps take turns. A cancel that waits for a token goes before all of them;
/// after each POST they get a call before the next decision may hold them up.
class CallTurns {
 public:
  enum Turn : std::size_t { kLookup, kPoll, kSweep, kTurns };

  /// The quota is asked again about each turn.
  void forget_waits() { waits_.fill(std::nullopt); }
  /// Who is asked first, second and last.
  [[nodiscard]] std::array<Turn, kTurns> order() const;
  /// A lookup goes before the lists' floor once after each page of a poll: what has ended is
  /// reported at once, and a flood of lookups does not stop the polls.
  [[nodiscard]] Lane lane_of(Turn turn) const;
  void granted(Turn turn);
  /// The quota has no token for it before then.
  void wait(Turn turn, MonoTime until) { waits_[turn] = until; }
  /// When a call that is due at that time can be made, as far as the quota has said.
  [[nodiscard]] MonoTime possible_at(Turn turn, MonoTime due) const;

  /// The same for cancels, which have no turn.
  void forget_cancel_wait() { cancel_wait_.reset(); }
  void cancel_waits(MonoTime until) { cancel_wait_ = until; }
  [[nodiscard]] MonoTime cancel_possible_at(MonoTime due) const;
  void posted() { others_turn_ = true; }
  /// The same for submissions, which have no turn either: after each POST, others that wait have a
  /// call first.
  void submitted() { others_first_ = true; }
  /// How many POSTs may leave before the turns are asked, and after it.
  [[nodiscard]] int submissions_before() const { return others_first_ ? 0 : 1; }
  [[nodiscard]] int submissions_after() const;
  [[nodiscard]] MonoTime submission_possible_at(MonoTime due) const;

  /// The same for questions. One after each page of a poll goes before the lists' floor.
  void asked() {
    question_last_ = true;
    question_early_ = false;
  }
  [[nodiscard]] int questions_before() const { return question_last_ ? 0 : 1; }
  [[nodiscard]] int questions_after() const;
  [[nodiscard]] MonoTime question_possible_at(MonoTime due) const;
  [[nodiscard]] Lane lane_of_question() const {
    return question_early_ ? Lane::Operator : Lane::LateLookup;
  }

  /// The facts of machines are asked for last, and while no other waits. So that they are had at
  /// all, one goes before the next list after some pages of polls: after fewer where an event waits
  /// for it.
  void asked_machine() { polls_since_machine_ = 0; }
  [[nodiscard]] bool is_turn_of_machine(bool awaited) const;
  [[nodiscard]] bool has_room_for_machines() const { return !others_wait(); }
  [[nodiscard]] Lane lane_of_machine(bool awaited) const {
    return is_turn_of_machine(awaited) ? Lane::LateLookup : Lane::Machine;
  }
  [[nodiscard]] MonoTime machine_possible_at(MonoTime due, bool awaited) const {
    return is_turn_of_machine(awaited) ? due : after_others(due);
  }

  /// All cancels that can be made were made. wanted: a due decision waits for calls.
  void end_cancels(bool wanted);
  /// Nobody else takes the token that a cancel waits for.
  [[nodiscard]] bool cancels_first() const { return cancels_first_; }

 private:
  [[nodiscard]] bool others_wait() const;
  /// When the first turn that waits for the quota can be had.
  [[nodiscard]] MonoTime after_others(MonoTime due) const;

  std::size_t first_ = kLookup;
  bool lookup_early_ = true;
  std::array<std::optional<MonoTime>, kTurns> waits_;
  std::optional<MonoTime> cancel_wait_;
  bool cancels_first_ = false;
  bool others_turn_ = false;
  bool others_first_ = false;   ///< before the next submission
  bool question_last_ = false;  ///< the same of questions
  bool question_early_ = true;
  int polls_since_machine_ = 0;
};

}  // namespace mactiond::core
