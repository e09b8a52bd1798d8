#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/outcome.hpp"
#include "core/rows.hpp"
#include "core/webhook_state.hpp"

namespace mactiond::core {

/// Whether anything is sent to a webhook: its circuit breaker.
///
/// Five answers in a row that need an operator (needs_operator) pause the webhook. So do answers
/// that refuse twenty different events for their content. Then only its oldest event is tried, when
/// it is due: the probe. After one success everything is sent again. A webhook that an operator
/// paused, and one whose receiver is gone (410), get nothing until an operator resumes them.
class Breaker {
 public:
  explicit Breaker(const WebhookRow& stored);

  [[nodiscard]] WebhookState state() const { return state_; }
  /// Why it is not ok.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] bool by_operator() const { return by_operator_; }
  /// Only the oldest event is tried, to see whether the receiver accepts it.
  [[nodiscard]] bool probing() const { return state_ == WebhookState::Paused && !by_operator_; }
  [[nodiscard]] bool sending() const { return state_ == WebhookState::Ok || probing(); }
  /// Enough events were refused for their content that the content is not the reason.
  [[nodiscard]] bool refuses_everything() const;

  /// What an answer changed. All but Nothing is to be kept.
  enum class Change : std::uint8_t {
    Nothing,
    Count,  ///< what is counted, not the state
    Paused,
    Resumed,
    Disabled,
  };
  [[nodiscard]] Change accepted();
  /// seq: of the event, or of the first of the message.
  [[nodiscard]] Change failed(std::uint64_t seq, const Outcome& outcome);

  // By an operator.
  void pause();
  void resume();

  /// Fills in what the breaker decides by after a restart.
  void keep_in(WebhookRow& row) const;

 private:
  bool count(std::uint64_t seq, const Outcome& outcome);
  bool forget_failures();
  Change enter(WebhookState state, std::string reason, Change change);

  WebhookState state_;
  bool by_operator_;
  std::string reason_;
  int failures_in_a_row_;               ///< that need an operator
  std::vector<std::uint64_t> refused_;  ///< events refused for their content since a success
};

}  // namespace mactiond::core
