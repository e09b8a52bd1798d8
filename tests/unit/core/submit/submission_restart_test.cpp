#include <gtest/gtest.h>

#include <string>

#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::scan_of;

class SubmissionRestartTest : public test::SubmitTest {};

TEST_F(SubmissionRestartTest, ACrashBeforeTheIntentIsStoredSendsOnce) {
  const std::string id = accept(scan_of("m1"));
  const auto job = next().value();
  follower->sent(job, time, out);
  crash();
  EXPECT_EQ(state(id), SubmissionState::Queued);
  EXPECT_EQ(post(), id);
  EXPECT_EQ(row(id).posts, 1);
}

TEST_F(SubmissionRestartTest, ACrashAfterTheIntentIsALostAnswer) {
  const std::string id = accept(scan_of("m1"));
  post();
  start();
  EXPECT_EQ(post(), "");
  pass(15min);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Lost);
}

TEST_F(SubmissionRestartTest, AfterACrashTheActionIsStillAdopted) {
  const std::string id = accept(scan_of("m1"));
  post();
  start();
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  start();
  see_end(made(id, "a1"), ActionStatus::Known::Succeeded);
  EXPECT_EQ(state(id), SubmissionState::Succeeded);
}

TEST_F(SubmissionRestartTest, ACrashBeforeTheAnswerIsStoredFindsTheActionAgain) {
  const std::string id = accept(scan_of("m1"));
  post();
  follower->answered(id, test::started(made(id, "a1")), time, out);
  crash();
  EXPECT_EQ(state(id), SubmissionState::Sent);
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionRestartTest, AfterARebootAQuarterOfAnHourIsCountedFromIt) {
  const std::string id = accept(scan_of("m1"));
  post();
  reboot();
  pass(13min);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Sent) << "the wall clock may be wrong";
  pass(1min);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Lost);
}

TEST_F(SubmissionRestartTest, SendWithinHoldsOverAReboot) {
  const std::string id = accept(scan_of("m1"));
  time.now.wall += 14min;
  *time.server += 14min;
  reboot();
  EXPECT_TRUE(next());
  pass(61s);
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Expired);
}

TEST_F(SubmissionRestartTest, AfterARebootNothingLeavesBeforeTheApisTimeIsKnown) {
  const std::string id = accept(scan_of("m1"));
  time.server.reset();
  time.now.wall -= 2h;
  reboot();
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Queued);
  time.server = test::kDay + 16min;
  pass(2s);
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Expired);
}

TEST_F(SubmissionRestartTest, TheOrderIsThatOfAskingAfterARestart) {
  const std::string first = accept(scan_of("m1"));
  const std::string second = accept(scan_of("m2"));
  start();
  EXPECT_EQ(post(), first);
  EXPECT_EQ(post(), second);
}

TEST_F(SubmissionRestartTest, AfterARecoveryOfTheStoreWhatIsQueuedMayHaveBeenSent) {
  const std::string id = accept(scan_of("m1"));
  start();
  follower->recovered(time, out);
  commit();
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Sent);
  see(made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionRestartTest, AfterARecoveryWhatNoListShowsIsLost) {
  const std::string id = accept(scan_of("m1"));
  start();
  pass(1h);
  follower->recovered(time, out);
  commit();
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Sent);
  pass(15min);
  sweep();
  EXPECT_EQ(state(id), SubmissionState::Lost);
}

}  // namespace
}  // namespace mactiond::core
