#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mactiond::ops {

/// The families of /metrics: their names and what they mean.
struct MetricFamilies {
  using Labels = prometheus::Labels;
  using Counter = prometheus::Counter;
  using Gauge = prometheus::Gauge;
  using Histogram = prometheus::Histogram;
  template <class Metric>
  using Family = prometheus::Family<Metric>;

  prometheus::Registry registry;

  template <class Builder>
  auto& family(Builder builder, const char* name, const char* help) {
    return builder.Name(std::string("mactiond_") + name).Help(help).Register(registry);
  }
  Family<Counter>& counter(const char* name, const char* help) {
    return family(prometheus::BuildCounter(), name, help);
  }
  Family<Gauge>& gauge(const char* name, const char* help) {
    return family(prometheus::BuildGauge(), name, help);
  }
  Histogram& histogram(const char* name, const char* help,
                       const Histogram::BucketBoundaries& buckets) {
    return family(prometheus::BuildHistogram(), name, help).Add({}, buckets);
  }

  Family<Gauge>& build_info = gauge("build_info", "Always 1; the version is a label.");
  Family<Gauge>& actions = gauge("actions", "Machine actions in the store.");
  Family<Counter>& cancels =
      counter("cancels_total", "Cancels by policy and by what became of them.");
  Family<Counter>& submissions =
      counter("submissions_total", "Submissions by the state that they have reached.");
  Family<Counter>& transitions = counter("transitions_total", "Changes of status recorded.");
  Histogram& detection_lag =
      histogram("detection_lag_seconds",
                "From the server's last update of an action to its transition being recorded.",
                {0.5, 1, 2, 3, 5, 10, 20, 30, 60, 300, 1800, 7200});
  Family<Counter>& requests =
      counter("api_requests_total", "Calls to the API and the identity provider.");
  Family<Counter>& throttled =
      counter("api_throttled_seconds_total", "Time that the API asked us to wait.");
  Family<Counter>& unusable =
      counter("unusable_rows_total", "Rows of lists left out: without an id, or too large.");
  Family<Gauge>& quota_used =
      gauge("quota_used", "Calls in the trailing window; absent while the number is not known.");
  Family<Gauge>& quota_limit = gauge("quota_limit", "Calls allowed in the trailing window.");
  Family<Gauge>& last_poll = gauge("last_successful_poll_timestamp_seconds",
                                   "When a region was last polled with success.");
  Family<Gauge>& region_up = gauge(
      "region_up", "1 while a region is polled with success; 0 while degraded or not polled yet.");
  Family<Gauge>& token_expiry =
      gauge("token_expiry_timestamp_seconds", "When the access token of a region ends.");
  Family<Gauge>& credential_expiry =
      gauge("credential_expiry_timestamp_seconds",
            "When the secret or certificate of a region ends; absent while that is not known.");
  Family<Counter>& deliveries =
      counter("webhook_deliveries_total", "Attempts to deliver an event, by their result.");
  Family<Gauge>& queue = gauge("webhook_queue", "Events that wait for a webhook.");
  Family<Gauge>& oldest =
      gauge("webhook_oldest_seconds", "Age of the oldest event that waits for a webhook.");
  Family<Gauge>& webhook_state =
      gauge("webhook_state", "1 for the state that a webhook is in, 0 for the others.");
  Family<Gauge>& dead_letters = gauge("dead_letters", "Events given up for a webhook.");
  Family<Counter>& removed =
      counter("webhook_removed_total", "Events that left a queue or the dead letters undelivered.");
  Family<Counter>& syslog_sent =
      counter("syslog_sent_total", "Events that a syslog receiver's host has acknowledged.");
  Family<Counter>& syslog_failures =
      counter("syslog_failures_total", "Attempts to reach a syslog receiver that failed.");
  Family<Gauge>& syslog_queue =
      gauge("syslog_queue", "Events that a syslog receiver has not received yet.");
  Family<Gauge>& clock_skew = gauge("clock_skew_seconds", "The API's clock minus the local one.");
  Histogram& store_commit =
      histogram("store_commit_seconds", "Time to commit a step.",
                {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2});
  Histogram& loop_lag = histogram("loop_lag_seconds", "How much later than asked the loop woke up.",
                                  {0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5});
  Gauge& config_loaded = gauge("config_last_reload_successful",
                               "Whether the configuration was last read without error.")
                             .Add({});

  std::map<std::pair<const void*, std::string>, Gauge*> optional_gauges;

  // A value that is not known removes the gauge.
  void set(Family<Gauge>& family, const std::string& region, std::optional<double> value) {
    Gauge*& gauge = optional_gauges[{&family, region}];
    if (!value) {
      if (gauge != nullptr) family.Remove(gauge);
      gauge = nullptr;
      return;
    }
    if (gauge == nullptr) gauge = &family.Add({{"region", region}});
    gauge->Set(*value);
  }

  static void forget(Family<Gauge>& family, const Labels& labels) {
    if (family.Has(labels)) family.Remove(&family.Add(labels));
  }
};

}  // namespace mactiond::ops
