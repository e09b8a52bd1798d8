#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "action/quota_kind.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/event.hpp"
#include "core/question/question_queue.hpp"
#include "core/region/region_calls.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// The questions of operators to a region: when their calls leave, and what each question ends
/// with.
///
/// Others that wait for the quota have a call first after each of them.
class QuestionLane {
 public:
  void ask(const AskQuestion& asked, Now now, StepWriter& out);

  struct Sending {
    const std::string& region;
    const Secret& token;
    MonoTime token_from{};  ///< when it was fetched
    int most = 0;           ///< calls
  };
  void send(Sending how, RegionCalls& calls, Now now, StepWriter& out);

  /// needs_token: see QuestionQueue::answered.
  void answered(std::uint64_t number, QuestionAnswered answer, bool needs_token, Now now,
                StepWriter& out);

  /// Whether the time of some is up. They end by end_late; trouble: what the region suffers from.
  [[nodiscard]] bool has_late(MonoTime now) const { return late_at() && *late_at() <= now; }
  void end_late(bool has_token, const std::string& trouble, Now now, StepWriter& out);
  void end_all(const Unanswered& why, StepWriter& out);

  /// When a call may leave.
  [[nodiscard]] std::optional<MonoTime> wake_at(MonoTime token_from, const CallTurns& turns) const;
  [[nodiscard]] std::optional<MonoTime> late_at() const { return queue_.late_at(); }

 private:
  /// Whether a call left.
  [[nodiscard]] bool send_one(QuotaKind quota, const Sending& how, RegionCalls& calls, Now now,
                              StepWriter& out);
  void wait(QuotaKind quota, MonoTime until, const Limiter& limiter, Now now, StepWriter& out);

  QuestionQueue queue_;
  /// Until when the quota has no call: of most questions, and of links to packages.
  std::optional<MonoTime> wait_;
  std::optional<MonoTime> link_wait_;
};

}  // namespace mactiond::core
