#include "ctl/submission_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <string>

#include "base/enum_values.hpp"
#include "core/submit/submit_guard.hpp"
#include "support/builders.hpp"

namespace mactiond::ctl {
namespace {

using core::SubmissionState;
using testing::HasSubstr;

boost::json::object in_state(std::string_view state, const std::string& more = "") {
  const std::string text = R"({"id":"sub_1","type":"Isolate","computer":"srv-1","machine":"m",)"
                           R"("asked":"2026-11-20T10:00:00Z","state":")" +
                           std::string(state) + '"' + more + '}';
  return boost::json::parse(text).as_object();
}

TEST(SubmissionWords, GiveEachEndItsExitCode) {
  for (const SubmissionState state : kValuesOf<SubmissionState>) {
    int expected = 1;
    if (!core::is_final(state)) expected = 4;
    if (state == SubmissionState::Succeeded) expected = 0;
    if (state == SubmissionState::Cancelled) expected = 3;
    if (state == SubmissionState::Lost) expected = 5;
    EXPECT_EQ(exit_code_of(in_state(to_string(state))), expected) << to_string(state);
    EXPECT_EQ(has_ended(in_state(to_string(state))), core::is_final(state));
  }
  EXPECT_EQ(exit_code_of(in_state("of_tomorrow")), 4);
  EXPECT_FALSE(has_ended({}));
}

TEST(SubmissionWords, DescribeAStep) {
  EXPECT_EQ(describe_step(in_state("queued", R"(,"position":3)")), "sub_1: queued, position 3");
  EXPECT_EQ(describe_step(in_state("queued", R"(,"reason":"quota")")),
            "sub_1: queued (the quota had no call left)");
  EXPECT_EQ(describe_step(in_state("waiting", R"(,"reason":"blocked","blocked_by":"b1")")),
            "sub_1: waiting (an action is in the way: action b1)");
  EXPECT_EQ(describe_step(in_state("submitted", R"(,"action_id":"a1")")),
            "sub_1: submitted as action a1");
}

TEST(SubmissionWords, DescribeEachEnd) {
  EXPECT_EQ(
      describe_end(in_state("succeeded", R"(,"action_id":"a1","ended":"2026-11-20T10:02:10Z")")),
      "sub_1: Isolate on srv-1 succeeded after 2m 10s; see \"mactionctl show a1\"");
  EXPECT_EQ(describe_end(in_state("timed_out")), "sub_1: Isolate on srv-1 timed out");
  EXPECT_EQ(describe_end(in_state("cancelled")), "sub_1: Isolate on srv-1 was cancelled");
  EXPECT_EQ(describe_end(in_state("refused", R"(,"reason":"rejected","answer":"no such file")")),
            "sub_1: Isolate on srv-1 was refused: the API refused it: no such file");
  EXPECT_EQ(describe_end(in_state("refused", R"(,"reason":"blocked","blocked_by":"b1")")),
            "sub_1: Isolate on srv-1 was refused: an action is in the way: action b1; look at it "
            "with \"mactionctl show b1\", wait for its end with --after-blocker, or cancel it with "
            "--cancel-blocker");
  EXPECT_THAT(describe_end(in_state("lost", R"(,"reason":"no_answer")")),
              HasSubstr("its outcome is unknown: do not repeat it"));
  EXPECT_EQ(describe_end(in_state("expired", R"(,"reason":"overdue")")),
            "sub_1: Isolate on srv-1 expired: it could not be sent within [submit] send_within; it "
            "will not be sent any more");
  EXPECT_EQ(describe_end(in_state("queued")),
            "sub_1: queued; it continues without being waited for: see \"mactionctl submissions "
            "sub_1\"");
}

TEST(SubmissionWords, ExplainEachGuardOfTheEngine) {
  for (const core::SubmitGuard guard : kValuesOf<core::SubmitGuard>) {
    // These two end a request or a wait under another reason.
    if (guard == core::SubmitGuard::WaitOver || guard == core::SubmitGuard::TypeNotAllowed ||
        guard == core::SubmitGuard::StoreRecovered) {
      continue;
    }
    const std::string word(to_string(guard));
    EXPECT_NE(explain_state(in_state("queued", R"(,"reason":")" + word + '"')), word);
  }
}

TEST(SubmissionWords, ShowAReasonThatTheyDoNotKnow) {
  EXPECT_EQ(explain_state(in_state("refused", R"(,"reason":"of_tomorrow")")), "of_tomorrow");
  EXPECT_EQ(explain_state(in_state("refused", R"(,"reason":"blocker_not_cancelled: limit")")),
            "the action in the way could not be cancelled: limit");
  EXPECT_EQ(explain_state(in_state("queued")), "");
}

TEST(SubmissionWords, CountTheAgeFromWhenItWasAskedFor) {
  const Duration minute = std::chrono::minutes(1);
  EXPECT_EQ(age_of(in_state("queued"), test::kDay + minute), minute);
  EXPECT_FALSE(age_of(in_state("queued"), test::kDay - minute)) << "a clock that was set back";
  EXPECT_FALSE(age_of({}, test::kDay));
}

TEST(SubmissionWords, AnActionsOwnStateNeedsNoAnswerToThePost) {
  EXPECT_EQ(explain_state(in_state("succeeded", R"(,"answer":"201")")), "");
  EXPECT_EQ(explain_state(in_state("sent", R"(,"answer":"network: closed")")), "network: closed");
}

}  // namespace
}  // namespace mactiond::ctl
