#include <gtest/gtest.h>

#include <string>

#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::scan_of;

class SubmissionDoubtTest : public test::SubmitTest {
 protected:
  /// Its answer was lost.
  std::string in_doubt() {
    const std::string id = accept(scan_of("m1"));
    EXPECT_EQ(post(), id);
    answer(id, test::no_answer());
    return id;
  }
};

TEST_F(SubmissionDoubtTest, AfterALostAnswerNothingIsSentAgain) {
  const std::string id = in_doubt();
  EXPECT_EQ(state(id), SubmissionState::Sent);
  for (int i = 0; i < 100; ++i) {
    pass(1min);
    EXPECT_EQ(post(), "");
  }
  EXPECT_EQ(state(id), SubmissionState::Sent) << "until a complete list was read";
}

TEST_F(SubmissionDoubtTest, AnActionWithItsTagIsAdopted) {
  const std::string id = in_doubt();
  pass(1min);
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  EXPECT_EQ(row(id).action.value, "a1");
  EXPECT_EQ(reports.at(0).submission.state, SubmissionState::Submitted);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionDoubtTest, AnAnswerOutOfDateShowsWhoseActionItIsAndNothingMore) {
  const std::string id = in_doubt();
  follower->shown(made(id, "a1"), time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  MachineAction ended = made(id, "a1");
  ended.status = ActionStatus::Known::Failed;
  follower->shown(ended, time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionDoubtTest, AnActionThatHasEndedMeanwhileIsAdoptedToo) {
  const std::string id = in_doubt();
  see_end(made(id, "a1"), ActionStatus::Known::Succeeded);
  EXPECT_EQ(state(id), SubmissionState::Succeeded);
  EXPECT_EQ(reports.size(), 1U);
}

TEST_F(SubmissionDoubtTest, AnActionThatIsListedBeforeTheAnswerIsAdoptedOnce) {
  const std::string id = accept(scan_of("m1"));
  post();
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  answer(id, made(id, "a1"));
  answer(id, test::no_answer());
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  EXPECT_EQ(reports.size(), 1U);
}

TEST_F(SubmissionDoubtTest, OnlyItsOwnActionIsAdopted) {
  const std::string id = in_doubt();
  MachineAction other = made(id, "a1");
  other.machine_id = "m2";
  see(other);
  other = made(id, "a1");
  other.type = ActionType::Known::Isolate;
  see(other);
  other = made(id, "a1");
  other.created = time.moment() - 26h;
  see(other);
  other = made(id, "a1");
  other.requestor_comment = "look";
  see(other);
  EXPECT_EQ(state(id), SubmissionState::Sent);
}

TEST_F(SubmissionDoubtTest, AClockOfTheApiThatWasSetBackHidesNoAction) {
  const std::string id = in_doubt();
  MachineAction action = made(id, "a1");
  action.created = time.moment() - 2h;
  action.machine_id = "M1";
  see(action);
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionDoubtTest, ACompleteListAQuarterOfAnHourLaterMeansLost) {
  const std::string id = in_doubt();
  pass(15min - 1s);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Sent);
  pass(1s);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Lost);
  EXPECT_EQ(row(id).reason, "no_answer");
  EXPECT_EQ(reports.at(0).submission.state, SubmissionState::Lost);
}

TEST_F(SubmissionDoubtTest, WhatCountsIsWhenTheListBegan) {
  const std::string id = in_doubt();
  pass(14min);
  const ListRead list{time.moment() - 96h, {time.moment(), time.now.mono}};
  pass(30min);
  follower->listed(list, time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Sent);
}

TEST_F(SubmissionDoubtTest, AListThatBeginsAfterThePostIsNotComplete) {
  pass(1h);
  const std::string id = in_doubt();
  const WallTime left = time.moment();
  pass(20min);
  const Now begun{time.moment(), time.now.mono};
  follower->listed({left + 1s, begun}, time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Sent);
  follower->listed({left, begun}, time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Lost);
}

TEST_F(SubmissionDoubtTest, NothingIsLostByClocksThatDisagree) {
  const std::string id = in_doubt();
  pass(1h);
  time.now.wall += 24h;
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Sent);
}

TEST_F(SubmissionDoubtTest, NothingIsLostWhileItsAnswerMayCome) {
  const std::string id = accept(scan_of("m1"));
  post();
  pass(1h);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Sent);
}

TEST_F(SubmissionDoubtTest, WhatTheApiTookAlthoughItSaidNoIsAdopted) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, mactiond::test::throttled(1h));
  EXPECT_EQ(state(id), SubmissionState::Queued);
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionDoubtTest, AnActionIsNotAdoptedBeforeAnythingWasSent) {
  const std::string id = accept(scan_of("m2"));
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Queued);
}

TEST_F(SubmissionDoubtTest, AnAnswerThatShowsAnActionOfAnotherIsTheOthersAnswer) {
  const std::string first = in_doubt();
  const std::string second = accept(scan_of("m1"));
  EXPECT_EQ(post(), second);
  see(made(first, "a1"));
  answer(second, made(first, "a1"));
  EXPECT_EQ(state(first), SubmissionState::Submitted);
  EXPECT_EQ(state(second), SubmissionState::Refused);
  EXPECT_EQ(row(second).blocked_by.value, "a1");
}

TEST_F(SubmissionDoubtTest, TheTypeOfAContainmentIsWhateverTheApiCallsIt) {
  SubmissionOrder order = scan_of("m1");
  order.request = Isolate{Isolate::Scope::UnManagedDevice};
  options.types = {"Isolate"};
  ledger->configure(options);
  const std::string id = accept(order);
  EXPECT_EQ(post(), id);
  answer(id, test::no_answer());
  MachineAction contained = made(id, "a1");
  contained.type = ActionType::parse("ContainDevice");
  see(contained);
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionDoubtTest, ARowIsKeptFromItsEndOnWhateverTheActionsStampSays) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, made(id, "a1"));
  const WallTime stamp = time.moment();
  pass(40 * 24h);
  MachineAction ended = made(id, "a1");
  ended.status = ActionStatus::Known::Succeeded;
  ended.last_update = stamp;
  see(ended);
  EXPECT_EQ(row(id).ended, time.moment());
}

TEST_F(SubmissionDoubtTest, APageThatShowsWhatThePostDidIsNoRefusal) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, mactiond::test::refusal(Verdict::GiveUp, Reason::Redirect, 303));
  EXPECT_EQ(state(id), SubmissionState::Sent);
}

}  // namespace
}  // namespace mactiond::core
