#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/region/region.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::kDay;
using test::open_action;
using test::refusal;
using test::server_error;
using test::throttled;
using test::unauthorized;
using Lines = std::vector<std::string>;

const Outcome kWrongSecret =
    refusal(Verdict::GiveUp, Reason::Auth, 401, std::nullopt, "invalid_client AADSTS7000215");

struct TroubleTest : testing::Test, test::EngineHarness {
  std::string reason() { return engine().status(now).regions[0].reason; }
  /// Waits for the next list call and lets it fail.
  void fail_poll(const Outcome& outcome) {
    for (int i = 0; i < 400 && count<ListActions>() == 0; ++i) pass(1s);
    fail_list(outcome);
  }
  /// A poll that fails like this is reported at once, and the next one comes after an hour.
  void expect_an_hour_after(const Outcome& outcome) {
    begin({open_action("a1")});
    fail_poll(outcome);
    EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "region.degraded"}));
    pass(59min);
    EXPECT_EQ(count<ListActions>(), outcome.status == 429 ? 0 : 1) << "but for the sweep";
    give_token();
    pass(2min);
    const auto poll = take_list(Query::Kind::ChangedSince);
    ASSERT_TRUE(poll);
    answer(*poll, {});
    EXPECT_EQ(reason(), "");
  }
};

TEST_F(TroubleTest, AWrongSecretIsReportedAtOnceAndRecoversWhenFixed) {
  tick();
  refuse_token(kWrongSecret);
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_NE(events[0].fields.find("AADSTS7000215"), std::string::npos);
  EXPECT_NE(reason().find("AADSTS7000215"), std::string::npos);
  EXPECT_EQ(regions.at("eu").degraded, reason());
  EXPECT_TRUE(pending.empty()) << "nothing is called without a token";
  pass(6s);
  refuse_token(kWrongSecret);
  EXPECT_EQ(events.size(), 1U) << "reported once";
  pass(12s);
  give_token();
  EXPECT_EQ(events.size(), 1U) << "a token alone proves nothing";
  list({});
  EXPECT_EQ(recorded(), (Lines{"region.degraded", "region.recovered"}));
  EXPECT_EQ(reason(), "");
  EXPECT_EQ(regions.at("eu").degraded, std::nullopt);
}

TEST_F(TroubleTest, APassingFailureOfTheTokenEndpointIsTroubleOnlyWhenItRepeats) {
  tick();
  refuse_token(server_error());
  EXPECT_TRUE(events.empty());
  pass(6s);
  refuse_token(server_error());
  EXPECT_TRUE(events.empty());
  pass(12s);
  refuse_token(server_error());
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
}

TEST_F(TroubleTest, ATokenExpiredMidRunIsRenewedOnceWithoutTrouble) {
  begin({open_action("a1")});
  pass(20min);
  const auto poll = take_list(Query::Kind::ChangedSince);
  ASSERT_TRUE(poll);
  fail(*poll, unauthorized());
  EXPECT_EQ(count<FetchToken>(), 1);
  EXPECT_EQ(count<ListActions>(), 1) << "the sweep in progress; no poll without a token";
  give_token("new");
  const auto again = take_list(Query::Kind::ChangedSince);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->token.reveal(), "new");
  EXPECT_EQ(again->query, poll->query);
  answer(*again, {});
  EXPECT_EQ(events.size(), 1U);
  EXPECT_EQ(reason(), "");
}

TEST_F(TroubleTest, ASecondRefusalOfTheOldTokenDoesNotCostTheNewOneEdge) {
  begin();
  pass(20min);
  const auto poll = take_list(Query::Kind::ChangedSince);
  const auto sweep = take_list(Query::Kind::CreatedSince);
  ASSERT_TRUE(poll && sweep);
  fail(*poll, unauthorized());
  give_token("new");
  fail(*sweep, unauthorized());
  EXPECT_EQ(count<FetchToken>(), 0);
  EXPECT_EQ(count<ListActions>(), 2);
  EXPECT_TRUE(events.empty());
}

