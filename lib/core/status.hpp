#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/webhook_state.hpp"

namespace mactiond::core {

/// How exact a number of calls is.
enum class Count : std::uint8_t {
  Exact,
  AtMost,   ///< when the calls before a reboot were made is not known
  AtLeast,  ///< calls of a version that did not count them are missing
};

[[nodiscard]] constexpr std::string_view to_string(Count count) {
  switch (count) {
    case Count::Exact:
      return "exact";
    case Count::AtMost:
      return "at_most";
    case Count::AtLeast:
      return "at_least";
  }
  return "";
}

/// A quota window as operators see it.
struct QuotaStatus {
  int minute_used = 0;
  int minute_limit = 0;
  int hour_used = 0;
  int hour_limit = 0;
  Count minute_is = Count::Exact;
  Count hour_is = Count::Exact;
};

enum class RegionState : std::uint8_t {
  Starting,  ///< until its first poll is complete or it is degraded
  Ok,
  Degraded,
};

[[nodiscard]] constexpr std::string_view to_string(RegionState state) {
  switch (state) {
    case RegionState::Starting:
      return "starting";
    case RegionState::Ok:
      return "ok";
    case RegionState::Degraded:
      return "degraded";
  }
  return "";
}

/// Submissions that have not ended, by their state.
struct SubmissionCounts {
  std::int64_t queued = 0;
  std::int64_t waiting = 0;
  std::int64_t sent = 0;
  std::int64_t submitted = 0;
};

struct RegionStatus {
  std::string name;
  RegionState state = RegionState::Starting;
  /// The newest failure since the last complete poll, in whatever state; empty: there is none.
  std::string reason;
  std::int64_t open_actions = 0;
  std::optional<Duration> oldest_open;  ///< age of the open action that was created first
  Duration next_try{};                  ///< until the next attempt; zero while one is in progress
  std::optional<Duration> last_poll_age;
  std::optional<WallTime> last_poll;
  std::optional<Duration> clock_skew;  ///< server minus local
  std::optional<Duration> token_left;
  std::optional<WallTime> credential_end;
  std::optional<Duration> credential_left{};       ///< by the API's clock; below zero: it has ended
  std::vector<std::string> missing_permissions{};  ///< that the configuration needs
  QuotaStatus quota;
  std::string strategy;  ///< changes | documented
  std::int64_t throttled_seconds = 0;
  std::int64_t unusable_rows = 0;  ///< of which no action could be made, each time they were read
  std::int64_t cancels_live = 0;   ///< decisions that have not ended
  SubmissionCounts submissions;
};

struct WebhookStatus {
  std::string name;
  WebhookState state = WebhookState::Ok;
  std::int64_t queued = 0;
  std::int64_t dead = 0;
  int in_flight = 0;
  std::string reason;        ///< why it is not ok, or the newest failure since a delivery
  bool by_operator = false;  ///< paused by hand
  bool failing = false;      ///< webhook.failing is recorded, webhook.recovered is not
};

/// The state as operators see it: ok | failing | paused | disabled.
[[nodiscard]] inline std::string_view seen_state(const WebhookStatus& webhook) {
  return webhook.failing && webhook.state == WebhookState::Ok ? "failing"
                                                              : to_string(webhook.state);
}

/// How many actions the store knows per region and status.
struct ActionCount {
  std::string region;
  std::string status;
  std::int64_t count = 0;
};

/// The read view behind /v1/status, /readyz and the gauges of /metrics.
struct EngineStatus {
  std::vector<RegionStatus> regions;
  std::vector<WebhookStatus> webhooks;
  std::vector<ActionCount> actions;
  std::uint64_t last_seq = 0;
  std::optional<std::string> log_trouble;    ///< why store or log cannot be written, if so
  std::string cancelling = "off";            ///< on | suspended | off
  std::optional<CancelGuard> policies_held;  ///< why no policy cancels although cancelling is on
  bool submitting = false;                   ///< whether actions may be started
};

/// One syslog receiver, since the daemon started.
struct SyslogStatus {
  std::string name;
  std::uint64_t sent = 0;      ///< events that its host has acknowledged
  std::uint64_t failures = 0;  ///< attempts
  std::uint64_t queued = 0;    ///< events it did not get yet, those that its filter drops included
};

}  // namespace mactiond::core
