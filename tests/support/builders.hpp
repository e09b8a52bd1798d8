#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"

namespace mactiond::test {

/// Where wall clocks begin in tests: 2026-11-20T10:00:00Z.
inline constexpr WallTime kDay =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours(10);
/// Where the monotonic clock begins: the machine has been up for a while.
inline constexpr MonoTime kBoot = MonoTime(std::chrono::hours(100));

/// A MachineAction said in a few words: open_action("a1").in(ActionStatus::Known::InProgress).
class ActionBuilder {
 public:
  explicit ActionBuilder(std::string id) {
    action_.id.value = std::move(id);
    action_.type = ActionType::Known::RunAntiVirusScan;
    action_.status = ActionStatus::Known::Pending;
    action_.created = kDay;
    action_.last_update = kDay;
  }

  ActionBuilder& in(ActionStatus status) {
    action_.status = std::move(status);
    return *this;
  }
  ActionBuilder& type(ActionType type) {
    action_.type = std::move(type);
    return *this;
  }
  ActionBuilder& created(std::optional<WallTime> when) {
    action_.created = when;
    return *this;
  }
  ActionBuilder& updated(std::optional<WallTime> when) {
    action_.last_update = when;
    return *this;
  }
  /// Shows in the document only.
  ActionBuilder& scope(std::string scope) {
    scope_ = std::move(scope);
    return *this;
  }

  operator MachineAction() const {  // NOLINT(google-explicit-constructor)
    MachineAction action = action_;
    action.document = R"({"id":")" + action.id.value + R"(","status":")" +
                      std::string(action.status.text()) + R"(","scope":")" + scope_ + R"(","at":)" +
                      std::to_string(action.stamp().time_since_epoch().count()) + "}";
    return action;
  }

 private:
  MachineAction action_;
  std::string scope_;
};

/// Pending, created and last updated at kDay.
[[nodiscard]] inline ActionBuilder open_action(std::string id) {
  return ActionBuilder(std::move(id));
}

[[nodiscard]] inline ActionBuilder ended_action(std::string id, WallTime when) {
  return ActionBuilder(std::move(id)).in(ActionStatus::Known::Succeeded).updated(when);
}

[[nodiscard]] inline Outcome refusal(Verdict verdict, Reason reason, int status,
                                     std::optional<Duration> retry_after = std::nullopt,
                                     std::string detail = {}) {
  return {verdict, reason, status, retry_after, std::move(detail)};
}

[[nodiscard]] inline Outcome server_error(int status = 503) {
  return refusal(Verdict::Retry, Reason::ServerError, status);
}
[[nodiscard]] inline Outcome unauthorized() {
  return refusal(Verdict::Reauthenticate, Reason::Auth, 401);
}
[[nodiscard]] inline Outcome not_found() { return refusal(Verdict::GiveUp, Reason::NotFound, 404); }
[[nodiscard]] inline Outcome filter_refused() {
  return refusal(Verdict::GiveUp, Reason::Query, 400, std::nullopt, "ODataError");
}
[[nodiscard]] inline Outcome throttled(std::optional<Duration> retry_after) {
  return refusal(Verdict::Retry, Reason::Throttled, 429, retry_after);
}
[[nodiscard]] inline Outcome stopped() { return refusal(Verdict::Retry, Reason::Stopped, 0); }

}  // namespace mactiond::test
