#include <gmock/gmock.h>

#include "core/recovery.hpp"
#include "engine_submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// What becomes of submissions whose answer is lost: to the network, a crash or a recovery.
class EngineSubmitDoubtTest : public EngineSubmitTest {
 protected:
  /// A POST whose answer never comes.
  std::string in_doubt() {
    const std::string id = submit(scan_of("m1"));
    post = take<StartAction>();
    answer_start(post, test::refusal(Verdict::Retry, Reason::Timeout, 0));
    EXPECT_EQ(state(id), "sent");
    return id;
  }
  StartAction post;
};

TEST_F(EngineSubmitDoubtTest, AListThatShowsItsActionSettlesIt) {
  start();
  const std::string id = in_doubt();
  make(post, "a1");
  run(20s);
  EXPECT_EQ(state(id), "submitted");
  EXPECT_EQ(row(id).action.value, "a1");
  EXPECT_EQ(count<StartAction>(), 0);
  EXPECT_EQ(recorded_of(EventType::SubmissionSubmitted), 1);
}

TEST_F(EngineSubmitDoubtTest, ItIsLostOnceASweepLongAfterThePostShowsNoAction) {
  start();
  const std::string id = in_doubt();
  run(15min - 10s);
  EXPECT_EQ(state(id), "sent");
  run(11min);
  EXPECT_EQ(state(id), "lost");
  EXPECT_EQ(recorded_of(EventType::SubmissionLost), 1);
  EXPECT_EQ(facts_of(SubmissionState::Lost), 1);
  run(1h);
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitDoubtTest, ASweepReachesBackToThePostHoweverLongAgo) {
  start();
  const std::string id = in_doubt();
  add("b1", "m2");
  end("b1", ActionStatus::Known::Succeeded);
  hidden.insert("b1");
  set_mono(now.mono + options.regions.front().poll.lookback + 48h);
  restart();
  hidden.clear();
  events.clear();
  run(1min);
  EXPECT_EQ(state(id), "lost");
  EXPECT_EQ(recorded_of(EventType::ActionTransition), 0) << "the old action of another is no news";
}

TEST_F(EngineSubmitDoubtTest, AnActionOfOursIsFoundHoweverLongAgo) {
  start();
  const std::string id = in_doubt();
  make(post, "a1");
  end("a1", ActionStatus::Known::TimeOut);
  hidden.insert("a1");
  set_mono(now.mono + options.regions.front().poll.lookback + 48h);
  restart();
  hidden.clear();
  run(1min);
  EXPECT_EQ(state(id), "timed_out");
}

TEST_F(EngineSubmitDoubtTest, AShortLookbackHidesNoSubmission) {
  options.regions.front().poll.lookback = 6min;
  start();
  const std::string id = in_doubt();
  run(26min);
  EXPECT_EQ(state(id), "lost");
}

TEST_F(EngineSubmitDoubtTest, ASweepWithARowThatCannotBeReadProvesNothing) {
  start();
  const std::string id = in_doubt();
  const auto respond_with = [this](int unusable) {
    return [this, unusable] {
      while (const auto sweep = take_list(Query::Kind::CreatedSince)) {
        const int rows = sweep->query.skip == 0 ? unusable : 0;
        step(ActionsListed{sweep->id, {}, {}, rows, false, date()});
      }
      respond();
    };
  };
  EngineHarness::run(1h, respond_with(1));
  EXPECT_EQ(state(id), "sent");
  EngineHarness::run(11min, respond_with(0));
  EXPECT_EQ(state(id), "lost");
}

TEST_F(EngineSubmitDoubtTest, APollProvesNothing) {
  start();
  const std::string id = in_doubt();
  EngineHarness::run(1h, [this] {
    while (const auto sweep = take_list(Query::Kind::CreatedSince)) {
      fail(*sweep, test::server_error());
    }
    respond();
  });
  EXPECT_EQ(state(id), "sent");
}

TEST_F(EngineSubmitDoubtTest, AnActionThatIsListedLateIsItsOwn) {
  start();
  const std::string id = in_doubt();
  make(post, "a1");
  hidden.insert("a1");
  run(14min);
  EXPECT_EQ(state(id), "sent");
  hidden.clear();
  end("a1", ActionStatus::Known::Succeeded);
  run(1min);
  EXPECT_EQ(state(id), "succeeded");
}

TEST_F(EngineSubmitDoubtTest, ItsActionIsGoneOnlyOnceReadsConfirmIt) {
  start();
  const std::string id = submit(scan_of("m1"));
  post = take<StartAction>();
  answer_start(post, make(post, "a1"));
  api.erase("a1");
  run(1min);
  EXPECT_EQ(state(id), "submitted");
  run(15min);
  EXPECT_EQ(state(id), "failed");
  EXPECT_EQ(row(id).reason, "vanished");
}

TEST_F(EngineSubmitDoubtTest, ItsActionMayBeTooNewToBeReadWhateverTheApisClockShows) {
  start();
  const std::string id = submit(scan_of("m1"));
  post = take<StartAction>();
  StartAnswer made;
  made.outcome.status = 201;
  made.action = make(post, "a1");
  hidden.insert("a1");
  step(ActionStarted{post.id, made, date() + 3min});
  EngineHarness::run(58s, [this] {
    while (count<ListActions>() > 0) {
      step(ActionsListed{take<ListActions>().id, {}, {}, 0, false, date() + 3min});
    }
    while (count<GetAction>() > 0) {
      step(ActionRead{take<GetAction>().id, test::not_found(), {}, date() + 3min});
    }
  });
  EXPECT_EQ(recorded_of(EventType::ActionVanished), 0);
  EXPECT_EQ(state(id), "submitted");
}

