#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "action/known_values.hpp"
#include "base/enum_values.hpp"
#include "base/outcome.hpp"
#include "core/cancel_result.hpp"

namespace mactiond::ops {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr WallTime kNow{std::chrono::hours(24 * 20'000)};

/// The value of one series; nothing if it is not shown. Labels are in the order in which they were
/// added.
std::optional<double> value_of(const std::string& text, const std::string& name,
                               const std::set<std::string>& labels = {}) {
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.find_first_of("{ ");
    if (line.substr(0, end) != name) continue;
    bool fits = true;
    for (const std::string& label : labels) fits = fits && line.find(label) != std::string::npos;
    if (fits) return std::strtod(line.substr(line.rfind(' ')).c_str(), nullptr);
  }
  return std::nullopt;
}

core::EngineStatus status_of(const core::RegionStatus& region) {
  core::EngineStatus status;
  status.regions.push_back(region);
  return status;
}

TEST(Metrics, ShowsEveryKnownCombinationFromTheStart) {
  const Metrics metrics("0.1.0", {"eu", "us"}, {"soc"});
  const std::string text = metrics.text();
  for (const std::string region : {"region=\"eu\"", "region=\"us\""}) {
    for (const std::string status :
         {"Pending", "InProgress", "Succeeded", "Failed", "TimeOut", "Cancelled"}) {
      EXPECT_EQ(value_of(text, "mactiond_actions", {region, "status=\"" + status + '"'}), 0);
      EXPECT_EQ(value_of(text, "mactiond_transitions_total", {region, "to=\"" + status + '"'}), 0);
    }
    for (const std::string operation : {"token", "list", "get"}) {
      EXPECT_EQ(value_of(text, "mactiond_api_requests_total",
                         {region, "operation=\"" + operation + '"', "code=\"200\""}),
                0);
    }
    EXPECT_EQ(value_of(text, "mactiond_api_throttled_seconds_total", {region}), 0);
    EXPECT_EQ(value_of(text, "mactiond_unusable_rows_total", {region}), 0);
  }
  for (const std::string result : {"delivered", "gone", "timeout", "server_error"}) {
    EXPECT_EQ(value_of(text, "mactiond_webhook_deliveries_total",
                       {"webhook=\"soc\"", "result=\"" + result + '"'}),
              0);
  }
  EXPECT_EQ(value_of(text, "mactiond_webhook_queue", {"webhook=\"soc\""}), 0);
  EXPECT_EQ(value_of(text, "mactiond_dead_letters", {"webhook=\"soc\""}), 0);
  EXPECT_EQ(value_of(text, "mactiond_webhook_oldest_seconds", {"webhook=\"soc\""}), 0);
  EXPECT_EQ(value_of(text, "mactiond_build_info", {"version=\"0.1.0\""}), 1);
  EXPECT_EQ(value_of(text, "mactiond_config_last_reload_successful"), 1);
  for (const std::string name : {"detection_lag", "store_commit", "loop_lag"}) {
    EXPECT_EQ(value_of(text, "mactiond_" + name + "_seconds_count"), 0) << name;
  }
}

TEST(Metrics, HasTheCancelsOfEveryPolicyFromTheStart) {
  core::PolicyOptions cancel;
  cancel.name = "stale-scans";
  cancel.action = core::PolicyAction::Cancel;
  cancel.match.region = {"e*"};
  core::PolicyOptions notify;
  notify.name = "watch";
  core::PolicyOptions ignore;
  ignore.name = "leave";
  ignore.action = core::PolicyAction::Ignore;
  Metrics metrics("0.1.0", {"eu", "us"}, {}, {cancel, notify});
  metrics.follow({"eu", "us"}, {}, {cancel, notify, ignore});
  const std::string text = metrics.text();
  const auto count = [&](const std::string& region, const std::string& policy,
                         const std::string& result) {
    return value_of(
        text, "mactiond_cancels_total",
        {"region=\"" + region + '"', "policy=\"" + policy + '"', "result=\"" + result + '"'});
  };
  for (const char* result :
       {"requested", "confirmed", "overtaken", "failed", "suppressed", "stale"}) {
    EXPECT_EQ(count("eu", "stale-scans", result), 0) << result;
  }
  EXPECT_EQ(count("us", "stale-scans", "failed"), std::nullopt) << "it does not govern there";
  EXPECT_EQ(count("us", "watch", "stale"), 0);
  EXPECT_EQ(count("us", "watch", "failed"), std::nullopt);
  EXPECT_THAT(text, Not(HasSubstr("leave")));
}

TEST(Metrics, CountsTheStatesOfSubmissionsFromZero) {
  Metrics metrics("0.1.0", {"eu"}, {});
  core::SubmitOptions submit;
  metrics.follow(submit);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("submissions_total{"))) << "it is off";
  submit.enabled = true;
  submit.types = {"runantivirusscan"};
  metrics.follow(submit);
  metrics.submission("eu", "RunAntiVirusScan", core::SubmissionState::Lost);
  const std::string text = metrics.text();
  const auto count = [&](const std::string& result) {
    return value_of(text, "mactiond_submissions_total",
                    {"region=\"eu\"", "type=\"RunAntiVirusScan\"", "result=\"" + result + '"'});
  };
  for (const char* result : {"queued", "submitted", "succeeded", "failed", "timed_out", "cancelled",
                             "refused", "expired"}) {
    EXPECT_EQ(count(result), 0) << result;
  }
  EXPECT_EQ(count("lost"), 1);
  EXPECT_EQ(count("sent"), std::nullopt) << "each POST is a call of the API";
}

