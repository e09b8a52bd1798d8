#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using Status = ActionStatus::Known;
using test::ended_action;
using test::kDay;
using test::open_action;

struct BacklogTest : testing::Test, test::EngineHarness {
  BacklogTest() {
    new_regions = true;
    options.webhooks.emplace_back().name = "soc";
    options.webhooks.emplace_back().name = "archive";
    options.webhooks.back().filter.backlog = true;
  }
  static bool is_backlog(const EventRecord& event) {
    return event.fields.find("\"backlog\":true") != std::string::npos;
  }
  /// Events that a webhook waits for or was sent, by number.
  std::vector<std::uint64_t> due_to(const std::string& webhook) const {
    std::vector<std::uint64_t> seqs;
    for (const auto& row : addressed) {
      if (row.webhook == webhook) seqs.push_back(row.seq);
    }
    return seqs;
  }
  const EventRecord& baseline() const {
    const auto found = std::find_if(events.begin(), events.end(), [](const EventRecord& event) {
      return event.type == EventType::RegionBaseline;
    });
    EXPECT_NE(found, events.end());
    return *found;
  }
};

TEST_F(BacklogTest, ANewRegionsPastIsLoggedAndGoesToNobodyWhoDidNotAsk) {
  begin({open_action("a1").created(kDay - 30h).updated(kDay - 29h),
         ended_action("a2", kDay - 1h).created(kDay - 2h)});
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(is_backlog(events[0]));
  EXPECT_TRUE(is_backlog(events[1]));
  EXPECT_NE(events[0].fields.find("\"lag_ms\":null"), std::string::npos);
  EXPECT_EQ(events[2].type, EventType::RegionBaseline);
  EXPECT_EQ(due_to("soc"), std::vector<std::uint64_t>{3});
  EXPECT_EQ(due_to("archive"), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(BacklogTest, TheBaselineCountsWhatIsThere) {
  begin({open_action("a1").created(kDay - 30h).updated(kDay - 29h), open_action("a2").created({}),
         ended_action("a3", kDay - 1h), ended_action("a4", kDay - 2h)});
  EXPECT_EQ(baseline().region, "eu");
  EXPECT_TRUE(baseline().fields.starts_with(R"("open":2,"finished":2,"oldest_open_s":1080)"))
      << baseline().fields;
  EXPECT_FALSE(regions.at("eu").fresh);
}

TEST_F(BacklogTest, AnEmptyRegionHasABaselineToo) {
  begin({});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(baseline().fields, R"("open":0,"finished":0,"oldest_open_s":null)");
}

TEST_F(BacklogTest, AFilterKeepsTheBaselineOut) {
  options.webhooks[0].filter.event = {"action.*"};
  begin({});
  EXPECT_TRUE(due_to("soc").empty());
  EXPECT_EQ(due_to("archive").size(), 1U);
}

TEST_F(BacklogTest, WhatHappensAfterTheFirstCallIsOrdinary) {
  tick();
  give_token();
  list({open_action("old").created(kDay - 1h).updated(kDay - 1h)});
  const auto sweep = take<ListActions>();
  set_mono(now.mono + 16s);
  tick();
  list({open_action("new").created(server() - 3s).updated(server() - 3s),
        ended_action("old", server() - 2s).created(kDay - 1h)});
  EXPECT_EQ(recorded(), (Lines{"old null>Pending", "new null>Pending", "old Pending>Succeeded"}));
  EXPECT_TRUE(is_backlog(events[0]));
  EXPECT_FALSE(is_backlog(events[1]));
  EXPECT_FALSE(is_backlog(events[2]));
  EXPECT_EQ(due_to("soc"), (std::vector<std::uint64_t>{2, 3}));
  answer(sweep, {});
  EXPECT_EQ(events.back().type, EventType::RegionBaseline);
}

TEST_F(BacklogTest, TheMomentOfTheFirstCallIsStoredBeforeTheCallLeaves) {
  tick();
  give_token();
  ASSERT_EQ(last.regions.size(), 1U);
  EXPECT_TRUE(last.regions[0].fresh);
  ASSERT_TRUE(last.regions[0].first_call);
  EXPECT_EQ(count<ListActions>(), 1);
}

TEST_F(BacklogTest, ARegionStaysNewOverRestartsUntilASweepIsComplete) {
  tick();
  give_token();
  list({open_action("a1").created(kDay - 1h).updated(kDay - 1h)});
  StoredAction row;
  row.region = "eu";
  row.id = ActionId{"a1"};
  row.status = Status::Pending;
  row.created = row.last_update = kDay - 1h;
  restart({row});
  set_mono(now.mono + 2h);
  tick();
  give_token();
  const std::vector<MachineAction> rows = {open_action("a2").created(kDay - 2h).updated(kDay - 2h),
                                           open_action("a3").created(kDay + 1h).updated(kDay + 1h)};
  list(rows);
  list(rows);
  list({});  // the sweep's next page
  EXPECT_EQ(recorded(),
            (Lines{"a1 null>Pending", "a2 null>Pending", "a3 null>Pending", "region.baseline"}));
  EXPECT_TRUE(is_backlog(events[1]));
  EXPECT_FALSE(is_backlog(events[2])) << "after the first call, while the daemon was down";
  restart({row});
  const std::size_t before = events.size();
  begin({open_action("a4").created(kDay - 3h).updated(kDay - 3h)});
  EXPECT_EQ(events.size(), before + 1) << "no second baseline";
  EXPECT_FALSE(is_backlog(events.back()));
}

TEST_F(BacklogTest, ARegionThatTheStoreKnowsHasNone) {
  new_regions = false;
  begin({ended_action("a1", kDay - 1h)});
  EXPECT_EQ(recorded(), Lines{"a1 null>Succeeded"});
  EXPECT_FALSE(is_backlog(events[0]));
  EXPECT_EQ(due_to("soc").size(), 1U);
}

TEST_F(BacklogTest, NorHasOneOfWhichTheStoreKnowsActionsOnly) {
  snapshot.actions.emplace_back().region = "eu";
  snapshot.actions.back().id = ActionId{"a0"};
  snapshot.actions.back().status = Status::Succeeded;
  begin({ended_action("a1", kDay - 1h)});
  EXPECT_EQ(recorded(), Lines{"a1 null>Succeeded"});
  EXPECT_FALSE(is_backlog(events[0]));
}

TEST_F(BacklogTest, OurWrongClockDoesNotDecideWhatIsPast) {
  for (const Duration wrong : {Duration(-72h), Duration(72h)}) {
    now = Now{kDay + wrong, test::kBoot};
    events.clear();
    tick();
    give_token();
    list({});  // the first round began by a wrong clock
    list({open_action("old").created(kDay - 1h).updated(kDay - 1h),
          open_action("new").created(kDay + 9s).updated(kDay + 9s)});
    ASSERT_EQ(events.size(), 2U);
    EXPECT_TRUE(is_backlog(events[0]));
    EXPECT_FALSE(is_backlog(events[1]));
    restart({});
    regions.clear();
    snapshot = {};
    snapshot.last_seq = last_seq;
  }
}

TEST_F(BacklogTest, WithoutUsableStampsItIsThePastOnlyWhileTheRegionIsNew) {
  begin({open_action("a1").created({}).updated({})});
  EXPECT_TRUE(is_backlog(events[0]));
  pass(16s);
  list({open_action("a2").created({}).updated({})});
  EXPECT_FALSE(is_backlog(events.back()));
}

}  // namespace
}  // namespace mactiond::core
