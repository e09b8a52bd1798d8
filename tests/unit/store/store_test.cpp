#include "store/store.hpp"

#include <gmock/gmock.h>

#include "rows.hpp"

namespace mactiond::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Status = ActionStatus::Known;

class Store : public StoreTest {};

TEST_F(Store, IsEmptyAtFirst) {
  const core::Snapshot snapshot = load();
  EXPECT_EQ(snapshot.last_seq, 0U);
  EXPECT_THAT(snapshot.actions, IsEmpty());
  EXPECT_THAT(snapshot.webhooks, IsEmpty());
  EXPECT_THAT(event_seqs(), IsEmpty());
  EXPECT_FALSE(store_.load_log_position().value().has_value());
}

TEST_F(Store, LoadsAnOpenActionInFull) {
  core::Batch batch;
  batch.actions.push_back(action_row("A", Status::Pending));
  commit(batch);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.actions.size(), 1U);
  const core::StoredAction& stored = snapshot.actions.front();
  const MachineAction& action = batch.actions.front().action;
  EXPECT_EQ(stored.region, "eu");
  EXPECT_EQ(stored.id, action.id);
  EXPECT_EQ(stored.type, action.type);
  EXPECT_EQ(stored.status, action.status);
  EXPECT_FALSE(stored.vanished);
  EXPECT_EQ(stored.created, action.created);
  EXPECT_EQ(stored.last_update, action.last_update);
  EXPECT_EQ(stored.fingerprint, fingerprint(action.document));
  EXPECT_EQ(stored.machine_id, action.machine_id);
  EXPECT_EQ(stored.computer_dns_name, action.computer_dns_name);
  EXPECT_EQ(stored.requestor, action.requestor);
  EXPECT_EQ(stored.requestor_comment, action.requestor_comment);
  EXPECT_EQ(stored.request_source, action.request_source);
}

TEST_F(Store, KeepsWhenAnActionWasFirstSeenAndWhatItIsOrderedBy) {
  core::Batch batch;
  batch.actions.push_back(action_row("A", Status::Pending, 7));
  batch.actions.back().first_seen = at(6);
  commit(batch);
  EXPECT_EQ(load().actions.front().ordered_by, std::nullopt);
  core::Batch later;
  later.actions.push_back(action_row("A", Status::Succeeded, 9));
  later.actions.back().first_seen = at(8);
  later.actions.back().ordered_by = at(5);
  later.actions.back().ended_by = at(4);
  commit(later);
  const core::StoredAction stored = load().actions.front();
  EXPECT_EQ(stored.seen, at(9));
  EXPECT_EQ(stored.first_seen, at(6)) << "of the first row";
  EXPECT_EQ(stored.ordered_by, at(5));
  EXPECT_EQ(stored.ended_by, at(4));
}

TEST_F(Store, KeepsWhatAnEventIsAbout) {
  core::Batch batch;
  batch.events = {event_of(1, "A"), event_of(2, "")};
  batch.events[0].subject = {{}, "Isolate", "Pending", "Failed", true};
  batch.events[1].subject = {"siem"};
  batch.deliveries = {delivery("soc", 1, "A"), delivery("soc", 2, "webhook siem")};
  commit(batch);
  const auto logged = store_.load_events(1, 10);
  ASSERT_TRUE(logged);
  ASSERT_EQ(logged->size(), 2U);
  EXPECT_EQ(logged->at(0).subject, batch.events[0].subject);
  EXPECT_EQ(logged->at(1).subject, batch.events[1].subject);
  const auto loaded = due(due_by("soc", 100));
  ASSERT_EQ(loaded.due.size(), 2U);
  EXPECT_EQ(loaded.due[0].event.subject, batch.events[0].subject);
}

TEST_F(Store, KeepsWhenANewRegionWasFirstCalled) {
  core::Batch batch;
  batch.regions.push_back({"eu", {}, {}, {}, true, core::FirstCall{at(3), true}});
  batch.regions.push_back({"us", at(1), {}, "auth"});
  commit(batch);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.regions.size(), 2U);
  EXPECT_TRUE(snapshot.regions[0].fresh);
  EXPECT_EQ(snapshot.regions[0].first_call, (core::FirstCall{at(3), true}));
  EXPECT_FALSE(snapshot.regions[1].fresh);
  EXPECT_EQ(snapshot.regions[1].first_call, std::nullopt);
}

TEST_F(Store, KeepsWhatWasReportedOfTheEndOfACredential) {
  core::Batch batch;
  batch.regions.push_back({"eu", {}, {}, {}, false, {}, core::CredentialMark{at(7), 14}});
  batch.regions.push_back({"us", {}, {}});
  commit(batch);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.regions.size(), 2U);
  EXPECT_EQ(snapshot.regions[0].credential, (core::CredentialMark{at(7), 14}));
  EXPECT_EQ(snapshot.regions[1].credential, std::nullopt);
}

