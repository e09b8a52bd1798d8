#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/submission.hpp"
#include "core/submit/known_submissions.hpp"
#include "core/submit/submit_guard.hpp"
#include "core/submit/submit_options.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

/// What all regions' submissions share: the options, the limit, the keys, and what happened to the
/// store.
///
/// A submission counts towards the limit as long as its POST may yet leave, and for an hour after
/// its last one. What ended unsent makes room at once, unless there is very much of it.
class SubmitLedger {
 public:
  explicit SubmitLedger(SubmitOptions options) : options_(std::move(options)) {}

  /// Other options; what was counted stays counted.
  void configure(SubmitOptions options) { options_ = std::move(options); }
  /// Whether any action may be started at all.
  [[nodiscard]] bool is_on() const { return options_.enabled && options_.max_per_hour > 0; }
  void stop() { stopping_ = true; }
  /// The store was recovered: until then a key may have been used before, by a submission that is
  /// lost.
  void hold_keys_until(MonoTime when) { keys_from_ = when; }

  /// A row of the store; or a submission that is made or changes.
  void put(const Submission& submission);
  /// The rows that ended before then are deleted.
  void forget_before(WallTime cutoff);
  /// Forgets what no longer counts towards the limit; the keys stay.
  void prune(const SubmitTime& time);
  /// The region is no longer followed: its submissions send no POST any more.
  void retire(const std::string& region);
  [[nodiscard]] KnownSubmissions::Found find_key(const SubmissionOrder& order) const {
    return known_.find(order);
  }
  /// The submission that the action is of, also one that has ended; empty where it is of none.
  [[nodiscard]] std::string owner_of(const std::string& region, const ActionId& action) const {
    return known_.owner_of(region, action);
  }

  [[nodiscard]] SubmitFacts facts_to_ask(const SubmissionOrder& order,
                                         const SubmitTime& time) const;
  /// Of one that is in the queue: whether it may stay there.
  [[nodiscard]] SubmitFacts facts_to_keep(const Submission& submission,
                                          const SubmitTime& time) const;
  /// The same, and whether the limit lets it go. posted: posted_in_hour() at that time.
  [[nodiscard]] SubmitFacts facts_to_send(const Submission& submission, int posted,
                                          const SubmitTime& time) const;
  /// How many POSTs of the last hour count towards the limit.
  [[nodiscard]] int posted_in_hour(const SubmitTime& time) const;
  /// How long its POST may yet leave; only where the API's time is known or the boot is the same.
  [[nodiscard]] Duration time_left(const Submission& submission, const SubmitTime& time) const;
  /// When an order that the guard refused may be accepted, at the earliest; zero where only an
  /// operator changes that. Of the limit it is not exact where some are still unsent.
  [[nodiscard]] Duration passes_in(SubmitGuard guard, const SubmitTime& time) const;

 private:
  struct Counted {
    std::string region;
    bool may_send = true;
    std::optional<SubmitStamp> posted;
    SubmitStamp asked;
  };

  /// Since when its time runs, and how much it has.
  struct Term {
    const SubmitStamp* from;
    Duration length;
    bool waits;  ///< for a blocker
  };
  [[nodiscard]] Term term_of(const Submission& submission) const;
  [[nodiscard]] bool allows(const ActionType& type) const;
  [[nodiscard]] bool counts(const Counted& counted, const SubmitTime& time) const;
  [[nodiscard]] static bool ended_unsent(const Counted& counted, const SubmitTime& time);
  [[nodiscard]] Duration room_in(const SubmitTime& time) const;

  SubmitOptions options_;
  bool stopping_ = false;
  MonoTime keys_from_ = MonoTime::min();
  std::map<std::string, Counted> counted_;  ///< by submission
  KnownSubmissions known_;
};

}  // namespace mactiond::core
