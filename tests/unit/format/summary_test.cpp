#include "format/summary.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

using core::EventType;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Pair;

Summary summary_of(const core::EventRecord& event) { return summarize(event, Facts(event)); }

std::vector<std::pair<std::string, std::string>> lines_of(const core::EventRecord& event) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Line& line : summary_of(event).lines) lines.emplace_back(line.label, line.value);
  return lines;
}

TEST(Summary, SaysWhatWhereWhoWhyAndForHowLong) {
  const core::EventRecord event = test::failed_isolation();
  const Summary summary = summary_of(event);
  EXPECT_EQ(summary.title, "Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(summary.severity, Severity::Error);
  EXPECT_THAT(
      lines_of(event),
      ElementsAre(Pair("Change", "InProgress \u2192 Failed"),
                  Pair("Machine", "srv-db-01.contoso.com (1e5bc9d7)"),
                  Pair("Requested by", "analyst@contoso.com (Portal)"),
                  Pair("Comment", "<beacon> & [c2](http://evil.example)"),
                  Pair("Error code", "0x80190198"),
                  Pair("Age", "2 h 14 min since it was requested"), Pair("Scope", "Full"),
                  Pair("File", "87662bc3d60e4200ceaf7aae249d1c343f4b83c9 (Sha1)"),
                  Pair("Time", "2026-11-20T10:14:00.1234567Z"), Pair("Region", "eu"),
                  Pair("Action id", "a-1"), Pair("Event", "action.transition 17 from soc1")));
}

TEST(Summary, HasATitleAndASeverityForEveryEvent) {
  struct Row {
    core::EventRecord event;
    std::string title;
    Severity severity;
  };
  const std::string on = "Isolate on srv-db-01.contoso.com";
  const std::vector<Row> rows{
      {test::transition("Pending", "TimeOut"), on + " timed out", Severity::Error},
      {test::transition("Pending", "Succeeded"), on + " succeeded", Severity::Good},
      {test::transition("Pending", "Cancelled"), on + " was cancelled", Severity::Warning},
      {test::transition("Pending", "InProgress"), on + " is in progress", Severity::Info},
      {test::transition("Pending", "Odd"), on + " is Odd", Severity::Info},
      {test::event_of(EventType::ActionStale, R"("policy":"p","age_s":21720,"would_cancel":true)"),
       on + " is stale: Failed for 6 h 2 min", Severity::Warning},
      {test::event_of(EventType::ActionVanished, ""), on + " has vanished from the API",
       Severity::Warning},
      {test::event_of(EventType::CancelRequested, R"("policy":"p","decision_id":"d")"),
       "Cancel of " + on + " was requested", Severity::Info},
      {test::event_of(EventType::CancelConfirmed, R"("decision_id":"d")"),
       "Cancel of " + on + " is confirmed", Severity::Good},
      {test::event_of(EventType::CancelOvertaken, R"("decision_id":"d","status":"Succeeded")"),
       "Cancel of " + on + " came too late: it succeeded", Severity::Info},
      {test::event_of(EventType::CancelFailed, R"("decision_id":"d","reason":"permission")"),
       "Cancel of " + on + " failed: permission", Severity::Error},
      {test::event_of(EventType::CancelSuppressed, R"("policy":"p","limit":20)"),
       "Cancelling by policy p is held back by a limit", Severity::Warning},
      {test::event_of(EventType::SubmissionSubmitted, R"("submission_id":"sub_1")"),
       on + " was submitted", Severity::Info},
      {test::event_of(EventType::SubmissionRefused, R"("reason":"blocked")"),
       "Submission of " + on + " was refused: blocked", Severity::Warning},
      {test::event_of(EventType::SubmissionLost, R"("reason":"no_answer")"),
       "Submission of " + on + " is lost: its outcome is unknown", Severity::Error},
      {test::event_of(EventType::SubmissionExpired, R"("reason":"overdue")"),
       "Submission of " + on + " was not sent in time: overdue", Severity::Warning},
      {test::event_of(EventType::RegionDegraded, R"("reason":"auth")"),
       "Region eu is degraded: auth", Severity::Error},
      {test::event_of(EventType::RegionRecovered, R"("reason":"auth")"), "Region eu has recovered",
       Severity::Good},
      {test::event_of(EventType::RegionBaseline,
                      R"("open":1,"finished":53,"oldest_open_s":108000)"),
       "Region eu is followed now: 1 open action, 53 finished actions", Severity::Info},
      {test::event_of(EventType::WebhookPaused, R"("webhook":"soc","reason":"rejected 404")"),
       "Webhook soc is paused: rejected 404", Severity::Warning},
      {test::event_of(EventType::WebhookResumed, R"("webhook":"soc")"),
       "Webhook soc takes events again", Severity::Good},
      {test::event_of(EventType::WebhookFailing,
                      R"("webhook":"soc","reason":"timeout","waiting":3)"),
       "Webhook soc is failing: timeout", Severity::Warning},
      {test::event_of(EventType::WebhookRecovered, R"("webhook":"soc")"),
       "Webhook soc has recovered", Severity::Good},
      {test::event_of(EventType::WebhookDisabled, R"("webhook":"soc")"), "Webhook soc is disabled",
       Severity::Error},
      {test::event_of(EventType::WebhookDeadLettered, R"("webhook":"soc")"),
       "Webhook soc did not take an event", Severity::Error},
      {test::event_of(EventType::WebhookTest, R"("webhook":"soc")"),
       "Webhook soc is tested: nothing has happened", Severity::Info},
  };
  for (const Row& row : rows) {
    const Summary summary = summary_of(row.event);
    EXPECT_EQ(summary.title, row.title);
    EXPECT_EQ(summary.severity, row.severity) << row.title;
  }
}

TEST(Summary, SaysHowSoonACredentialEnds) {
  const auto shown = [](const std::string& days) {
    return summary_of(test::event_of(EventType::CredentialExpiring, R"("days":)" + days));
  };
  const std::string credential = "The credential of region eu ";
  EXPECT_EQ(shown("14").title, credential + "ends within 14 days");
  EXPECT_EQ(shown("14").severity, Severity::Warning);
  EXPECT_EQ(shown("7").severity, Severity::Error);
  EXPECT_EQ(shown("1").title, credential + "ends within 1 day");
  EXPECT_EQ(shown("0").title, credential + "has ended");
  EXPECT_EQ(shown("0").severity, Severity::Error);
}

TEST(Summary, ManagesWithoutADocument) {
  core::EventRecord event = test::failed_isolation();
  event.document.clear();
  EXPECT_EQ(summary_of(event).title, "Machine action on an unnamed machine failed");
  event.document = "[]";
  event.fields = "no json";
  EXPECT_FALSE(summary_of(event).title.empty());
}

TEST(Summary, BoundsWhatTheApiSays) {
  core::EventRecord event = test::failed_isolation();
  const std::string huge(100'000, 'x');
  event.document = R"({"type":")" + huge + R"(","requestorComment":")" + huge + R"("})";
  const Summary summary = summary_of(event);
  EXPECT_LE(summary.title.size(), 250U);
  for (const Line& line : summary.lines) EXPECT_LE(line.value.size(), 1000U) << line.label;
}

TEST(Summary, ShowsWhatIsKnownOfTheMachine) {
  const auto lines = lines_of(test::enriched_isolation());
  EXPECT_THAT(lines, Contains(Pair("Machine group", "SOC Europe")));
  EXPECT_THAT(lines, Contains(Pair("Machine tags", "prod, a=b")));
  EXPECT_THAT(lines, Contains(Pair("Platform", "Windows11")));
}

}  // namespace
}  // namespace mactiond::format
