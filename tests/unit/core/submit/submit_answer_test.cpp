#include "core/submit/submit_answer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/enum_values.hpp"
#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using test::api_action;
using test::refused;

const std::string kId = make_submission_id(1, 2);

Submission scan() {
  Submission row;
  row.id = kId;
  row.order = test::scan_of("m1");
  row.state = SubmissionState::Sent;
  return row;
}

SubmitResult judged(Outcome outcome, bool unsent = false) {
  return judge(scan(), test::plain(std::move(outcome), unsent));
}

SubmitResult judged_with_comment(const std::string& comment) {
  return judge(scan(), test::started(api_action("a1", "m1", comment, test::kDay)));
}

TEST(SubmitAnswerTest, OnlyCertaintyAllowsAnotherPost) {
  using namespace mactiond::test;
  EXPECT_EQ(judged(throttled(std::nullopt)), SubmitResult::NoEffect);
  EXPECT_EQ(judged(unauthorized()), SubmitResult::NoEffect);
  EXPECT_EQ(judged(core::test::no_answer(), true), SubmitResult::NoEffect);
  EXPECT_EQ(judged(stopped(), true), SubmitResult::NoEffect);
}

TEST(SubmitAnswerTest, WhatMayHaveTakenEffectIsInDoubt) {
  using namespace mactiond::test;
  EXPECT_EQ(judged(core::test::no_answer()), SubmitResult::Doubt);
  EXPECT_EQ(judged(stopped()), SubmitResult::Doubt);
  EXPECT_EQ(judged(server_error()), SubmitResult::Doubt);
  EXPECT_EQ(judged(refusal(Verdict::Retry, Reason::Timeout, 408)), SubmitResult::Doubt);
  EXPECT_EQ(judged(refusal(Verdict::Retry, Reason::BadAnswer, 0)), SubmitResult::Doubt);
  EXPECT_EQ(judged(refusal(Verdict::Retry, Reason::TooLarge, 0)), SubmitResult::Doubt);
  EXPECT_EQ(judged(refusal(Verdict::Retry, Reason::Tls, 0)), SubmitResult::Doubt);
  EXPECT_EQ(judged(Outcome{}), SubmitResult::Doubt) << "a success that shows no action";
}

TEST(SubmitAnswerTest, ANoOfTheApiIsFinal) {
  for (const int status : {400, 405, 413, 422}) {
    EXPECT_EQ(judged(refused(status)), SubmitResult::Refused) << status;
  }
  EXPECT_EQ(judged(mactiond::test::not_found()), SubmitResult::Refused);
  EXPECT_EQ(refusal_word(mactiond::test::not_found()), "machine_not_found");
  const Outcome forbidden =
      mactiond::test::refusal(Verdict::GiveUp, Reason::Permission, 403, std::nullopt);
  EXPECT_EQ(judged(forbidden), SubmitResult::Refused);
  EXPECT_EQ(refusal_word(forbidden), "permission");
  EXPECT_EQ(refusal_word(refused(400)), "rejected");
}

TEST(SubmitAnswerTest, AnActionInProgressBlocks) {
  EXPECT_EQ(judge(scan(), test::busy()), SubmitResult::Blocked);
  StartAnswer unsent = test::busy();
  unsent.unsent = true;
  EXPECT_EQ(judge(scan(), unsent), SubmitResult::NoEffect);
}

TEST(SubmitAnswerTest, TheTagTellsOurActionFromSomebodyElses) {
  EXPECT_EQ(judged_with_comment(tagged_comment("look", kId)), SubmitResult::Taken);
  EXPECT_EQ(judged_with_comment("look"), SubmitResult::Blocked);
  EXPECT_EQ(judged_with_comment(tagged_comment("look", make_submission_id(1, 3))),
            SubmitResult::Blocked);
  EXPECT_EQ(judged_with_comment(""), SubmitResult::Doubt);
}

TEST(SubmissionStateTest, NothingFollowsAnEnd) {
  for (const SubmissionState from : kValuesOf<SubmissionState>) {
    bool goes_on = false;
    for (const SubmissionState to : kValuesOf<SubmissionState>) goes_on |= may_follow(from, to);
    EXPECT_EQ(goes_on, !is_final(from)) << to_string(from);
  }
}

TEST(SubmissionStateTest, WhatMayHaveBeenSentNeverExpires) {
  EXPECT_FALSE(may_follow(SubmissionState::Sent, SubmissionState::Expired));
  EXPECT_FALSE(may_follow(SubmissionState::Queued, SubmissionState::Lost));
  EXPECT_FALSE(may_follow(SubmissionState::Submitted, SubmissionState::Lost));
}

}  // namespace
}  // namespace mactiond::core
