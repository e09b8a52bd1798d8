#include "ops/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "action/machine_action.hpp"
#include "base/enum_values.hpp"
#include "core/outbox/overflow.hpp"
#include "ops/metric_families.hpp"
#include "ops/metric_labels.hpp"

namespace mactiond::ops {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Labels;

double seconds(Duration value) { return std::chrono::duration<double>(value).count(); }

double unix_seconds(WallTime time) { return seconds(time.time_since_epoch()); }

}  // namespace

struct Metrics::Families : MetricFamilies {
  void forget_region(const std::string& region);
  void forget_webhook(const std::string& webhook);

  void update(const core::RegionStatus& region, WallTime now);
  void update(const core::WebhookStatus& webhook);
  void begin_region(const std::string& region);
  void begin_webhook(const std::string& webhook);
  void begin_policy(const core::PolicyOptions& policy);

  std::vector<std::string> regions;
  std::vector<std::string> webhooks;
};

void Metrics::Families::forget_region(const std::string& region) {
  for (Family<Gauge>* family : {&last_poll, &clock_skew, &token_expiry, &credential_expiry}) {
    set(*family, region, std::nullopt);
  }
  forget(region_up, {{"region", region}});
  for (const char* window : {"minute", "hour"}) {
    forget(quota_used, {{"region", region}, {"window", window}});
    forget(quota_limit, {{"region", region}, {"window", window}});
  }
  for (const std::string& status : statuses()) {
    forget(actions, {{"region", region}, {"status", status}});
  }
  forget(actions, {{"region", region}, {"status", std::string(kOther)}});
}

void Metrics::Families::forget_webhook(const std::string& webhook) {
  for (Family<Gauge>* family : {&queue, &oldest, &dead_letters}) {
    forget(*family, {{"webhook", webhook}});
  }
  for (const std::string& state : webhook_states()) {
    forget(webhook_state, {{"webhook", webhook}, {"state", state}});
  }
}

void Metrics::Families::begin_region(const std::string& region) {
  for (const std::string& status : statuses()) {
    actions.Add({{"region", region}, {"status", status}});
    transitions.Add({{"region", region}, {"to", status}});
  }
  transitions.Add({{"region", region}, {"to", std::string(kOther)}});
  region_up.Add({{"region", region}});
  throttled.Add({{"region", region}});
  unusable.Add({{"region", region}});
  for (const core::CancelResult result : kValuesOf<core::CancelResult>) {
    cancels.Add(
        {{"region", region}, {"policy", "operator"}, {"result", std::string(to_string(result))}});
  }
  for (const char* operation : kOperations) {
    for (const std::string& code : request_codes()) {
      requests.Add({{"region", region}, {"operation", operation}, {"code", code}});
    }
  }
}

void Metrics::Families::begin_webhook(const std::string& webhook) {
  queue.Add({{"webhook", webhook}});
  oldest.Add({{"webhook", webhook}});
  dead_letters.Add({{"webhook", webhook}});
  for (const std::string& state : webhook_states()) {
    webhook_state.Add({{"webhook", webhook}, {"state", state}});
  }
  for (const core::Removal why : kValuesOf<core::Removal>) {
    removed.Add({{"webhook", webhook}, {"reason", std::string(to_string(why))}});
  }
  for (const std::string& result : delivery_results()) {
    deliveries.Add({{"webhook", webhook}, {"result", result}});
  }
}

void Metrics::Families::begin_policy(const core::PolicyOptions& policy) {
  for (const std::string& region : regions) {
    if (!governs(policy, region)) continue;
    for (const std::string& result : results_of(policy)) {
      cancels.Add({{"region", region}, {"policy", policy.name}, {"result", result}});
    }
  }
}

void Metrics::Families::update(const core::RegionStatus& region, WallTime now) {
  const auto set_quota = [&](const char* window, int used, int limit, core::Count worth) {
    const Labels labels = {{"region", region.name}, {"window", window}};
    if (worth == core::Count::Exact) {
      quota_used.Add(labels).Set(used);
    } else {
      forget(quota_used, labels);
    }
    quota_limit.Add(labels).Set(limit);
  };
  set_quota("minute", region.quota.minute_used, region.quota.minute_limit, region.quota.minute_is);
  set_quota("hour", region.quota.hour_used, region.quota.hour_limit, region.quota.hour_is);

  Counter& waited = throttled.Add({{"region", region.name}});
  waited.Increment(std::max(0.0, static_cast<double>(region.throttled_seconds) - waited.Value()));
  Counter& rows = unusable.Add({{"region", region.name}});
  rows.Increment(std::max(0.0, static_cast<double>(region.unusable_rows) - rows.Value()));

  const auto map = [](const auto& value, auto function) {
    return value ? std::optional<double>(function(*value)) : std::nullopt;
  };
  region_up.Add({{"region", region.name}}).Set(region.state == core::RegionState::Ok ? 1 : 0);
  set(last_poll, region.name, map(region.last_poll, unix_seconds));
  set(clock_skew, region.name, map(region.clock_skew, seconds));
  set(credential_expiry, region.name, map(region.credential_end, unix_seconds));
  set(token_expiry, region.name,
      map(region.token_left, [now](Duration left) { return unix_seconds(now + left); }));
}

