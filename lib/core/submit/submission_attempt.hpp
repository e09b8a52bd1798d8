#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/submission.hpp"
#include "core/submit/submit_guard.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

/// One submission on its way to its end: its row, and when its POST may leave. It knows neither the
/// guards nor other actions. Each change of the row is to be stored.
class SubmissionAttempt {
 public:
  /// One that is made now, or a row that had not ended when the daemon did.
  SubmissionAttempt(Submission row, MonoTime now);

  [[nodiscard]] const Submission& row() const { return row_; }

  /// Whether its POST may leave now, for what it knows itself.
  [[nodiscard]] bool is_due(MonoTime now) const { return may_send(row_.state) && at_ <= now; }
  /// When is_due() turns true; nothing where no POST is to come.
  [[nodiscard]] std::optional<MonoTime> due_at() const;
  /// A guard held it: it is looked at again a little later.
  void hold(SubmitGuard guard, MonoTime now);
  /// The POST leaves.
  void left(const SubmitTime& time);
  [[nodiscard]] bool in_progress() const { return in_progress_; }
  /// Whether a POST was sent whose answer never came.
  [[nodiscard]] bool in_doubt() const {
    return row_.state == SubmissionState::Sent && !in_progress_;
  }
  /// Its last POST was refused for its token, and there is no newer one.
  [[nodiscard]] bool lacks_token(MonoTime token_from) const {
    return refused_token_ && token_from <= *refused_token_;
  }

  /// An answer came, whatever it was; its words are kept.
  void answered(std::string words);
  /// The answer to a former POST has nothing to do with what happens now.
  void forget_answer() { row_.answer.clear(); }
  /// The POST certainly had no effect: again later.
  void had_no_effect(Duration retry_after, MonoTime now);
  /// The same, and only the token was to blame.
  void needs_new_token(MonoTime now);
  /// Another action is in the way, and that is the end of it.
  void name_blocker(const ActionId& by) { row_.blocked_by = by; }
  /// Another action is in the way: wait for it. Where it is not watched, a POST finds out whether
  /// it has ended.
  void blocked(const ActionId& by, bool watched, const SubmitTime& time);
  [[nodiscard]] bool is_watching() const { return watching_; }
  /// What is in the way could be watched from now on, or has ended.
  void watch_blocker() { watching_ = true; }
  void unblocked(const SubmitTime& time);
  /// True once for each blocker: it is to be cancelled.
  [[nodiscard]] bool wants_cancel();
  /// The action exists. when: by the API's clock.
  void taken(const ActionId& action, WallTime when, MonoTime now);

  /// The API gave the action's id so lately that it may not know it yet.
  [[nodiscard]] bool may_be_too_new(MonoTime now) const;
  /// The action is not found by its id. It is gone if gone_at() is reached before it is seen.
  void not_found(MonoTime now);
  void seen() { gone_at_.reset(); }
  [[nodiscard]] std::optional<MonoTime> gone_at() const { return gone_at_; }

  /// After a recovery of the store: a POST may have left since the row was written.
  void may_have_left(const SubmitTime& time);

  void end(SubmissionState state, std::string reason, WallTime when);

 private:
  void change(SubmissionState to);

  Submission row_;
  MonoTime at_{};  ///< the POST not before
  bool in_progress_ = false;
  bool watching_ = false;  ///< the blocker is a known open action
  int failures_ = 0;       ///< POSTs in a row that had no effect
  int blocks_ = 0;         ///< blockers in a row whose end was not seen
  std::optional<MonoTime> refused_token_;
  MonoTime token_from_{};  ///< of the last POST
  ActionId cancelled_;     ///< the blocker whose cancel was asked for
  MonoTime found_at_{};    ///< when the API gave the action's id
  std::optional<MonoTime> gone_at_;
};

}  // namespace mactiond::core