TEST(Metrics, BeginsNoCounterLater) {
  Metrics metrics("0.1.0", {"eu"}, {"soc"});
  const auto series = [](const std::string& text) {
    std::set<std::string> names;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('#')) names.insert(line.substr(0, line.rfind(' ')));
    }
    return names;
  };
  const auto before = series(metrics.text());
  for (int status = 100; status < 600; ++status) {
    for (const char* operation : {"token", "list", "get", "cancel", "start"}) {
      metrics.api_request("eu", operation, std::to_string(status));
    }
  }
  for (const Reason reason : kValuesOf<Reason>) {
    if (reason == Reason::None) continue;
    metrics.api_request("eu", "list", std::string(to_string(reason)));
    metrics.delivery("soc", std::string(to_string(reason)));
  }
  metrics.delivery("soc", "anything");
  metrics.transition("eu", "Unheard", std::nullopt);
  for (const core::CancelResult result : kValuesOf<core::CancelResult>) {
    metrics.cancel("eu", "operator", result);
  }
  for (const std::string_view status : known_action_statuses()) {
    metrics.transition("eu", status, std::nullopt);
  }
  metrics.removed("soc", "max_queue", 1);
  EXPECT_EQ(series(metrics.text()), before);
}

TEST(Metrics, SaysWhichRegionsAreUp) {
  Metrics metrics("0.1.0", {"eu"}, {});
  const auto up = [&](core::RegionState state, const std::string& reason) {
    core::RegionStatus region;
    region.name = "eu";
    region.state = state;
    region.reason = reason;
    metrics.update(status_of(region), kNow);
    return value_of(metrics.text(), "mactiond_region_up", {"region=\"eu\""});
  };
  EXPECT_EQ(value_of(metrics.text(), "mactiond_region_up", {"region=\"eu\""}), 0);
  EXPECT_EQ(up(core::RegionState::Starting, ""), 0);
  EXPECT_EQ(up(core::RegionState::Ok, ""), 1);
  EXPECT_EQ(up(core::RegionState::Ok, "timeout"), 1) << "one call that failed is no trouble yet";
  EXPECT_EQ(up(core::RegionState::Degraded, "network"), 0);
  metrics.follow({}, {}, {});
  EXPECT_THAT(metrics.text(), Not(HasSubstr("mactiond_region_up{")));
}