TEST_F(EngineSubmitDoubtTest, WhatWasQueuedIsSentAfterARestart) {
  start();
  gives_tokens = false;
  pass(25h);
  const std::string id = submit(scan_of("m1"));
  ASSERT_EQ(state(id), "queued");
  restart();
  gives_tokens = true;
  start();
  ASSERT_EQ(count<StartAction>(), 1);
  EXPECT_EQ(state(id), "sent");
}

TEST_F(EngineSubmitDoubtTest, WhatMayHaveLeftIsNotSentAgainAfterARestart) {
  start();
  const std::string id = submit(scan_of("m1"));
  post = take<StartAction>();
  restart();
  start();
  EXPECT_EQ(count<StartAction>(), 0);
  EXPECT_EQ(state(id), "sent");
  make(post, "a1");
  run(20s);
  EXPECT_EQ(state(id), "submitted");
  restart();
  end("a1", ActionStatus::Known::Failed);
  start();
  EXPECT_EQ(state(id), "failed");
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitDoubtTest, ARestartKeepsTheLimitAndTheKeys) {
  options.submit.max_per_hour = 1;
  start();
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = submit(order);
  post = take<StartAction>();
  answer_start(post, make(post, "a1"));
  restart();
  start();
  EXPECT_EQ(submit(order), id);
  EXPECT_EQ(held(scan_of("m2")).guard, SubmitGuard::HourLimit);
}

TEST_F(EngineSubmitDoubtTest, AfterARecoveryWhatWasQueuedMayHaveLeft) {
  start();
  gives_tokens = false;
  pass(25h);
  const std::string id = submit(scan_of("m1"));
  restart();
  gives_tokens = true;
  StoreRecovered recovered;
  recovered.reason = "lost";
  recovered.after_seq = last_seq;
  step(recovered);
  EXPECT_EQ(state(id), "sent") << "in the commit of the recovery";
  start();
  EXPECT_EQ(count<StartAction>(), 0);
  SubmissionOrder order = scan_of("m2");
  order.key = "k";
  EXPECT_EQ(held(order).guard, SubmitGuard::StoreRecovered);
  run(26min);
  EXPECT_EQ(state(id), "lost");
  run(kHoldAfterRecovery);
  submit(order);
}

TEST_F(EngineSubmitDoubtTest, OfARegionThatIsRemovedTheQueueEnds) {
  start();
  const std::string sent = in_doubt();
  gives_tokens = false;
  pass(25h);
  const std::string queued = submit(scan_of("m2"));
  options.regions.front().name = "us";
  snapshot.regions.emplace_back().region = "us";
  reload();
  EXPECT_EQ(state(queued), "refused");
  EXPECT_EQ(row(queued).reason, "region_removed");
  EXPECT_EQ(recorded_of(EventType::SubmissionRefused), 1);
  EXPECT_EQ(state(sent), "sent");
  gives_tokens = true;
  options.regions.front().name = "eu";
  load_submissions();
  reload();
  make(post, "a1");
  run(20s);
  EXPECT_EQ(state(sent), "submitted") << "it is followed again";
}

TEST_F(EngineSubmitDoubtTest, OfARegionThatIsGoneAtTheStartTheQueueEnds) {
  start();
  const std::string sent = in_doubt();
  gives_tokens = false;
  pass(25h);
  const std::string queued = submit(scan_of("m2"));
  options.regions.front().name = "us";
  restart();
  tick();
  EXPECT_EQ(state(queued), "refused");
  EXPECT_EQ(row(queued).reason, "region_removed");
  EXPECT_EQ(state(sent), "sent");
}

TEST_F(EngineSubmitDoubtTest, WhatIsSwitchedOffEndsInTheQueue) {
  start();
  gives_tokens = false;
  pass(25h);
  const std::string id = submit(scan_of("m1"));
  options.submit.types = {"Isolate"};
  reload();
  EXPECT_EQ(state(id), "refused");
  EXPECT_EQ(row(id).reason, "disabled");
}

TEST_F(EngineSubmitDoubtTest, AnActionThatTheStoreLacksIsReadById) {
  start();
  const std::string id = submit(scan_of("m1"));
  const StartAction sent = take<StartAction>();
  answer_start(sent, make(sent, "a1"));
  EXPECT_EQ(state(id), "submitted");
  end("a1", ActionStatus::Known::Succeeded);
  set_mono(now.mono + options.regions.front().poll.lookback + 48h);
  EngineHarness::restart({});
  (void)engine();
  run(2min);
  EXPECT_EQ(state(id), "succeeded");
}

TEST_F(EngineSubmitDoubtTest, AnActionThatNeitherStoreNorApiHasIsTheEnd) {
  start();
  const std::string id = submit(scan_of("m1"));
  const StartAction sent = take<StartAction>();
  answer_start(sent, make(sent, "a1"));
  api.clear();
  set_mono(now.mono + 24h);
  EngineHarness::restart({});
  (void)engine();
  run(10min);
  EXPECT_EQ(state(id), "failed");
  EXPECT_EQ(row(id).reason, "vanished");
}

}  // namespace
}  // namespace mactiond::core
