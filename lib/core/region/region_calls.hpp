#pragma once

#include <optional>
#include <string>

#include "action/quota_kind.hpp"
#include "base/time.hpp"
#include "core/options.hpp"
#include "core/quota/limiter.hpp"
#include "core/region/call_turns.hpp"
#include "core/region/open_calls.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// The calls of one region: the quota that they take, whose turn it is, and which have no answer
/// yet.
class RegionCalls {
 public:
  RegionCalls(const RegionOptions& options, const std::string& boot_id)
      : counted_by_(options.counted_by()), limiter_(options.quota, boot_id) {}

  void configure(const RegionOptions& options, MonoTime now);

  /// Nothing if a token was taken, else when to ask again. A call of a kind that is counted apart
  /// takes a token of its kind and one of the others'; both or none.
  [[nodiscard]] std::optional<MonoTime> take(Lane lane, Now now, StepWriter& out,
                                             QuotaKind what = QuotaKind::Api);
  /// Whether take() would take.
  [[nodiscard]] bool has_token(Lane lane, MonoTime now, QuotaKind what = QuotaKind::Api) const;
  /// The same as take() for who has a turn.
  [[nodiscard]] bool granted(CallTurns::Turn turn, Now now, StepWriter& out);
  /// The API refused the call because of the quota.
  void throttled(const RegionCall& call, const Outcome& outcome, MonoTime now, StepWriter& out);
  /// What was called before is not known.
  void drain(MonoTime now, StepWriter& out);

  /// The call leaves with this command.
  [[nodiscard]] CommandId begin(RegionCall call, StepWriter& out);
  [[nodiscard]] RegionCall end(CommandId id) { return open_.end(id); }

  [[nodiscard]] Limiter& limiter() { return limiter_; }
  [[nodiscard]] const Limiter& limiter() const { return limiter_; }
  [[nodiscard]] CallTurns& turns() { return turns_; }
  [[nodiscard]] const CallTurns& turns() const { return turns_; }
  [[nodiscard]] const OpenCalls& open() const { return open_; }

 private:
  std::string counted_by_;
  Limiter limiter_;
  CallTurns turns_;
  OpenCalls open_;
};

}  // namespace mactiond::core
