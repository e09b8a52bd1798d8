#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin/answers.hpp"
#include "admin/api.hpp"
#include "admin/refusals.hpp"
#include "admin/status_json.hpp"
#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/json_texts.hpp"

namespace mactiond::admin {
namespace {

void add_optional_seconds(JsonMembers& members, std::string_view key,
                          const std::optional<Duration>& value) {
  if (value) {
    members.add(key, to_seconds(*value));
  } else {
    members.add_raw(key, "null");
  }
}

std::string submissions_json(const core::SubmissionCounts& counts) {
  JsonMembers members;
  members.add("queued", counts.queued)
      .add("waiting", counts.waiting)
      .add("sent", counts.sent)
      .add("submitted", counts.submitted);
  return braced(members);
}

std::string region_json(const core::RegionStatus& region) {
  const auto& quota = region.quota;
  JsonMembers quota_members;
  quota_members.add("minute_used", std::int64_t{quota.minute_used})
      .add("minute_limit", std::int64_t{quota.minute_limit})
      .add("hour_used", std::int64_t{quota.hour_used})
      .add("hour_limit", std::int64_t{quota.hour_limit})
      .add("minute_used_is", to_string(quota.minute_is))
      .add("hour_used_is", to_string(quota.hour_is));

  JsonMembers members;
  members.add("name", region.name).add("state", to_string(region.state));
  add_or_null(members, "reason", region.reason);
  // Rounded up: 0 says that an attempt is in progress.
  members.add("next_try_s", to_seconds(region.next_try + std::chrono::seconds(1) - Duration(1)));
  members.add("open_actions", region.open_actions);
  add_optional_seconds(members, "oldest_open_s", region.oldest_open);
  add_optional_seconds(members, "last_poll_age_s", region.last_poll_age);
  add_optional_seconds(members, "clock_skew_s", region.clock_skew);
  add_optional_seconds(members, "token_left_s", region.token_left);
  members.add("credential_expires",
              region.credential_end ? std::optional(format_iso_time_short(*region.credential_end))
                                    : std::nullopt);
  add_optional_seconds(members, "credential_left_s", region.credential_left);
  members.add_raw("missing_permissions", json_texts(region.missing_permissions));
  members.add("throttled_s", region.throttled_seconds).add("strategy", region.strategy);
  members.add_raw("quota", braced(quota_members));
  members.add_raw("submissions", submissions_json(region.submissions));
  return braced(members);
}

}  // namespace

std::string webhook_json(const core::WebhookStatus& webhook) {
  JsonMembers members;
  members.add("name", webhook.name).add("state", to_string(webhook.state));
  add_or_null(members, "reason", webhook.reason);
  members.add("failing", webhook.failing)
      .add("paused_by_operator", webhook.by_operator)
      .add("queued", webhook.queued)
      .add("dead", webhook.dead)
      .add("in_flight", std::int64_t{webhook.in_flight});
  return braced(members);
}

std::string render_status(const DaemonInfo& info, const core::EngineStatus& status) {
  JsonMembers members;
  members.add("version", info.version)
      .add("instance", info.instance)
      .add("uptime_s", to_seconds(info.uptime))
      .add_raw("regions", json_list(status.regions, region_json))
      .add_raw("webhooks", json_list(status.webhooks, webhook_json))
      .add("cancelling", status.cancelling);
  add_or_null(members, "policies_held",
              status.policies_held ? sentence(*status.policies_held) : std::string());
  members.add("submitting", status.submitting ? "on" : "off");
  members.add("last_seq", static_cast<std::int64_t>(status.last_seq));
  return braced(members) + '\n';
}

}  // namespace mactiond::admin