TEST(Metrics, SaysTheStateOfEachWebhook) {
  Metrics metrics("0.1.0", {}, {"soc"});
  const auto state = [&](const std::string& name) {
    return value_of(metrics.text(), "mactiond_webhook_state",
                    {"webhook=\"soc\"", "state=\"" + name + '"'});
  };
  for (const char* name : {"ok", "failing", "paused", "disabled"}) EXPECT_EQ(state(name), 0);
  const auto enter = [&](core::WebhookState now, bool failing) {
    core::EngineStatus status;
    core::WebhookStatus webhook;
    webhook.name = "soc";
    webhook.state = now;
    webhook.failing = failing;
    status.webhooks = {webhook};
    metrics.update(status, kNow);
  };
  enter(core::WebhookState::Ok, false);
  EXPECT_EQ(state("ok"), 1);
  enter(core::WebhookState::Ok, true);
  EXPECT_EQ(state("ok"), 0);
  EXPECT_EQ(state("failing"), 1);
  enter(core::WebhookState::Paused, true);
  EXPECT_EQ(state("failing"), 0);
  EXPECT_EQ(state("paused"), 1);
  metrics.follow({}, {}, {});
  EXPECT_THAT(metrics.text(), Not(HasSubstr("mactiond_webhook_state{")));
}

TEST(Metrics, LeavesOutWhatIsNotKnown) {
  Metrics metrics("0.1.0", {"eu"}, {});
  core::RegionStatus region;
  region.name = "eu";
  metrics.update(status_of(region), kNow);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("mactiond_last_successful_poll")));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("mactiond_clock_skew")));

  region.last_poll = kNow;
  region.clock_skew = -1500ms;
  region.token_left = 1h;
  region.credential_end = kNow + 24h;
  metrics.update(status_of(region), kNow);
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, "mactiond_last_successful_poll_timestamp_seconds", {"region=\"eu\""}),
            1'728'000'000);
  EXPECT_EQ(value_of(text, "mactiond_token_expiry_timestamp_seconds", {"region=\"eu\""}),
            1'728'003'600);
  EXPECT_EQ(value_of(text, "mactiond_credential_expiry_timestamp_seconds", {"region=\"eu\""}),
            1'728'086'400);
  EXPECT_EQ(value_of(text, "mactiond_clock_skew_seconds", {"region=\"eu\""}), -1.5);

  region.token_left.reset();
  region.credential_end.reset();
  metrics.update(status_of(region), kNow);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("mactiond_token_expiry")));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("mactiond_credential_expiry")));
  region.token_left = 2h;
  metrics.update(status_of(region), kNow);
  EXPECT_EQ(value_of(metrics.text(), "mactiond_token_expiry_timestamp_seconds"), 1'728'007'200);
}

TEST(Metrics, CountsTransitionsAndTheirLag) {
  Metrics metrics("0.1.0", {"eu"}, {});
  metrics.transition("eu", "Failed", 1500ms);
  metrics.transition("eu", "Failed", std::nullopt);
  metrics.transition("eu", "Failed", -2s);
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, "mactiond_transitions_total", {"to=\"Failed\""}), 3);
  EXPECT_EQ(value_of(text, "mactiond_detection_lag_seconds_count"), 2);
  EXPECT_EQ(value_of(text, "mactiond_detection_lag_seconds_sum"), 1.5);
  EXPECT_EQ(value_of(text, "mactiond_detection_lag_seconds_bucket", {"le=\"0.5\""}), 1);
  EXPECT_EQ(value_of(text, "mactiond_detection_lag_seconds_bucket", {"le=\"2\""}), 2);
}

