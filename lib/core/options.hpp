#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/cancel/policy_options.hpp"
#include "core/submit/submit_options.hpp"

namespace mactiond::core {

/// [region.quota]
struct QuotaOptions {
  int per_minute = 100;
  int per_hour = 1500;
  double share = 1.0;  ///< in (0, 1]; a limit never falls below 1
  bool operator==(const QuotaOptions&) const = default;
};

enum class Filters : std::uint8_t { Auto, Documented };

/// As configured.
[[nodiscard]] constexpr std::string_view to_string(Filters filters) {
  switch (filters) {
    case Filters::Auto:
      return "auto";
    case Filters::Documented:
      return "documented";
  }
  return "";
}

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
    return registration ? *registration : name;
  }

  std::string name;
  std::optional<std::string> registration;  ///< whom the API counts the calls of, if known
  QuotaOptions quota;
  PollOptions poll;
  bool enrich_machines = false;  ///< [enrich] machine
  std::string audience{};        ///< what a token is asked for
  std::string tenant_id{};
  bool managed_identity = false;             ///< the tokens are those of a managed identity
  std::optional<WallTime> credential_end{};  ///< when the region's secret or certificate ends
};

/// What a webhook or a syslog server asks for: [webhook.filter], [syslog.filter] and `backlog`.
/// Lists of globs; an empty list lets everything pass.
struct WebhookFilter {
  std::vector<std::string> event;
  std::vector<std::string> region;
  std::vector<std::string> type;
  std::vector<std::string> to;
  std::vector<std::string> machine_group{};
  std::vector<std::string> machine_tag{};
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

/// Everything the engine is configured by.
struct Options {
  std::string instance;
  std::string boot_id;
  std::vector<RegionOptions> regions;
  std::vector<WebhookOptions> webhooks;
  std::vector<PolicyOptions> policies;  ///< in order: the first that fits an action governs it
  CancelOptions cancel;
  SubmitOptions submit;
  Duration closed_actions = std::chrono::hours(24 * 30);
};

}  // namespace mactiond::core
