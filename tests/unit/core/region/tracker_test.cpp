#include "core/region/tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::kDay;
using test::open_action;
using Kind = Observation::Kind;
using Status = ActionStatus::Known;

const ActionId kA1{"a1"};

TEST(Tracker, AFirstSightIsAChangeFromNothing) {
  Tracker tracker;
  const Observation seen = tracker.observe(open_action("a1"));
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_FALSE(seen.from);
  EXPECT_FALSE(seen.correction);
  EXPECT_EQ(tracker.open_count(), 1);
}

TEST(Tracker, TheSameAnswerAgainIsNothing) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  EXPECT_EQ(tracker.observe(open_action("a1")).kind, Kind::Nothing);
}

TEST(Tracker, KnowsWhichAnswerIsTheNewest) {
  Tracker tracker;
  EXPECT_FALSE(tracker.is_newest(open_action("a1")));
  (void)tracker.observe(open_action("a1"));
  EXPECT_TRUE(tracker.is_newest(open_action("a1")));
  (void)tracker.observe(ended_action("a1", kDay + 1s));
  EXPECT_FALSE(tracker.is_newest(open_action("a1")));
  EXPECT_TRUE(tracker.is_newest(ended_action("a1", kDay + 1s)));
}

TEST(Tracker, AnotherStatusIsAChangeFromTheFormer) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  const auto seen = tracker.observe(open_action("a1").in(Status::InProgress).updated(kDay + 1s));
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_EQ(seen.from, ActionStatus(Status::Pending));
  EXPECT_FALSE(seen.correction);
}

TEST(Tracker, AnOlderAnswerNeverOverwritesANewerOne) {
  Tracker tracker;
  (void)tracker.observe(ended_action("a1", kDay + 10s));
  const auto late = open_action("a1").in(Status::InProgress).updated(kDay + 5s).scope("new");
  EXPECT_EQ(tracker.observe(late).kind, Kind::Nothing);
  EXPECT_EQ(tracker.find(kA1)->status, ActionStatus(Status::Succeeded));
  EXPECT_EQ(tracker.find(kA1)->stamp, kDay + 10s);
}

TEST(Tracker, OneTickDecidesWhichAnswerIsNewer) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  const auto seen =
      tracker.observe(open_action("a1").in(Status::InProgress).updated(kDay + Duration(1)));
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_EQ(tracker.observe(open_action("a1")).kind, Kind::Nothing);
}

TEST(Tracker, WithOneStampOnlyAStatusFurtherAlongCounts) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").in(Status::InProgress));
  EXPECT_EQ(tracker.observe(open_action("a1")).kind, Kind::Nothing);
  EXPECT_EQ(tracker.observe(ended_action("a1", kDay)).kind, Kind::Changed);
  EXPECT_EQ(tracker.observe(open_action("a1").in(Status::Failed)).kind, Kind::Nothing);
}

TEST(Tracker, WithoutAStampTheStatusAloneDecides) {
  Tracker tracker;
  const auto bare = [] { return open_action("a1").created({}).updated({}); };
  (void)tracker.observe(bare());
  EXPECT_EQ(tracker.observe(bare().in(Status::InProgress)).kind, Kind::Changed);
  EXPECT_EQ(tracker.observe(bare()).kind, Kind::Nothing);
}

TEST(Tracker, AStatusThatGoesBackWithANewerStampIsRecorded) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").in(Status::InProgress));
  const auto seen = tracker.observe(open_action("a1").updated(kDay + 1s));
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_EQ(seen.from, ActionStatus(Status::InProgress));
}

TEST(Tracker, AChangeAfterATerminalStatusIsACorrection) {
  Tracker tracker;
  (void)tracker.observe(ended_action("a1", kDay));
  const auto seen = tracker.observe(open_action("a1").in(Status::Cancelled).updated(kDay + 1s));
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_TRUE(seen.correction);
  const auto reopened = tracker.observe(open_action("a1").updated(kDay + 2s));
  EXPECT_TRUE(reopened.correction);
  EXPECT_EQ(tracker.open_count(), 1);
}

TEST(Tracker, AFieldFilledInLaterRefreshesTheCopyOnly) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  EXPECT_EQ(tracker.observe(open_action("a1").scope("filled")).kind, Kind::Refreshed);
  EXPECT_EQ(tracker.observe(open_action("a1").scope("filled")).kind, Kind::Nothing);
  EXPECT_EQ(tracker.observe(open_action("a1").updated(kDay + 1s)).kind, Kind::Refreshed);
}

