#include <gmock/gmock.h>

#include "engine_submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(EngineSubmitTest, AnOrderIsStoredSentAnsweredAndFollowedToItsActionsEnd) {
  start();
  const std::string id = submit(scan_of("m1"));
  ASSERT_EQ(count<StartAction>(), 1) << "it leaves in the step that takes it in";
  EXPECT_EQ(state(id), "sent") << "stored before the command is carried out";
  EXPECT_FALSE(last.quotas.empty());
  const auto post = take<StartAction>();
  EXPECT_EQ(post.region, "eu");
  EXPECT_EQ(post.machine, "m1");
  EXPECT_EQ(post.request, ActionRequest(RunScan{}));
  EXPECT_EQ(post.comment, "look [" + id + "]");
  EXPECT_EQ(post.token.reveal(), "token");
  EXPECT_EQ(post.send_by, now.mono + 10s);
  EXPECT_EQ(post.deadline, now.mono + 30s);
  events.clear();
  answer_start(post, make(post, "a1"));
  EXPECT_EQ(state(id), "submitted");
  EXPECT_EQ(row(id).action.value, "a1");
  EXPECT_EQ(row(id).answer, "201");
  EXPECT_THAT(recorded(), ElementsAre("submission.submitted", "a1 null>Pending"));
  EXPECT_THAT(events[1].fields, HasSubstr("\"submission_id\":\"" + id + '"'));
  end("a1", ActionStatus::Known::Succeeded);
  run(10s);
  EXPECT_EQ(state(id), "succeeded");
  EXPECT_EQ(recorded().back(), "a1 Pending>Succeeded");
  EXPECT_THAT(events.back().fields, HasSubstr("\"submission_id\":\"" + id + '"'));
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitTest, WhatAnOrderWouldMeetIsForeseenAndChangesNothing) {
  options.submit.max_per_hour = 1;
  start();
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  EXPECT_FALSE(engine().foresee(order, now));
  const std::string id = submit(order);
  const auto known = engine().foresee(order, now);
  ASSERT_TRUE(known);
  EXPECT_EQ(std::get<SubmissionAccepted>(*known).id, id);
  EXPECT_FALSE(std::get<SubmissionAccepted>(*known).is_new);
  order.body_hash = 1;
  EXPECT_EQ(std::get<KeyConflict>(*engine().foresee(order, now)).id, id);
  const auto held = engine().foresee(scan_of("m2"), now);
  EXPECT_EQ(std::get<SubmissionHeld>(std::get<Refused>(*held).reason).guard,
            SubmitGuard::HourLimit);
  SubmissionOrder elsewhere = scan_of("m1");
  elsewhere.region = "us";
  EXPECT_TRUE(std::holds_alternative<NotFound>(*engine().foresee(elsewhere, now)));
  EXPECT_EQ(count<StartAction>(), 1);
}

TEST_F(EngineSubmitTest, ALaterChangeOfItsActionStillNamesTheSubmission) {
  start();
  const std::string id = submit(scan_of("m1"));
  const auto post = take<StartAction>();
  answer_start(post, make(post, "a1"));
  end("a1", ActionStatus::Known::Succeeded);
  run(10s);
  ASSERT_EQ(state(id), "succeeded");
  restart();
  end("a1", ActionStatus::Known::Failed);
  run(20s);
  EXPECT_THAT(events.back().fields, HasSubstr("\"correction\":true"));
  EXPECT_THAT(events.back().fields, HasSubstr("\"submission_id\":\"" + id + '"'));
  EXPECT_EQ(state(id), "succeeded");
}

TEST_F(EngineSubmitTest, TheActionsOfOthersNameNoSubmission) {
  start();
  add("b1", "m1");
  run(20s);
  EXPECT_THAT(events.back().fields, Not(HasSubstr("submission_id")));
}

