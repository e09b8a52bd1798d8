#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/decision.hpp"

namespace mactiond::core {

/// What is held back by a guard is looked at again after this.
inline constexpr Duration kCancelLookAgain = std::chrono::seconds(2);

enum class CancelCall : std::uint8_t { Reread, Post };

/// One decision on its way to its end: when its next call may leave, and what an answer means for
/// the call after it. It knows neither the guards nor the action.
class CancelAttempt {
 public:
  /// A decision that is made now. recorded: the moment of the last event about the action.
  CancelAttempt(Decision decision, WallTime recorded, MonoTime now);
  /// A decision that had not ended when the daemon did.
  [[nodiscard]] static CancelAttempt resumed(Decision decision, MonoTime now);

  [[nodiscard]] const Decision& decision() const { return decision_; }
  /// The moment of the last event about it: nothing that follows is earlier.
  [[nodiscard]] WallTime recorded() const { return recorded_; }
  void recorded(WallTime when) { recorded_ = std::max(recorded_, when); }

  /// When its next call may leave; nothing while one is in progress or only the end is awaited.
  [[nodiscard]] std::optional<MonoTime> next_call() const;
  [[nodiscard]] CancelCall call() const {
    return next_ == Next::Post ? CancelCall::Post : CancelCall::Reread;
  }
  /// Whether the next call is the first re-read since a POST: it says what became of that.
  [[nodiscard]] bool reconciles() const;
  /// A POST with a token of this time was refused because a role is missing: the next needs a newer
  /// token.
  [[nodiscard]] std::optional<MonoTime> role_missing() const { return role_missing_; }
  /// Whether its first POST is to come and waits for nothing of its own.
  [[nodiscard]] bool is_prompt(MonoTime now) const;
  /// Whether the re-read that allows a POST is not older than this.
  [[nodiscard]] bool reread_within(Duration age, MonoTime now) const {
    return now - read_at_ <= age;
  }
  [[nodiscard]] bool may_post_again() const;

  /// A guard holds it: it is looked at again a little later, and read again first.
  void hold(MonoTime now);
  /// The same without another re-read.
  void wait(MonoTime now) { at_ = now + kCancelLookAgain; }
  void reread_first() { next_ = Next::Reread; }
  void reread_left() { in_progress_ = true; }
  void post_left(PostStamp stamp, MonoTime token_from);

  /// The re-read showed the action; until another call is decided on, it is read again later.
  void reread_answered(MonoTime now);
  /// The re-read allows a POST, but not before that time; it is then read again.
  void allow_post(MonoTime not_before, MonoTime now);
  /// A POST may yet take effect: only the end is awaited.
  void await_end() { next_ = Next::Wait; }
  /// The re-read gave no usable answer. True if that was the last try.
  [[nodiscard]] bool reread_unusable(Duration retry_after, MonoTime now);
  /// The API does not know the action. True if that was the last try.
  [[nodiscard]] bool not_found(MonoTime now);
  void was_found() { not_found_ = 0; }

  void post_answered(std::string answer);
  void accepted();
  /// It is not known what became of the POST.
  void post_in_doubt(Duration retry_after, MonoTime now);
  /// The POST certainly had no effect.
  void post_refused(Duration retry_after, MonoTime now);
  /// The same, and it may be repeated at once: only the token was to blame.
  void post_refused_for_token(MonoTime now);
  /// The same because a role is missing: an older token may not have it yet.
  void post_refused_for_role(MonoTime now);

  [[nodiscard]] Decision end(Decision::State state, std::string outcome, WallTime when) &&;

 private:
  enum class Next : std::uint8_t { Reread, Post, Wait };

  void certain_refusal(MonoTime at);

  Decision decision_;
  Next next_ = Next::Reread;
  MonoTime at_{};          ///< not before
  MonoTime post_at_{};     ///< the next POST not before
  MonoTime read_at_{};     ///< of the re-read that allows a POST
  MonoTime token_from_{};  ///< of the last POST
  std::optional<MonoTime> role_missing_;
  bool in_progress_ = false;
  bool was_unsure_ = false;  ///< before the POST in progress
  bool reconciled_ = false;  ///< read again since its last POST
  int failed_reads_ = 0;
  int not_found_ = 0;
  WallTime recorded_{};
};

}  // namespace mactiond::core