TEST_F(Store, LoadsAFinishedActionWithoutItsTexts) {
  core::Batch batch;
  batch.actions.push_back(action_row("A", Status::Succeeded));
  commit(batch);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.actions.size(), 1U);
  EXPECT_EQ(snapshot.actions.front().status, ActionStatus(Status::Succeeded));
  EXPECT_EQ(snapshot.actions.front().requestor, "");
  EXPECT_NE(snapshot.actions.front().fingerprint, 0U);
}

TEST_F(Store, KeepsTextThatIsNotInTheEnumerations) {
  core::Batch batch;
  batch.actions.push_back(action_row("A", ActionStatus::parse("Paused")));
  batch.actions.front().action.type = ActionType::parse("DefragmentDisk");
  batch.actions.front().action.created.reset();
  batch.actions.front().action.requestor = std::string("a\0b\xff", 4);
  commit(batch);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.actions.size(), 1U);
  EXPECT_EQ(snapshot.actions.front().status.text(), "Paused");
  EXPECT_EQ(snapshot.actions.front().type.text(), "DefragmentDisk");
  EXPECT_FALSE(snapshot.actions.front().created);
  EXPECT_EQ(snapshot.actions.front().requestor, std::string("a\0b\xff", 4));
}

TEST_F(Store, OverwritesAnActionAndTakesVanishedBackWhenItReturns) {
  core::Batch first;
  first.actions.push_back(action_row("A", Status::Pending));
  first.vanished.emplace_back("eu", ActionId{"A"});
  commit(first);
  EXPECT_TRUE(load().actions.at(0).vanished);
  EXPECT_EQ(load().actions.at(0).requestor, "");

  core::Batch second;
  second.actions.push_back(action_row("A", Status::InProgress));
  commit(second);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.actions.size(), 1U);
  EXPECT_FALSE(snapshot.actions.front().vanished);
  EXPECT_EQ(snapshot.actions.front().status, ActionStatus(Status::InProgress));
}

TEST_F(Store, KeepsActionsOfTwoRegionsApart) {
  core::Batch batch;
  batch.actions.push_back(action_row("A", Status::Pending));
  batch.actions.push_back(action_row("A", Status::Failed));
  batch.actions.back().region = "us";
  commit(batch);
  EXPECT_EQ(load().actions.size(), 2U);
}

TEST_F(Store, GivesEventsBackAsTheyWere) {
  core::Batch batch;
  batch.events = {event_of(1, "A"), event_of(2, "B"), event_of(3, "C")};
  batch.events[1].type = core::EventType::RegionDegraded;
  batch.events[1].action.value.clear();
  batch.events[1].document.clear();
  batch.events[1].time += Duration(1);
  commit(batch);
  const auto events = store_.load_events(2, 1);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1U);
  const core::EventRecord& event = events->front();
  EXPECT_EQ(event.seq, 2U);
  EXPECT_EQ(event.id, "ma_2");
  EXPECT_EQ(event.type, core::EventType::RegionDegraded);
  EXPECT_EQ(event.time, at(0) + Duration(1));
  EXPECT_EQ(event.instance, "soc1");
  EXPECT_EQ(event.region, "eu");
  EXPECT_EQ(event.action.value, "");
  EXPECT_EQ(event.document, "");
  EXPECT_EQ(event.fields, batch.events[1].fields);
  EXPECT_EQ(load().last_seq, 3U);
}

TEST_F(Store, PutsTheStoredDocumentIntoAnEventThatHasNone) {
  core::Batch batch;
  batch.actions.push_back(action_row("A", Status::Pending));
  batch.events = {event_of(1, "A"), event_of(2, "unknown")};
  for (auto& event : batch.events) event.document.clear();
  commit(batch);
  core::Batch later;
  later.actions.push_back(action_row("A", Status::Succeeded));
  later.events = {event_of(3, "A")};
  later.events.front().document.clear();
  commit(later);
  const auto events = store_.load_events(1, 10);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3U);
  EXPECT_EQ((*events)[0].document, batch.actions.front().action.document);
  EXPECT_EQ((*events)[1].document, "");
  EXPECT_EQ((*events)[2].document, later.actions.front().action.document);
}

TEST_F(Store, LetsTwoEventsShareAnId) {
  core::Batch batch;
  batch.events = {event_of(1, "A"), event_of(2, "A")};
  batch.events[1].id = batch.events[0].id;
  EXPECT_TRUE(store_.commit(batch));
}