TEST_F(EngineSubmitTest, EachStatusOfTheActionIsAnEndOfItsOwn) {
  using Known = ActionStatus::Known;
  start();
  const std::pair<Known, const char*> kEnds[] = {{Known::Succeeded, "succeeded"},
                                                 {Known::Failed, "failed"},
                                                 {Known::TimeOut, "timed_out"},
                                                 {Known::Cancelled, "cancelled"}};
  for (const auto& [status, word] : kEnds) {
    const std::string id = submit(scan_of(word));
    const auto post = take<StartAction>();
    answer_start(post, make(post, std::string("a-") + word));
    end(std::string("a-") + word, status);
    run(20s);
    EXPECT_EQ(state(id), word);
  }
  EXPECT_EQ(facts_of(SubmissionState::Queued), 4);
  EXPECT_EQ(facts_of(SubmissionState::Submitted), 4);
  EXPECT_EQ(facts_of(SubmissionState::TimedOut), 1);
  EXPECT_EQ(submission_facts.front().type, "RunAntiVirusScan");
}

TEST_F(EngineSubmitTest, ARefusalOfTheApiIsReported) {
  start();
  const std::string id = submit(scan_of("m1"));
  answer_start(take<StartAction>(), test::not_found());
  EXPECT_EQ(state(id), "refused");
  EXPECT_EQ(row(id).reason, "machine_not_found");
  EXPECT_EQ(recorded_of(EventType::SubmissionRefused), 1);
  EXPECT_EQ(facts_of(SubmissionState::Refused), 1);
  run(1h);
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitTest, AMissingRoleIsRefusedAndSoughtInANewToken) {
  start();
  run(2min);
  const std::string id = submit(scan_of("m1"));
  answer_start(take<StartAction>(), test::refusal(Verdict::GiveUp, Reason::Permission, 403));
  EXPECT_EQ(row(id).reason, "permission");
  EXPECT_EQ(count<FetchToken>(), 1);
  run(10s);
  EXPECT_EQ(engine().status(now).regions.front().state, RegionState::Ok);
}

TEST_F(EngineSubmitTest, ATokenThatWasRefusedIsReplacedAndThePostRepeated) {
  start();
  const std::string id = submit(scan_of("m1"));
  pass(61s);
  answer_start(take<StartAction>(), test::unauthorized());
  EXPECT_EQ(state(id), "queued");
  run(5s);
  ASSERT_EQ(count<StartAction>(), 1);
  EXPECT_EQ(row(id).posts, 2);
}

TEST_F(EngineSubmitTest, A429HoldsAllCallsAndThePostIsRepeated) {
  start();
  const std::string id = submit(scan_of("m1"));
  answer_start(take<StartAction>(), test::throttled(30s));
  run(29s);
  EXPECT_EQ(count<StartAction>(), 0);
  run(10s);
  ASSERT_EQ(count<StartAction>(), 1);
  EXPECT_EQ(state(id), "sent");
}

TEST_F(EngineSubmitTest, APostThatDidNotLeaveIsRepeated) {
  start();
  const std::string id = submit(scan_of("m1"));
  answer_start(take<StartAction>(), test::refusal(Verdict::Retry, Reason::Timeout, 0), true);
  EXPECT_EQ(state(id), "queued");
  run(2s);
  EXPECT_EQ(count<StartAction>(), 1);
}

TEST_F(EngineSubmitTest, WithoutATokenItExpires) {
  gives_tokens = false;
  tick();
  const std::string id = submit(scan_of("m1"));
  EXPECT_EQ(state(id), "queued");
  run(options.submit.send_within + 5s);
  EXPECT_EQ(state(id), "expired");
  EXPECT_EQ(row(id).reason, "no_server_time");
  EXPECT_EQ(recorded_of(EventType::SubmissionExpired), 1);
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitTest, ADegradedRegionSendsNothing) {
  start();
  for (int i = 0; i < 30 && engine().status(now).regions.front().state == RegionState::Ok; ++i) {
    pass(20s);
    while (count<ListActions>() > 0) fail(take<ListActions>(), test::server_error());
  }
  ASSERT_EQ(engine().status(now).regions.front().state, RegionState::Degraded);
  const std::string id = submit(scan_of("m1"));
  EXPECT_EQ(count<StartAction>(), 0);
  EXPECT_EQ(state(id), "queued");
  run(6min);
  EXPECT_EQ(count<StartAction>(), 1) << "the region has recovered";
}