TEST_F(TroubleTest, AFreshTokenRefusedIsTroubleAtOnceAndNoLoop) {
  tick();
  give_token();
  fail_list(unauthorized());
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_EQ(count<FetchToken>(), 0) << "only after a back-off";
  int fetches = 0;
  for (int i = 0; i < 600; ++i) {
    pass(1s);
    if (count<FetchToken>() > 0) {
      ++fetches;
      give_token();
    }
    if (count<ListActions>() > 0) fail_list(unauthorized());
  }
  EXPECT_GE(fetches, 3);
  EXPECT_LE(fetches, 12);
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(TroubleTest, TokenFailuresOfLongAgoDoNotLengthenTheNextWait) {
  tick();
  for (int i = 0; i < 8; ++i) {
    refuse_token(server_error());
    pass(7min);
  }
  give_token();
  list({});
  list({});
  pass(56min);
  refuse_token(server_error());
  const auto poll = take_list(Query::Kind::ChangedSince);
  ASSERT_TRUE(poll);
  pass(7s);
  EXPECT_EQ(count<FetchToken>(), 1);
}

TEST_F(TroubleTest, ThreeFailuresInARowAreTrouble) {
  begin();
  fail_poll(server_error());
  fail_poll(server_error());
  EXPECT_TRUE(events.empty());
  fail_poll(server_error());
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_EQ(reason(), "server_error 503");
  fail_poll(server_error());
  EXPECT_EQ(events.size(), 1U);
  pass(10min);
  (void)take_list(Query::Kind::CreatedSince);
  list({});
  EXPECT_EQ(recorded(), (Lines{"region.degraded", "region.recovered"}));
}

TEST_F(TroubleTest, ASuccessBetweenFailuresStartsTheCountAgain) {
  begin();
  for (int round = 0; round < 3; ++round) {
    fail_poll(server_error());
    fail_poll(server_error());
    pass(1min);
    list({});
  }
  EXPECT_TRUE(events.empty());
}

TEST_F(TroubleTest, ARecoveryTakesACompletePoll) {
  options.regions[0].poll.page_size = 1;
  tick();
  give_token();
  for (int i = 0; i < 3; ++i) fail_poll(server_error());
  pass(1min);
  list({open_action("a1")});
  EXPECT_EQ(reason(), "server_error 503");
  list({});
  EXPECT_EQ(reason(), "");
}

TEST_F(TroubleTest, AMissingPermissionIsTroubleAtOnce) {
  begin();
  fail_poll(refusal(Verdict::GiveUp, Reason::Permission, 403, std::nullopt, "Forbidden"));
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_EQ(reason(), "permission 403: Forbidden");
}

TEST_F(TroubleTest, ARoleGrantedSinceTheTokenWasMadeIsTriedFirst) {
  begin();
  pass(20min);
  const auto poll = take_list(Query::Kind::ChangedSince);
  ASSERT_TRUE(poll);
  fail(*poll, refusal(Verdict::GiveUp, Reason::Permission, 403));
  EXPECT_TRUE(events.empty());
  give_token("new");
  const auto again = take_list(Query::Kind::ChangedSince);
  ASSERT_TRUE(again);
  fail(*again, refusal(Verdict::GiveUp, Reason::Permission, 403));
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_EQ(count<FetchToken>(), 0) << "a new token once, not in a loop";
}

TEST_F(TroubleTest, AFailedRenewalIsNoTroubleWhileTheOldTokenWorks) {
  begin();
  pass(56min);
  refuse_token(kWrongSecret);
  EXPECT_TRUE(events.empty());
  ASSERT_TRUE(take_list(Query::Kind::ChangedSince));
  pass(5min);
  refuse_token(kWrongSecret);
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
}

TEST_F(TroubleTest, TroubleOfBeforeTheRestartIsNotReportedAgain) {
  snapshot.regions.push_back({"eu", kDay, std::nullopt, "server_error 503"});
  tick();
  give_token();
  for (int i = 0; i < 3; ++i) fail_poll(server_error());
  EXPECT_TRUE(events.empty());
  pass(5min);
  list({});
  EXPECT_EQ(recorded(), Lines{"region.recovered"});
}

TEST_F(TroubleTest, ASweepThatFailsNowAndThenIsNoTroubleOfTheRegion) {
  begin({open_action("a1")});
  for (int i = 0; i < 6; ++i) {
    pass(11min);
    if (count<FetchToken>() > 0) give_token();
    if (const auto sweep = take_list(Query::Kind::CreatedSince)) {
      i % 3 == 2 ? answer(*sweep, {open_action("a1")}) : fail(*sweep, server_error());
    }
    if (const auto poll = take_list(Query::Kind::ChangedSince)) answer(*poll, {});
  }
  EXPECT_EQ(events.size(), 1U);
}

/// Its sweeps fail in the same way, its polls do not.
struct FailingSweepTest : TroubleTest {
  void fail_sweeps(int times, const Outcome& outcome) {
    for (int failures = 0, i = 0; failures < times && i < 2000; ++i, pass(1s)) {
      if (count<FetchToken>() > 0) give_token();
      if (const auto poll = take_list(Query::Kind::ChangedSince)) answer(*poll, {});
      const auto sweep = take_list(Query::Kind::CreatedSince);
      if (!sweep) continue;
      fail(*sweep, outcome);
      ++failures;
    }
  }
  RegionStatus region() { return engine().status(now).regions[0]; }
  const Outcome kRefused =
      refusal(Verdict::GiveUp, Reason::Rejected, 400, std::nullopt, "BadRequest: no such filter");
};

TEST_F(FailingSweepTest, OfANewRegionIsTroubleThatSaysWhatComesOfIt) {
  new_regions = true;
  tick();
  give_token();
  list({});
  fail_sweeps(2, kRefused);
  EXPECT_EQ(recorded(), Lines{});
  fail_sweeps(1, kRefused);
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_EQ(region().state, RegionState::Degraded);
  for (const char* part : {"every sweep fails: BadRequest: no such filter", "stays new",
                           "nothing is cancelled", "vanished actions are not noticed"}) {
    EXPECT_NE(reason().find(part), std::string::npos) << part << " in " << reason();
  }
  fail_sweeps(20, kRefused);
  EXPECT_EQ(recorded(), Lines{"region.degraded"}) << "once, whatever the polls between say";
  EXPECT_EQ(region().state, RegionState::Degraded);
}

TEST_F(FailingSweepTest, ThatGetsThroughAgainEndsTheTrouble) {
  begin({open_action("a1")});
  const Outcome late = refusal(Verdict::Retry, Reason::Timeout, 0, std::nullopt, "deadline");
  fail_sweeps(3, late);
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "region.degraded"}));
  EXPECT_NE(reason().find("timeout"), std::string::npos) << reason();
  EXPECT_EQ(reason().find("stays new"), std::string::npos) << reason();
  EXPECT_EQ(reason().find("nothing is cancelled"), std::string::npos) << "it was swept before";
  for (int i = 0; i < 700 && region().state != RegionState::Ok; ++i, pass(1s)) {
    if (count<FetchToken>() > 0) give_token();
    if (const auto sweep = take_list(Query::Kind::CreatedSince))
      answer(*sweep, {open_action("a1")});
    if (const auto poll = take_list(Query::Kind::ChangedSince)) answer(*poll, {});
  }
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "region.degraded", "region.recovered"}));
  EXPECT_EQ(reason(), "");
}

