#include "core/submit/submission_events.hpp"

#include <gtest/gtest.h>

#include <string>

#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

SubmissionReport report(SubmissionState state) {
  SubmissionReport made;
  made.submission.id = "sub_1";
  made.submission.state = state;
  made.submission.order = test::scan_of("m1");
  made.when = test::kDay;
  return made;
}

TEST(SubmissionEventTest, SaysWhoAskedAndWhichActionItBecame) {
  SubmissionReport made = report(SubmissionState::Submitted);
  made.submission.action = {"a1"};
  made.submission.answer = "201";
  const EventRecord event = submission_event(made);
  EXPECT_EQ(event.type, EventType::SubmissionSubmitted);
  EXPECT_EQ(event.id, make_event_id(EventType::SubmissionSubmitted, "sub_1", ""));
  EXPECT_EQ(event.time, test::kDay);
  EXPECT_EQ(event.region, "eu");
  EXPECT_EQ(event.action.value, "a1");
  EXPECT_EQ(event.subject.type, "RunAntiVirusScan");
  const std::string fields = R"j("submission_id":"sub_1","requested_by":"alice (uid 1000)",)j"
                             R"("requested_by_note":"case 7","machine_id":"m1",)"
                             R"("action_type":"RunAntiVirusScan","action_id":"a1")";
  EXPECT_EQ(event.fields, fields);
}

TEST(SubmissionEventTest, SaysWhyAndWhatIsInTheWay) {
  SubmissionReport made = report(SubmissionState::Refused);
  made.submission.order.by.note.clear();
  made.submission.reason = "blocked";
  made.submission.answer = "rejected 400: busy";
  made.submission.blocked_by = {"b1"};
  const std::string fields = R"j("submission_id":"sub_1","requested_by":"alice (uid 1000)",)j"
                             R"("machine_id":"m1","action_type":"RunAntiVirusScan",)"
                             R"("reason":"blocked: rejected 400: busy","blocked_by":"b1")";
  const EventRecord event = submission_event(made);
  EXPECT_EQ(event.type, EventType::SubmissionRefused);
  EXPECT_EQ(event.action.value, "");
  EXPECT_EQ(event.fields, fields);
}

}  // namespace
}  // namespace mactiond::core