TEST_F(EngineSubmitTest, AnUnknownRegionIsNotFound) {
  start();
  SubmissionOrder order = scan_of("m1");
  order.region = "us";
  step(AskSubmission{order});
  EXPECT_TRUE(std::holds_alternative<NotFound>(reply.value()));
  EXPECT_TRUE(submissions.empty());
}

TEST_F(EngineSubmitTest, OnlyWhatIsAllowedIsTakenIn) {
  start();
  SubmissionOrder order = scan_of("m1");
  order.request = Offboard{};
  EXPECT_EQ(held(order).guard, SubmitGuard::TypeNotAllowed);
  options.submit.enabled = false;
  reload();
  EXPECT_EQ(held(scan_of("m1")).guard, SubmitGuard::Disabled);
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitTest, NoMoreAreTakenInThanTheHourAllows) {
  options.submit.max_per_hour = 2;
  start();
  for (const char* machine : {"m1", "m2"}) {
    submit(scan_of(machine));
    const auto post = take<StartAction>();
    answer_start(post, make(post, std::string("a-") + machine));
  }
  const SubmissionHeld held_back = held(scan_of("m3"));
  EXPECT_EQ(held_back.guard, SubmitGuard::HourLimit);
  EXPECT_GT(held_back.retry_after, 59min);
  run(1h + 20s);
  submit(scan_of("m3"));
  EXPECT_EQ(count<StartAction>(), 1);
}

TEST_F(EngineSubmitTest, AKeyStandsForOneSubmission) {
  start();
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = submit(order);
  EXPECT_EQ(submit(order), id);
  EXPECT_EQ(count<StartAction>(), 1);
  order.body_hash = 1;
  step(AskSubmission{order});
  EXPECT_EQ(std::get<KeyConflict>(reply.value()).id, id);
}

TEST_F(EngineSubmitTest, TheQueueHasAnOrder) {
  gives_tokens = false;
  tick();
  const std::string first = submit(scan_of("m1"));
  const std::string second = submit(scan_of("m2"));
  EXPECT_EQ(engine().ahead_of(first), 0U);
  EXPECT_EQ(engine().ahead_of(second), 1U);
  EXPECT_EQ(engine().ahead_of("sub_x"), std::nullopt);
  EXPECT_EQ(engine().status(now).regions.front().submissions.queued, 2);
}

TEST_F(EngineSubmitTest, AStopSendsNothingAndLosesNothing) {
  start();
  const std::string sent = submit(scan_of("m1"));
  const auto post = take<StartAction>();
  step(StopRequested{});
  answer_start(post, make(post, "a1"));
  EXPECT_EQ(state(sent), "submitted");
  EXPECT_EQ(held(scan_of("m2")).guard, SubmitGuard::Stopping);
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitTest, AKeyIsForgottenWithItsRow) {
  start();
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = submit(order);
  answer_start(take<StartAction>(), test::not_found());
  set_mono(now.mono + options.closed_actions - 24h);
  run(2h);
  EXPECT_EQ(submit(order), id);
  set_mono(now.mono + 24h);
  run(2h);
  EXPECT_NE(submit(order), id);
}

TEST_F(EngineSubmitTest, WhatHoldsAnOrderBackIsKnownBeforeItIsStored) {
  gives_tokens = false;
  (void)engine();
  const std::string id = submit(scan_of("m1"));
  run(5s);
  EXPECT_EQ(engine().held_by(id), "no_server_time");
  EXPECT_EQ(engine().held_by("sub_x"), "");
}

TEST_F(EngineSubmitTest, AKnownKeyNeedsNoRegion) {
  start();
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = submit(order);
  order.region.clear();
  const auto known = engine().foresee(order, now);
  ASSERT_TRUE(known);
  EXPECT_EQ(std::get<SubmissionAccepted>(*known).id, id);
  order.key = "other";
  EXPECT_TRUE(std::holds_alternative<NotFound>(*engine().foresee(order, now)));
}

}  // namespace
}  // namespace mactiond::core