TEST(Metrics, CountsRequestsAndDeliveries) {
  Metrics metrics("0.1.0", {"eu"}, {"soc"});
  metrics.api_request("eu", "list", "200");
  metrics.api_request("eu", "list", "200");
  metrics.api_request("eu", "get", "503");
  metrics.api_request("eu", "token", "timeout");
  metrics.delivery("soc", "delivered");
  metrics.delivery("soc", "server_error");
  const std::string text = metrics.text();
  const std::string requests = "mactiond_api_requests_total";
  EXPECT_EQ(value_of(text, requests, {"operation=\"list\"", "code=\"200\""}), 2);
  EXPECT_EQ(value_of(text, requests, {"operation=\"get\"", "code=\"503\""}), 1);
  EXPECT_EQ(value_of(text, requests, {"operation=\"token\"", "code=\"timeout\""}), 1);
  EXPECT_EQ(value_of(text, "mactiond_webhook_deliveries_total", {"result=\"delivered\""}), 1);
  EXPECT_EQ(value_of(text, "mactiond_webhook_deliveries_total", {"result=\"server_error\""}), 1);
}

TEST(Metrics, CountsTheEventsOfAMessage) {
  Metrics metrics("0.1.0", {}, {"soc"});
  metrics.delivery("soc", "delivered", 20);
  EXPECT_EQ(value_of(metrics.text(), "mactiond_webhook_deliveries_total", {"result=\"delivered\""}),
            20);
}

TEST(Metrics, ShowsHowFarASyslogReceiverIs) {
  Metrics metrics("0.1.0", {}, {});
  metrics.update({"siem", 7, 2, 40});
  metrics.update({"siem", 9, 2, 3});
  const std::string text = metrics.text();
  const std::set<std::string> labels{"syslog=\"siem\""};
  EXPECT_EQ(value_of(text, "mactiond_syslog_sent_total", labels), 9);
  EXPECT_EQ(value_of(text, "mactiond_syslog_failures_total", labels), 2);
  EXPECT_EQ(value_of(text, "mactiond_syslog_queue", labels), 3);
}

TEST(Metrics, KeepsLabelsAClosedSet) {
  Metrics metrics("0.1.0", {"eu"}, {"soc"});
  core::EngineStatus status;
  status.regions.push_back({});
  status.regions.back().name = "eu";
  for (int i = 0; i < 100; ++i) {
    const std::string odd = "odd-" + std::to_string(i);
    metrics.transition("eu", odd, std::nullopt);
    metrics.api_request("eu", "list", odd);
    metrics.delivery("soc", odd);
    status.actions.push_back({"eu", odd, 2});
  }
  metrics.update(status, kNow);
  const std::string text = metrics.text();
  EXPECT_THAT(text, Not(HasSubstr("odd-")));
  EXPECT_EQ(value_of(text, "mactiond_transitions_total", {"to=\"other\""}), 100);
  EXPECT_EQ(value_of(text, "mactiond_api_requests_total", {"operation=\"list\"", "code=\"other\""}),
            100);
  EXPECT_EQ(value_of(text, "mactiond_webhook_deliveries_total", {"result=\"other\""}), 100);
  EXPECT_EQ(value_of(text, "mactiond_actions", {"status=\"other\""}), 200);
}

TEST(Metrics, ForgetsActionsThatAreGone) {
  Metrics metrics("0.1.0", {"eu"}, {});
  core::RegionStatus region;
  region.name = "eu";
  auto status = status_of(region);
  status.actions = {{"eu", "Pending", 3}, {"eu", "Paused", 1}};
  metrics.update(status, kNow);
  EXPECT_EQ(value_of(metrics.text(), "mactiond_actions", {"status=\"Pending\""}), 3);
  EXPECT_EQ(value_of(metrics.text(), "mactiond_actions", {"status=\"other\""}), 1);
  status.actions.clear();
  metrics.update(status, kNow);
  EXPECT_EQ(value_of(metrics.text(), "mactiond_actions", {"status=\"Pending\""}), 0);
  EXPECT_EQ(value_of(metrics.text(), "mactiond_actions", {"status=\"other\""}), 0);
}