TEST(Tracker, AnUnknownStatusIsOpenAndCountedByItsText) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").in(ActionStatus::parse("Sleeping")));
  EXPECT_EQ(tracker.open_count(), 1);
  EXPECT_EQ(tracker.counts().at("Sleeping"), 1);
}

TEST(Tracker, ListsOpenActionsACompleteReadDidNotShow) {
  Tracker tracker;
  for (const char* id : {"c", "a", "b"}) (void)tracker.observe(open_action(id));
  (void)tracker.observe(ended_action("d", kDay));
  tracker.begin_read(Read::Poll);
  (void)tracker.observe(open_action("b"));
  EXPECT_EQ(tracker.unseen_open(Read::Poll), (std::vector<ActionId>{{"a"}, {"c"}}));
}

TEST(Tracker, ListsWhatAPageShouldHaveShownByCreation) {
  Tracker tracker;
  for (int i = 0; i < 5; ++i) {
    (void)tracker.observe(open_action("a" + std::to_string(i)).created(kDay + 1s * i));
  }
  (void)tracker.observe(open_action("undated").created({}));
  tracker.begin_read(Read::Poll);
  (void)tracker.observe(open_action("a2").created(kDay + 2s));
  const auto between = [&](int oldest, int newest) {
    return tracker.unseen_open(Read::Poll, {kDay + 1s * oldest, kDay + 1s * newest});
  };
  EXPECT_EQ(between(0, 4), (std::vector<ActionId>{{"a1"}, {"a3"}})) << "the ends are not inside";
  EXPECT_TRUE(between(1, 1).empty());
  EXPECT_TRUE(between(1, 2).empty());
  EXPECT_EQ(tracker.unseen_open(Read::Poll).size(), 5U);
}

TEST(Tracker, WhatEndedIsNotMissingFromAPage) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").created(kDay + 1s));
  (void)tracker.observe(open_action("a2").created(kDay + 2s));
  (void)tracker.observe(ended_action("a1", kDay + 5s).created(kDay + 1s));
  EXPECT_TRUE(tracker.vanish(ActionId{"a2"}));
  tracker.begin_read(Read::Poll);
  EXPECT_TRUE(tracker.unseen_open(Read::Poll, {kDay, kDay + 9s}).empty());
  EXPECT_EQ(tracker.open_count(), 0);
}

TEST(Tracker, AnUnknownStatusIsNotMissingFromAPollThatDoesNotAskForIt) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").in(ActionStatus::parse("Sleeping")));
  tracker.begin_read(Read::Poll);
  tracker.begin_read(Read::Sweep);
  EXPECT_TRUE(tracker.unseen_open(Read::Poll).empty());
  EXPECT_EQ(tracker.unseen_open(Read::Sweep).size(), 1U);
}

TEST(Tracker, TheOrderOfWhatIsMissingDoesNotDependOnHashing) {
  Tracker tracker;
  for (int i = 0; i < 100; ++i) (void)tracker.observe(open_action("a" + std::to_string(i * 37)));
  tracker.begin_read(Read::Poll);
  const auto ids = tracker.unseen_open(Read::Poll);
  EXPECT_EQ(ids.size(), 100U);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Tracker, AnyAnswerSinceTheReadBeganCountsAsSeen) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  tracker.begin_read(Read::Poll);
  tracker.begin_read(Read::Sweep);
  (void)tracker.observe(open_action("a1").updated(kDay - 1s));
  EXPECT_TRUE(tracker.unseen_open(Read::Poll).empty());
  EXPECT_TRUE(tracker.unseen_open(Read::Sweep).empty());
  tracker.begin_read(Read::Sweep);
  EXPECT_TRUE(tracker.unseen_open(Read::Poll).empty());
  EXPECT_EQ(tracker.unseen_open(Read::Sweep).size(), 1U);
}

TEST(Tracker, ARestoredActionIsUnseenUntilAnAnswerShowsIt) {
  Tracker tracker;
  StoredAction stored;
  stored.id = kA1;
  stored.status = Status::Pending;
  stored.last_update = kDay;
  tracker.restore(stored);
  tracker.begin_read(Read::Poll);
  EXPECT_EQ(tracker.unseen_open(Read::Poll).size(), 1U);
}