TEST_F(Store, FindsAnEventByItsActionAndId) {
  core::Batch batch;
  batch.events = {event_of(1, "a1"), event_of(2, "a2"), event_of(3, "")};
  commit(batch);
  EXPECT_TRUE(store_.has_event(ActionId{"a1"}, "ma_1").value());
  EXPECT_FALSE(store_.has_event(ActionId{"a1"}, "ma_2").value());
  EXPECT_FALSE(store_.has_event(ActionId{"a3"}, "ma_1").value());
}

TEST_F(Store, RemembersWhetherAPolicyOrAnOperatorDecided) {
  core::Decision by_policy;
  by_policy.id = "d1";
  by_policy.by = core::PolicyName{"stale-scans"};
  core::Decision by_operator;
  by_operator.id = "d2";
  by_operator.by = core::Operator{"ann (uid 7)", "annie"};
  core::Batch batch;
  batch.decisions = {by_policy, by_operator};
  commit(batch);

  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.decisions.size(), 2U);
  EXPECT_EQ(snapshot.decisions[0].by, by_policy.by);
  EXPECT_EQ(snapshot.decisions[1].by, by_operator.by);
}

TEST_F(Store, RemembersRegionsQuotasAndWebhooks) {
  core::Batch batch;
  batch.regions = {{"eu", at(5), std::nullopt, "auth"}, {"us", std::nullopt, at(9), {}}};
  batch.quotas = {{"eu", "minute", "boot-1", MonoTime(Duration(123)), 100}};
  batch.webhooks = {{"soc", core::WebhookState::Paused, 5, true, "not_found 404", at(8)}};
  commit(batch);
  batch = {};
  batch.regions = {{"eu", at(6), std::nullopt, {}}};
  batch.quotas = {{"eu", "minute", "boot-2", MonoTime(Duration(124)), 30}};
  batch.shift_due = Duration(3);
  commit(batch);

  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.regions.size(), 2U);
  EXPECT_EQ(snapshot.regions[0].region, "eu");
  EXPECT_EQ(snapshot.regions[0].watermark, at(6));
  EXPECT_EQ(snapshot.regions[0].degraded, std::nullopt);
  EXPECT_EQ(snapshot.regions[1].changes_refused_until, at(9));
  ASSERT_EQ(snapshot.quotas.size(), 1U);
  EXPECT_EQ(snapshot.quotas[0].boot_id, "boot-2");
  EXPECT_EQ(snapshot.quotas[0].instant, MonoTime(Duration(124)));
  EXPECT_EQ(snapshot.quotas[0].count, 30);
  ASSERT_EQ(snapshot.webhooks.size(), 1U);
  EXPECT_EQ(snapshot.webhooks[0].row.state, core::WebhookState::Paused);
  EXPECT_EQ(snapshot.webhooks[0].row.failures_in_a_row, 5);
  EXPECT_TRUE(snapshot.webhooks[0].row.by_operator);
  EXPECT_EQ(snapshot.webhooks[0].row.reason, "not_found 404");
  EXPECT_EQ(snapshot.webhooks[0].row.held_until, at(8) + Duration(3));
}

TEST_F(Store, KeepsTheLastLogPosition) {
  const LogPosition first{1, 2, 0, 1};
  const LogPosition second{1, ~std::uint64_t{0}, 4096, 17};
  ASSERT_TRUE(store_.commit({}, first));
  ASSERT_TRUE(store_.commit({}, second));
  const auto position = store_.load_log_position();
  ASSERT_TRUE(position && position->has_value());
  EXPECT_EQ((*position)->device, second.device);
  EXPECT_EQ((*position)->inode, second.inode);
  EXPECT_EQ((*position)->offset, second.offset);
  EXPECT_EQ((*position)->first_seq, second.first_seq);
}

TEST_F(Store, KeepsThePositionOfEachSyslogReceiver) {
  EXPECT_EQ(store_.load_syslog_position("a").value(), std::nullopt);
  ASSERT_TRUE(store_.keep_syslog_position("a", 3));
  ASSERT_TRUE(store_.keep_syslog_position("b", 9));
  ASSERT_TRUE(store_.keep_syslog_position("a", 4));
  EXPECT_EQ(store_.load_syslog_position("a").value(), 4U);
  ASSERT_TRUE(store_.forget_syslog_except({"a"}));
  EXPECT_EQ(store_.load_syslog_position("a").value(), 4U);
  EXPECT_EQ(store_.load_syslog_position("b").value(), std::nullopt);
}

TEST_F(Store, AbortsOnAGapInTheSeq) {
  core::Batch batch;
  batch.events = {event_of(2, "A")};
  EXPECT_DEATH(static_cast<void>(store_.commit(batch)), "assertion_failed");
}

}  // namespace
}  // namespace mactiond::store