TEST_F(TroubleTest, AnAbandonedCallIsNoTrouble) {
  begin();
  for (int i = 0; i < 5; ++i) {
    pass(15s);
    const auto poll = take_list(Query::Kind::ChangedSince);
    ASSERT_TRUE(poll);
    now.mono += 1s;
    fail(*poll, test::stopped());
  }
  EXPECT_TRUE(events.empty());
}

TEST_F(TroubleTest, AServiceThatRepeatsItsPagesIsFollowedAndReportedOnce) {
  tick();
  give_token();
  int calls = 0;
  run(10min, [&] {
    while (count<ListActions>() > 0) {
      ++calls;
      answer(take<ListActions>(), {open_action("a1")}, true);
    }
  });
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  EXPECT_EQ(reason(), "");
  EXPECT_EQ(log_entries_of("pages_repeated"), 1);
  EXPECT_LE(calls, 300) << "a poll costs one call as ever";
  run(1min, [&] {
    while (count<ListActions>() > 0) {
      answer(take<ListActions>(), {ended_action("a1", kDay + 11min)}, true);
    }
  });
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a1 Pending>Succeeded"}));
}

TEST_F(TroubleTest, RowsThatCannotBeReachedAreTroubleUntilTheyCanBe) {
  options.regions[0].poll.page_size = 2;
  options.regions[0].poll.filters = Filters::Documented;
  tick();
  give_token();
  const std::vector<MachineAction> page{open_action("a1"), open_action("a2")};
  run(1min, [&] {
    while (count<ListActions>() > 0) answer(take<ListActions>(), page);
  });
  EXPECT_NE(reason().find("repeats a full page"), std::string::npos) << reason();
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a2 null>Pending", "region.degraded"}));
  run(15min, [&] {
    while (count<ListActions>() > 0) {
      const auto list = take<ListActions>();
      answer(list, list.query.skip > 0 ? std::vector<MachineAction>{} : page);
    }
  });
  EXPECT_EQ(reason(), "");
}

TEST_F(TroubleTest, AnAbsurdWaitAfterA429IsReportedAndCutToAnHour) {
  expect_an_hour_after(throttled(Duration(24h)));
}

TEST_F(TroubleTest, AnAbsurdWaitAfterA503IsReportedAndCutToAnHour) {
  expect_an_hour_after(refusal(Verdict::Retry, Reason::ServerError, 503, Duration(24h)));
}

TEST_F(TroubleTest, AnAbsurdWaitForATokenIsReportedAndCutToAnHour) {
  tick();
  refuse_token(throttled(Duration(24h)));
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  pass(1h + 1min);
  EXPECT_EQ(count<FetchToken>(), 1);
}

TEST_F(TroubleTest, OneRegionsTroubleDoesNotHoldUpAnother) {
  options.regions.emplace_back().name = "us";
  tick();
  refuse_token(kWrongSecret);
  give_token();
  pass(3s);
  const auto list = take<ListActions>();
  EXPECT_EQ(list.region, "us");
  answer(list, {open_action("u1")});
  EXPECT_EQ(recorded(), (Lines{"region.degraded", "u1 null>Pending"}));
  EXPECT_EQ(events[0].region, "eu");
  EXPECT_EQ(events[1].region, "us");
}

}  // namespace
}  // namespace mactiond::core
