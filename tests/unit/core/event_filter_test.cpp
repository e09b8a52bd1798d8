#include "core/event_filter.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mactiond::core {
namespace {

EventRecord event_of(EventType type, Subject subject = {}, std::string region = "eu") {
  EventRecord event;
  event.type = type;
  event.region = std::move(region);
  event.subject = std::move(subject);
  return event;
}

EventRecord transition(std::string_view from, std::string_view to) {
  return event_of(EventType::ActionTransition, {{}, "Isolate", std::string(from), std::string(to)});
}

const EventRecord kScanEnded =
    event_of(EventType::ActionTransition, {{}, "RunAntiVirusScan", {}, "Succeeded"});

TEST(WebhookFilter, LetsEverythingPassWhenEmpty) {
  EXPECT_TRUE(passes({}, kScanEnded));
  EXPECT_TRUE(passes({}, event_of(EventType::RegionDegraded)));
  EXPECT_TRUE(passes({}, EventRecord{}));
}

struct Row {
  const char* name;
  WebhookFilter filter;
  bool transition;
  bool degraded;
};

TEST(WebhookFilter, HoldsBackWhatAGivenKeyDoesNotFit) {
  const std::vector<Row> rows{
      {"event", {{"action.transition"}, {}, {}, {}}, true, false},
      {"event glob", {{"region.*", "cancel.*"}, {}, {}, {}}, false, true},
      {"region", {{}, {"us"}, {}, {}}, false, false},
      {"region alternatives", {{}, {"us", "E?"}, {}, {}}, true, true},
      {"type", {{}, {}, {"Isolate"}, {}}, false, true},
      {"type in another case", {{}, {}, {"runantivirus*"}, {}}, true, true},
      {"to", {{}, {}, {}, {"Failed", "TimeOut"}}, false, true},
      {"to fits", {{}, {}, {}, {"Succeeded"}}, true, true},
      {"all keys must fit", {{"action.*"}, {"eu"}, {"*Scan"}, {"Failed"}}, false, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(passes(row.filter, kScanEnded), row.transition);
    EXPECT_EQ(passes(row.filter, event_of(EventType::RegionDegraded)), row.degraded);
  }
}

TEST(WebhookFilter, HoldsBackNothingThatAnEventDoesNotSay) {
  const EventRecord paused = event_of(EventType::WebhookPaused, {"soc"}, "");
  EXPECT_TRUE(passes({{}, {"us"}, {"Offboard"}, {"Failed"}}, paused));
}

TEST(WebhookFilter, LetsABacklogPassOnlyForWhoAskedForIt) {
  EventRecord past = transition("Pending", "Failed");
  past.subject.backlog = true;
  WebhookFilter filter;
  EXPECT_FALSE(passes(filter, past));
  filter.backlog = true;
  EXPECT_TRUE(passes(filter, past));
  filter.to = {"Succeeded"};
  EXPECT_FALSE(passes(filter, past)) << "its other keys hold too";
}

WebhookOptions pager() {
  WebhookOptions webhook;
  webhook.name = "pager";
  webhook.alerts_only = true;
  return webhook;
}

TEST(AlertsOnly, PassProblemsAndTheirEnds) {
  const auto passes_on = [](std::string_view from, std::string_view to) {
    return receives(pager(), transition(from, to));
  };
  EXPECT_TRUE(passes_on("InProgress", "Failed"));
  EXPECT_TRUE(passes_on("", "TimeOut"));
  EXPECT_TRUE(passes_on("TimeOut", "Failed"));
  EXPECT_TRUE(passes_on("Failed", "Succeeded"));
  EXPECT_TRUE(passes_on("TimeOut", "Cancelled"));
  EXPECT_TRUE(passes_on("Failed", "InProgress"));
  EXPECT_FALSE(passes_on("InProgress", "Succeeded"));
  EXPECT_FALSE(passes_on("Pending", "Cancelled"));
  EXPECT_FALSE(passes_on("", "Pending"));
  for (const EventType type :
       {EventType::RegionDegraded, EventType::RegionRecovered, EventType::CancelFailed,
        EventType::SubmissionLost, EventType::WebhookDisabled}) {
    EXPECT_TRUE(receives(pager(), event_of(type))) << to_string(type);
  }
  for (const EventType type : {EventType::CancelRequested, EventType::ActionVanished,
                               EventType::RegionBaseline, EventType::SubmissionRefused,
                               EventType::SubmissionExpired, EventType::CredentialExpiring}) {
    EXPECT_FALSE(receives(pager(), event_of(type))) << to_string(type);
  }
}

TEST(AlertsOnly, SendsTheEndWhereItsProblemWent) {
  WebhookOptions webhook = pager();
  webhook.filter.to = {"Failed"};
  EXPECT_TRUE(receives(webhook, transition("Pending", "Failed")));
  EXPECT_TRUE(receives(webhook, transition("Failed", "Succeeded")));
  EXPECT_FALSE(receives(webhook, transition("TimeOut", "Succeeded")));
  webhook.filter.type = {"Offboard"};
  EXPECT_FALSE(receives(webhook, transition("Failed", "Succeeded")));
}

TEST(AlertsOnly, HoldsTheBacklogBackToo) {
  EventRecord past = transition("Pending", "Failed");
  past.subject.backlog = true;
  EXPECT_FALSE(receives(pager(), past));
}

TEST(Webhook, ReceivesARecoveryOfTheStoreWhateverItsFilter) {
  WebhookOptions webhook = pager();
  webhook.filter.event = {"action.*"};
  EXPECT_TRUE(receives(webhook, event_of(EventType::StoreRecovered, {}, "")));
}

TEST(Webhook, DoesNotReceiveItsOwnTrouble) {
  WebhookOptions webhook;
  webhook.name = "soc";
  EXPECT_FALSE(receives(webhook, event_of(EventType::WebhookPaused, {"soc"}, "")));
  EXPECT_TRUE(receives(webhook, event_of(EventType::WebhookPaused, {"siem"}, "")));
}

EventRecord about_machine(std::optional<MachineMarks> machine, std::string_view to = "Failed") {
  EventRecord event = transition("Pending", to);
  event.subject.machine = std::move(machine);
  return event;
}

TEST(MachineFilter, HoldsBackOtherGroupsAndTags) {
  WebhookFilter filter;
  filter.machine_group = {"SOC *"};
  EXPECT_TRUE(passes(filter, about_machine(MachineMarks{"soc europe", {}})));
  EXPECT_FALSE(passes(filter, about_machine(MachineMarks{"Lab", {}})));
  filter.machine_tag = {"prod", "web?"};
  EXPECT_TRUE(passes(filter, about_machine(MachineMarks{"SOC 1", {"x", "web1"}})));
  EXPECT_FALSE(passes(filter, about_machine(MachineMarks{"SOC 1", {"x", "y"}})));
}

TEST(MachineFilter, AMachineWithoutAGroupOrATagFitsOnlyAStar) {
  WebhookFilter filter;
  filter.machine_group = {"?*"};
  EXPECT_FALSE(passes(filter, about_machine(MachineMarks{})));
  filter.machine_group = {"*"};
  EXPECT_TRUE(passes(filter, about_machine(MachineMarks{})));
  filter.machine_tag = {"a"};
  EXPECT_FALSE(passes(filter, about_machine(MachineMarks{})));
  filter.machine_tag = {"*"};
  EXPECT_TRUE(passes(filter, about_machine(MachineMarks{})));
}

TEST(MachineFilter, AnEventWhoseMachineIsNotKnownPasses) {
  WebhookFilter filter;
  filter.machine_group = {"SOC"};
  filter.machine_tag = {"prod"};
  EXPECT_TRUE(passes(filter, about_machine(std::nullopt)));
  EXPECT_TRUE(passes(filter, event_of(EventType::RegionDegraded)));
}

TEST(MachineFilter, TheEndOfAProblemGoesOutWhateverItsMachine) {
  WebhookOptions webhook = pager();
  webhook.filter.machine_group = {"SOC"};
  const MachineMarks lab{"Lab", {}};
  EXPECT_FALSE(receives(webhook, about_machine(lab)));
  EventRecord end = about_machine(lab, "Succeeded");
  end.subject.from = "Failed";
  EXPECT_TRUE(receives(webhook, end)) << "when it failed the machine may not have been known";
}

}  // namespace
}  // namespace mactiond::core