void Metrics::Families::update(const core::WebhookStatus& webhook) {
  const Labels labels = {{"webhook", webhook.name}};
  queue.Add(labels).Set(static_cast<double>(webhook.queued));
  dead_letters.Add(labels).Set(static_cast<double>(webhook.dead));
  const std::string_view current = core::seen_state(webhook);
  for (const std::string& state : webhook_states()) {
    webhook_state.Add({{"webhook", webhook.name}, {"state", state}}).Set(current == state ? 1 : 0);
  }
}

Metrics::Metrics(const std::string& version, const std::vector<std::string>& regions,
                 const std::vector<std::string>& webhooks,
                 const std::vector<core::PolicyOptions>& policies)
    : families_(std::make_unique<Families>()) {
  families_->build_info.Add({{"version", version}}).Set(1);
  families_->config_loaded.Set(1);
  follow(regions, webhooks, policies);
}

namespace {

std::vector<std::string> missing_in(const std::vector<std::string>& next,
                                    const std::vector<std::string>& names) {
  const std::set<std::string_view> kept(next.begin(), next.end());
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!kept.contains(name)) missing.push_back(name);
  }
  return missing;
}

}  // namespace

void Metrics::follow(const std::vector<std::string>& regions,
                     const std::vector<std::string>& webhooks,
                     const std::vector<core::PolicyOptions>& policies) {
  // To remove a gauge takes as long as there are gauges: those that stay are left alone.
  for (const std::string& region : missing_in(regions, families_->regions)) {
    families_->forget_region(region);
  }
  for (const std::string& webhook : missing_in(webhooks, families_->webhooks)) {
    families_->forget_webhook(webhook);
  }
  families_->regions = regions;
  families_->webhooks = webhooks;
  for (const std::string& region : regions) families_->begin_region(region);
  for (const std::string& webhook : webhooks) families_->begin_webhook(webhook);
  for (const core::PolicyOptions& policy : policies) families_->begin_policy(policy);
}

Metrics::~Metrics() = default;

void Metrics::cancel(const std::string& region, const std::string& policy,
                     core::CancelResult result) {
  families_->cancels
      .Add({{"region", region}, {"policy", policy}, {"result", std::string(to_string(result))}})
      .Increment();
}

void Metrics::follow(const core::SubmitOptions& submit) {
  if (!submit.enabled) return;
  for (const std::string& region : families_->regions) {
    for (const std::string& name : submit.types) {
      const std::string type(ActionType::parse(name).text());
      for (const std::string& result : submission_results()) {
        families_->submissions.Add({{"region", region}, {"type", type}, {"result", result}});
      }
    }
  }
}

void Metrics::submission(const std::string& region, const std::string& type,
                         core::SubmissionState state) {
  families_->submissions
      .Add({{"region", region}, {"type", type}, {"result", std::string(to_string(state))}})
      .Increment();
}

void Metrics::transition(const std::string& region, std::string_view to,
                         std::optional<Duration> lag) {
  families_->transitions.Add({{"region", region}, {"to", status_label(to)}}).Increment();
  // The server's clock may be ahead of ours.
  if (lag) families_->detection_lag.Observe(std::max(0.0, seconds(*lag)));
}

void Metrics::api_request(const std::string& region, const std::string& operation,
                          const std::string& code) {
  families_->requests
      .Add({{"region", region}, {"operation", operation}, {"code", code_label(code)}})
      .Increment();
}

void Metrics::delivery(const std::string& webhook, const std::string& result, std::size_t events) {
  families_->deliveries.Add({{"webhook", webhook}, {"result", result_label(result)}})
      .Increment(static_cast<double>(events));
}

void Metrics::removed(const std::string& webhook, const std::string& reason, std::size_t count) {
  families_->removed.Add({{"webhook", webhook}, {"reason", reason}})
      .Increment(static_cast<double>(count));
}

void Metrics::commit(Duration took) { families_->store_commit.Observe(seconds(took)); }

void Metrics::loop_lag(Duration late) { families_->loop_lag.Observe(seconds(late)); }

void Metrics::config_loaded(bool successful) { families_->config_loaded.Set(successful ? 1 : 0); }

void Metrics::update(const core::EngineStatus& status, WallTime now) {
  std::map<std::pair<std::string, std::string>, double> counts;
  for (const auto& region : status.regions) {
    families_->update(region, now);
    for (const std::string& known : statuses()) counts[{region.name, known}] = 0;
    if (families_->actions.Has({{"region", region.name}, {"status", std::string(kOther)}})) {
      counts[{region.name, std::string(kOther)}] = 0;
    }
  }
  for (const auto& action : status.actions) {
    counts[{action.region, status_label(action.status)}] += static_cast<double>(action.count);
  }
  for (const auto& [labels, count] : counts) {
    families_->actions.Add({{"region", labels.first}, {"status", labels.second}}).Set(count);
  }
  for (const auto& webhook : status.webhooks) {
    families_->update(webhook);
  }
}

void Metrics::update(const core::SyslogStatus& syslog) {
  const Labels labels = {{"syslog", syslog.name}};
  const auto raise = [&](Family<Counter>& family, std::uint64_t to) {
    Counter& counter = family.Add(labels);
    counter.Increment(std::max(0.0, static_cast<double>(to) - counter.Value()));
  };
  raise(families_->syslog_sent, syslog.sent);
  raise(families_->syslog_failures, syslog.failures);
  families_->syslog_queue.Add(labels).Set(static_cast<double>(syslog.queued));
}

void Metrics::webhook_oldest(const std::string& webhook, Duration age) {
  families_->oldest.Add({{"webhook", webhook}}).Set(std::max(0.0, seconds(age)));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace mactiond::ops
