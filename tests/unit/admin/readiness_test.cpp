#include "admin/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace mactiond::admin {
namespace {

using namespace std::chrono_literals;

bool ready(const std::string& reason, std::optional<Duration> last_poll_age, bool live = true) {
  core::EngineStatus status;
  core::RegionStatus region;
  region.name = "eu";
  region.state = reason.empty() ? "ok" : "degraded";
  region.reason = reason;
  region.last_poll_age = last_poll_age;
  status.regions = {region};
  return judge_readiness(live, status).ready;
}

TEST(Readiness, ComesWithTheFirstSuccessfulPoll) {
  EXPECT_FALSE(ready("", std::nullopt));
  EXPECT_TRUE(ready("", 0s));
}

TEST(Readiness, OutlastsTroubleThatHasJustBegun) {
  EXPECT_TRUE(ready("network", 10min));
  EXPECT_FALSE(ready("network", 10min + 1s));
  EXPECT_FALSE(ready("network", std::nullopt));
}

TEST(Readiness, DoesNotDependOnTheIntervalWhileARegionIsInOrder) { EXPECT_TRUE(ready("", 1h)); }

TEST(Readiness, NeedsALiveLoop) { EXPECT_FALSE(ready("", 0s, false)); }

TEST(Readiness, NeedsEveryRegion) {
  core::EngineStatus status;
  core::RegionStatus region;
  region.name = "eu";
  region.last_poll_age = 1s;
  status.regions = {region, region};
  EXPECT_TRUE(judge_readiness(true, status).ready);
  status.regions[0].last_poll_age.reset();
  EXPECT_FALSE(judge_readiness(true, status).ready);
}

TEST(Readiness, NamesATransitionLogThatCannotBeWritten) {
  core::EngineStatus status;
  status.log_trouble = "write: No space left on device";
  const Readiness readiness = judge_readiness(true, status);
  EXPECT_FALSE(readiness.ready);
  EXPECT_EQ(readiness.report, "[+] live\n[-] transition log: write: No space left on device\n");
}

TEST(Readiness, KeepsEachReasonOnItsLine) {
  core::EngineStatus status;
  core::RegionStatus region;
  region.name = "eu";
  region.state = "degraded";
  region.reason = "x\n[+] region us: fine";
  status.regions = {region};
  EXPECT_EQ(judge_readiness(true, status).report,
            "[+] live\n[-] region eu: not polled yet, degraded: x [+] region us: fine\n");
}

}  // namespace
}  // namespace mactiond::admin
