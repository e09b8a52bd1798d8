#include "admin/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mactiond::admin {
namespace {

using namespace std::chrono_literals;

core::RegionStatus region(const std::string& name, const std::string& reason,
                          std::optional<Duration> last_poll_age) {
  core::RegionStatus region;
  region.name = name;
  using core::RegionState;
  region.state = !reason.empty() ? RegionState::Degraded
                 : last_poll_age ? RegionState::Ok
                                 : RegionState::Starting;
  region.reason = reason;
  region.last_poll_age = last_poll_age;
  return region;
}

core::WebhookStatus webhook(const std::string& name, core::WebhookState state,
                            const std::string& reason, std::int64_t queued) {
  core::WebhookStatus webhook;
  webhook.name = name;
  webhook.state = state;
  webhook.reason = reason;
  webhook.queued = queued;
  return webhook;
}

TEST(Readiness, NeedsALiveLoopAndNothingElseOfTheWorld) {
  core::EngineStatus status;
  status.regions = {region("eu", "", 1h), region("us", "", std::nullopt),
                    region("uk", "network", 24h), region("au", "auth", std::nullopt)};
  status.webhooks = {webhook("soc", core::WebhookState::Disabled, "gone 410", 7)};
  EXPECT_TRUE(judge_readiness(true, status).ready);
  EXPECT_FALSE(judge_readiness(false, status).ready);
  EXPECT_TRUE(judge_readiness(true, {}).ready);
}

TEST(Readiness, SaysWhatEachRegionIsLike) {
  core::EngineStatus status;
  status.regions = {region("eu", "", 2s), region("us", "", std::nullopt),
                    region("uk", "network", 90s), region("au", "auth: x", std::nullopt)};
  EXPECT_EQ(judge_readiness(true, status).report,
            "[+] live\n"
            "[+] region eu: ok, polled 2 s ago\n"
            "[-] region us: starting, not polled yet\n"
            "[-] region uk: degraded: network, polled 90 s ago\n"
            "[-] region au: degraded: auth: x, not polled yet\n");
}

TEST(Readiness, SaysWhatEachWebhookIsLike) {
  core::EngineStatus status;
  status.webhooks = {webhook("a", core::WebhookState::Ok, "", 0),
                     webhook("b", core::WebhookState::Ok, "server_error 500", 3),
                     webhook("c", core::WebhookState::Ok, "timeout", 4),
                     webhook("d", core::WebhookState::Paused, "auth 401", 5),
                     webhook("e", core::WebhookState::Disabled, "gone 410", 6)};
  status.webhooks[2].failing = true;
  status.webhooks[4].dead = 2;
  EXPECT_EQ(judge_readiness(true, status).report,
            "[+] live\n"
            "[+] webhook a: ok, 0 events wait\n"
            "[+] webhook b: ok: server_error 500, 3 events wait\n"
            "[-] webhook c: failing: timeout, 4 events wait\n"
            "[-] webhook d: paused: auth 401, 5 events wait\n"
            "[-] webhook e: disabled: gone 410, 6 events wait, 2 dead letters\n");
}

TEST(Readiness, NamesATransitionLogThatCannotBeWritten) {
  core::EngineStatus status;
  status.log_trouble = "transition log: write: No space left on device";
  const Readiness readiness = judge_readiness(true, status);
  EXPECT_FALSE(readiness.ready);
  EXPECT_EQ(readiness.report, "[+] live\n[-] transition log: write: No space left on device\n");
}

TEST(Readiness, KeepsEachReasonOnItsLine) {
  core::EngineStatus status;
  core::RegionStatus region;
  region.name = "eu";
  region.state = core::RegionState::Degraded;
  region.reason = "x\n[+] region us: fine";
  status.regions = {region};
  EXPECT_EQ(judge_readiness(true, status).report,
            "[+] live\n[-] region eu: degraded: x [+] region us: fine, not polled yet\n");
}

}  // namespace
}  // namespace mactiond::admin