TEST(Metrics, FollowsQuotaAndQueues) {
  Metrics metrics("0.1.0", {"eu"}, {"soc"});
  core::RegionStatus region;
  region.name = "eu";
  region.quota = {12, 100, 340, 1500};
  region.throttled_seconds = 40;
  region.unusable_rows = 3;
  auto status = status_of(region);
  core::WebhookStatus webhook;
  webhook.name = "soc";
  webhook.queued = 7;
  webhook.dead = 2;
  status.webhooks = {webhook};
  metrics.update(status, kNow);
  metrics.update(status, kNow);
  metrics.webhook_oldest("soc", 90s);
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, "mactiond_quota_used", {"window=\"minute\""}), 12);
  EXPECT_EQ(value_of(text, "mactiond_quota_limit", {"window=\"hour\""}), 1500);
  EXPECT_EQ(value_of(text, "mactiond_api_throttled_seconds_total", {"region=\"eu\""}), 40);
  EXPECT_EQ(value_of(text, "mactiond_unusable_rows_total", {"region=\"eu\""}), 3);
  EXPECT_EQ(value_of(text, "mactiond_webhook_queue", {"webhook=\"soc\""}), 7);
  EXPECT_EQ(value_of(text, "mactiond_dead_letters", {"webhook=\"soc\""}), 2);
  EXPECT_EQ(value_of(text, "mactiond_webhook_oldest_seconds", {"webhook=\"soc\""}), 90);
}

TEST(Metrics, HasNoNumberOfCallsWhileItIsNotACount) {
  Metrics metrics("0.1.0", {"eu"}, {});
  core::RegionStatus region;
  region.name = "eu";
  region.quota = {12, 100, 340, 1500};
  const auto hour_used = [&](core::Count worth) {
    region.quota.hour_is = worth;
    metrics.update(status_of(region), kNow);
    EXPECT_EQ(value_of(metrics.text(), "mactiond_quota_used", {"window=\"minute\""}), 12);
    EXPECT_EQ(value_of(metrics.text(), "mactiond_quota_limit", {"window=\"hour\""}), 1500);
    return value_of(metrics.text(), "mactiond_quota_used", {"window=\"hour\""});
  };
  EXPECT_EQ(hour_used(core::Count::Exact), 340);
  EXPECT_EQ(hour_used(core::Count::AtMost), std::nullopt);
  EXPECT_EQ(hour_used(core::Count::AtLeast), std::nullopt);
  EXPECT_EQ(hour_used(core::Count::Exact), 340);
}

TEST(Metrics, ObservesCommitsAndTheLoop) {
  Metrics metrics("0.1.0", {}, {});
  metrics.commit(2ms);
  metrics.loop_lag(20ms);
  metrics.config_loaded(false);
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, "mactiond_store_commit_seconds_sum"), 0.002);
  EXPECT_EQ(value_of(text, "mactiond_loop_lag_seconds_sum"), 0.02);
  EXPECT_EQ(value_of(text, "mactiond_config_last_reload_successful"), 0);
}

TEST(Metrics, ExplainsEveryFamily) {
  Metrics metrics("0.1.0", {"eu"}, {"soc"});
  core::RegionStatus region;
  region.name = "eu";
  region.last_poll = kNow;
  region.clock_skew = 0s;
  region.token_left = 1h;
  metrics.update(status_of(region), kNow);
  std::stringstream lines(metrics.text());
  std::set<std::string> helped;
  std::set<std::string> typed;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) helped.insert(line.substr(7, line.find(' ', 7) - 7));
    if (line.starts_with("# TYPE ")) typed.insert(line.substr(7, line.find(' ', 7) - 7));
  }
  EXPECT_EQ(typed.size(), 23U);
  EXPECT_EQ(helped, typed);
}

}  // namespace
}  // namespace mactiond::ops