TEST(Tracker, ARestoredActionIsNotRecordedAgain) {
  Tracker tracker;
  const MachineAction action = open_action("a1");
  StoredAction stored;
  stored.id = kA1;
  stored.status = action.status;
  stored.last_update = action.last_update;
  stored.fingerprint = fingerprint(action.document);
  tracker.restore(stored);
  EXPECT_EQ(tracker.observe(action).kind, Kind::Nothing);
  EXPECT_EQ(tracker.counts().at("Pending"), 1);
}

TEST(Tracker, AVanishedActionIsNoLongerOpen) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  EXPECT_TRUE(tracker.vanish(kA1));
  EXPECT_EQ(tracker.open_count(), 0);
  EXPECT_EQ(tracker.counts().at("Pending"), 0);
  tracker.begin_read(Read::Poll);
  EXPECT_TRUE(tracker.unseen_open(Read::Poll).empty());
  EXPECT_FALSE(tracker.vanish(kA1)) << "once is enough";
}

TEST(Tracker, OnlyAnOpenActionVanishes) {
  Tracker tracker;
  (void)tracker.observe(ended_action("a1", kDay));
  EXPECT_FALSE(tracker.vanish(kA1));
  EXPECT_FALSE(tracker.vanish(ActionId{"nobody"}));
}

TEST(Tracker, AVanishedActionReturnsUnchangedWithoutATransition) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  (void)tracker.vanish(kA1);
  EXPECT_EQ(tracker.observe(open_action("a1")).kind, Kind::Refreshed);
  EXPECT_EQ(tracker.open_count(), 1);
}

TEST(Tracker, AVanishedActionReturnsWithTheTransitionItMade) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1"));
  (void)tracker.vanish(kA1);
  const auto seen = tracker.observe(ended_action("a1", kDay + 1h));
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_EQ(seen.from, ActionStatus(Status::Pending));
  EXPECT_FALSE(tracker.find(kA1)->vanished);
}

TEST(Tracker, AnEndByAnOlderStampCountsOnceAReadOfItsOwnConfirmsIt) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").in(Status::InProgress).updated(kDay + 5s));
  const MachineAction ended = ended_action("a1", kDay + 1s);
  EXPECT_EQ(tracker.observe(ended).kind, Kind::Doubtful);
  const auto seen = tracker.observe(ended, {.confirms = true});
  EXPECT_EQ(seen.kind, Kind::Changed);
  EXPECT_TRUE(seen.late);
  EXPECT_FALSE(seen.correction);
  EXPECT_EQ(tracker.find(kA1)->stamp, kDay + 5s) << "the order continues from the newer stamp";
  EXPECT_EQ(tracker.observe(ended, {.confirms = true}).kind, Kind::Nothing);
  EXPECT_EQ(tracker.open_count(), 0);
}

TEST(Tracker, AnOpenStatusByAnOlderStampNeverCounts) {
  Tracker tracker;
  (void)tracker.observe(open_action("a1").in(Status::InProgress).updated(kDay + 5s));
  EXPECT_EQ(tracker.observe(open_action("a1"), {.confirms = true}).kind, Kind::Nothing);
}

TEST(Tracker, AFinalStatusIsNotCorrectedByAnOlderStamp) {
  Tracker tracker;
  (void)tracker.observe(ended_action("a1", kDay + 5s));
  const MachineAction older = open_action("a1").in(Status::Failed).updated(kDay + 1s);
  EXPECT_EQ(tracker.observe(older, {.confirms = true}).kind, Kind::Nothing);
}

TEST(Tracker, ForgetsWhatEndedLongAgo) {
  Tracker tracker;
  (void)tracker.observe(ended_action("old", kDay - 1s));
  (void)tracker.observe(ended_action("young", kDay));
  (void)tracker.observe(open_action("open").updated(kDay - 1h));
  (void)tracker.observe(open_action("gone").updated(kDay - 1h));
  (void)tracker.vanish(ActionId{"gone"});
  tracker.forget_before(kDay);
  EXPECT_EQ(tracker.find(ActionId{"old"}), nullptr);
  EXPECT_EQ(tracker.find(ActionId{"gone"}), nullptr);
  EXPECT_NE(tracker.find(ActionId{"young"}), nullptr);
  EXPECT_NE(tracker.find(ActionId{"open"}), nullptr);
  EXPECT_EQ(tracker.counts().at("Succeeded"), 1);
  EXPECT_EQ(tracker.counts().at("Pending"), 1);
  EXPECT_EQ(tracker.open_count(), 1);
}

}  // namespace
}  // namespace mactiond::core
