#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace mactiond::core {

/// [region.quota]
struct QuotaOptions {
  int per_minute = 100;
  int per_hour = 1500;
  double share = 1.0;  ///< in (0, 1]; a limit never falls below 1
  bool operator==(const QuotaOptions&) const = default;
};

enum class Filters : std::uint8_t { Auto, Documented };

/// [region.poll]
struct PollOptions {
  Duration min_interval = std::chrono::seconds(1);
  Duration idle_interval = std::chrono::seconds(15);
  Duration overlap = std::chrono::minutes(5);
  Duration lookback = std::chrono::hours(24 * 4);
  int page_size = 10000;
  Filters filters = Filters::Auto;
};

struct RegionOptions {
  /// What calls are counted by. A region that comes back under another name has no new quota.
  [[nodiscard]] const std::string& counted_by() const {
    return registration.empty() ? name : registration;
  }

  std::string name;
  std::string registration;  ///< whom the API counts the calls of; empty: not known
  QuotaOptions quota;
  PollOptions poll;
};

/// What a webhook or a syslog server asks for: [webhook.filter], [syslog.filter] and `backlog`.
/// Lists of globs; an empty list lets everything pass.
struct WebhookFilter {
  std::vector<std::string> event;
  std::vector<std::string> region;
  std::vector<std::string> type;
  std::vector<std::string> to;
  bool backlog = false;  ///< also what happened before a new region was first called
  bool operator==(const WebhookFilter&) const = default;
};

/// How several events make one message; as they are here, each is one of its own, at once.
struct DigestOptions {
  int most = 1;         ///< events in one message, at most
  Duration interval{};  ///< from one message to the next, at least
};

struct WebhookOptions {
  std::string name;
  Duration timeout = std::chrono::seconds(15);
  int max_in_flight = 8;
  int max_queue = 1'000'000;  ///< of events that wait, and of dead letters
  Duration keep_queued = std::chrono::hours(24 * 30);
  Duration keep_dead_letters = std::chrono::hours(24 * 30);
  WebhookFilter filter;
  bool alerts_only = false;  ///< only what core::alert_of gives a meaning to
  DigestOptions digest{};
};

enum class PolicyAction : std::uint8_t { Cancel, Notify, Ignore };

/// The server's stamp that an action's age is counted from.
enum class StaleSince : std::uint8_t { Created, Updated };

/// [policy.match]: all keys that are given must fit; a list is given if it is not empty, and fits
/// if one of its globs does. A value that the API did not send fits nothing but `*`.
struct PolicyMatch {
  std::vector<std::string> region;
  std::vector<std::string> type;
  std::vector<std::string> status;
  std::vector<std::string> requestor;
  std::vector<std::string> request_source;
  std::vector<std::string> computer;
  std::vector<std::string> comment;
};

/// [[policy]]
struct PolicyOptions {
  std::string name;
  PolicyAction action = PolicyAction::Notify;
  bool dry_run = false;
  Duration stale_after{};  ///< above zero unless action is Ignore
  StaleSince stale_since = StaleSince::Created;
  std::optional<int> max_per_hour;  ///< nothing: only CancelOptions::max_per_hour holds
  std::string comment = "Cancelled by mactiond ({policy}): {status} for {age}";
  PolicyMatch match;
};

/// [cancel]
struct CancelOptions {
  int max_per_hour = 60;  ///< over all policies; 0: nothing is ever cancelled
};

/// Everything the engine is configured by.
struct Options {
  std::string instance;
  std::string boot_id;
  std::vector<RegionOptions> regions;
  std::vector<WebhookOptions> webhooks;
  std::vector<PolicyOptions> policies;  ///< in order: the first that fits an action governs it
  CancelOptions cancel;
  Duration closed_actions = std::chrono::hours(24 * 30);
};

}  // namespace mactiond::core
