#include <gmock/gmock.h>

#include "rows.hpp"
#include "store/store.hpp"

namespace mactiond::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeliveryQueue : public StoreTest {};

TEST_F(DeliveryQueue, OffersOnlyTheOldestOfAnAction) {
  commit_events(5, {"A", "B"}, {"soc"});
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(1, 2));
  end("soc", 1);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(2, 3));
  end("soc", 3);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(2, 5));
}

TEST_F(DeliveryQueue, LetsTheNextOneGoAfterADeadOne) {
  commit_events(2, {"A"}, {"soc"});
  end("soc", 1, true);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(2));
}

TEST_F(DeliveryQueue, KeepsTheOrderForAnEventThatComesAfterAllWereDelivered) {
  commit_events(1, {"A"}, {"soc"});
  end("soc", 1);
  core::Batch batch;
  batch.events = {event_of(2, "A"), event_of(3, "A")};
  batch.deliveries = {delivery("soc", 2, "A"), delivery("soc", 3, "A")};
  commit(batch);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(2));
}

TEST_F(DeliveryQueue, EndsThatAreNotTheHeadLeaveTheHead) {
  commit_events(3, {"A"}, {"soc"});
  end("soc", 2, true);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(1));
  end("soc", 1);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(3));
}

TEST_F(DeliveryQueue, AReplayedDeadLetterGoesBeforeTheLaterEventsThatWait) {
  commit_events(4, {"A"}, {"soc"});
  end("soc", 1, true);
  end("soc", 2, true);
  for (const std::uint64_t seq : {2U, 1U}) {
    core::Batch batch;
    batch.deleted_letters = {{"soc", seq, core::OrderKey{"A"}}};
    batch.deliveries = {delivery("soc", seq, "A")};
    commit(batch);
    EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(seq));
  }
  for (const std::uint64_t seq : {1U, 2U, 3U}) {
    end("soc", seq);
    EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(seq + 1));
  }
}

TEST_F(DeliveryQueue, AReplayedDeadLetterHoldsUpItsOwnActionOnly) {
  commit_events(4, {"A", "B"}, {"soc", "siem"});
  end("soc", 1, true);
  core::Batch batch;
  batch.deleted_letters = {{"soc", 1, core::OrderKey{"A"}}};
  batch.deliveries = {delivery("soc", 1, "A", 9)};
  commit(batch);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(2));
  EXPECT_THAT(seqs(due(due_by("siem", 0))), ElementsAre(1, 2));
}

TEST_F(DeliveryQueue, OffersTheOldestAloneOnlyWhenItIsDue) {
  commit_events(3, {"A", "B"}, {"soc"});
  core::Batch batch;
  batch.retries = {{"soc", 1, 1, at(9), "not_found 404"}};
  commit(batch);
  core::LoadDeliveries oldest = due_by("soc", 8);
  oldest.oldest = true;
  const core::DeliveriesLoaded waiting = due(oldest);
  EXPECT_THAT(seqs(waiting), IsEmpty());
  EXPECT_EQ(waiting.next_due, at(9));
  oldest.due_until = at(9);
  EXPECT_THAT(seqs(due(oldest)), ElementsAre(1));
}

core::DeliveryRetryRow unreachable(std::uint64_t seq, std::int64_t due, std::int64_t early_from) {
  core::DeliveryRetryRow row{"soc", seq, 2, at(due), "network", at(early_from - 4)};
  row.early_from = at(early_from);
  row.early_tries = 1;
  return row;
}

TEST_F(DeliveryQueue, OffersEarlyWhatWaitsForTheReceiverAlone) {
  commit_events(4, {"A", "B", "C", "D"}, {"soc"});
  core::Batch batch;
  batch.retries = {unreachable(1, 300, 10),
                   unreachable(2, 300, 20),
                   {"soc", 3, 1, at(300), "server_error 500", at(5), {}, 0, 2}};
  commit(batch);
  core::LoadDeliveries load = due_by("soc", 15);
  EXPECT_THAT(seqs(due(load)), ElementsAre(4)) << "not while it is away";
  EXPECT_EQ(due(load).next_due, at(300));
  load.early = true;
  const core::DeliveriesLoaded early = due(load);
  EXPECT_THAT(seqs(early), ElementsAre(4, 1));
  EXPECT_EQ(early.next_due, at(20));
  EXPECT_FALSE(early.due[0].early);
  EXPECT_EQ(early.due[0].failed, std::nullopt);
  EXPECT_TRUE(early.due[1].early);
  EXPECT_EQ(early.due[1].due, at(300));
  EXPECT_EQ(early.due[1].attempts, 2);
  EXPECT_EQ(early.due[1].early_tries, 1);
  EXPECT_EQ(early.due[1].failed, at(6));
  load.due_until = at(300);
  const core::DeliveriesLoaded all = due(load);
  EXPECT_THAT(seqs(all), ElementsAre(4, 1, 2, 3)) << "each of them once";
  EXPECT_EQ(all.due[3].refusals, 2);
  load.limit = 1;
  EXPECT_LE(due(load).due.size(), 2U);
}

TEST_F(DeliveryQueue, OffersEarlyOnlyTheOldestOfAnAction) {
  commit_events(3, {"A"}, {"soc"});
  core::Batch batch;
  batch.retries = {unreachable(1, 300, 10)};
  commit(batch);
  core::LoadDeliveries load = due_by("soc", 15);
  load.early = true;
  EXPECT_THAT(seqs(due(load)), ElementsAre(1));
  end("soc", 1);
  EXPECT_THAT(seqs(due(load)), ElementsAre(2));
}

TEST_F(DeliveryQueue, MovesEveryTimeOfAWaitingDeliveryWithTheClock) {
  commit_events(1, {"A"}, {"soc"});
  core::Batch batch;
  batch.retries = {unreachable(1, 300, 10)};
  commit(batch);
  batch = {};
  batch.shift_due = std::chrono::seconds(1000);
  commit(batch);
  core::LoadDeliveries load = due_by("soc", 1009);
  load.early = true;
  EXPECT_EQ(due(load).next_due, at(1010));
  load.due_until = at(1010);
  const core::DeliveriesLoaded loaded = due(load);
  ASSERT_EQ(loaded.due.size(), 1U);
  EXPECT_EQ(loaded.due[0].due, at(1300));
  EXPECT_EQ(loaded.due[0].failed, at(1006));
}

TEST_F(DeliveryQueue, KeepsTheTroubleOfAReceiver) {
  core::WebhookRow row;
  row.webhook = "soc";
  row.refused = {3, 17, 18'000'000'000};
  row.trouble = {at(5), true, "timeout", true, at(2)};
  core::Batch batch;
  batch.webhooks = {row};
  commit(batch);
  batch = {};
  batch.shift_due = std::chrono::seconds(100);
  commit(batch);
  commit_events(2, {"A"}, {"soc", "siem"});
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.webhooks.size(), 2U);
  const core::WebhookRow& siem = snapshot.webhooks[0].row;
  EXPECT_EQ(siem.webhook, "siem");
  EXPECT_EQ(siem.state, core::WebhookState::Ok);
  EXPECT_FALSE(siem.trouble.since);
  EXPECT_FALSE(siem.trouble.reported || siem.trouble.unreachable);
  const core::WebhookRow& soc = snapshot.webhooks[1].row;
  EXPECT_EQ(soc.refused, row.refused);
  EXPECT_EQ(soc.trouble.since, at(105));
  EXPECT_TRUE(soc.trouble.reported);
  EXPECT_EQ(soc.trouble.reason, "timeout");
  EXPECT_TRUE(soc.trouble.unreachable);
  EXPECT_EQ(soc.trouble.taken, at(102));
  EXPECT_EQ(snapshot.webhooks[1].queued, 2);
}

std::vector<std::uint64_t> oldest_seqs(const core::OldestLoaded& loaded) {
  std::vector<std::uint64_t> found;
  for (const auto& row : loaded.rows) found.push_back(row.seq);
  return found;
}

TEST_F(DeliveryQueue, ListsTheOldestThatWaitAndTheOldestThatDied) {
  commit_events(5, {"A", "B"}, {"soc"});
  const auto oldest = [&](bool dead, int limit, std::optional<WallTime> before = {}) {
    const auto loaded = store_.load_oldest({core::CommandId{3}, "soc", dead, limit, before});
    EXPECT_TRUE(loaded);
    return loaded ? oldest_seqs(*loaded) : std::vector<std::uint64_t>{};
  };
  EXPECT_THAT(oldest(false, 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(oldest(false, 9, at(0)), IsEmpty());
  core::Batch batch;
  batch.ends = {{"soc", 4, 10, true, "timeout", at(50)}, {"soc", 2, 3, true, "timeout", at(60)}};
  commit(batch);
  EXPECT_THAT(oldest(true, 9), ElementsAre(4, 2)) << "by the time of their death";
  EXPECT_THAT(oldest(true, 9, at(60)), ElementsAre(4));
  batch = {};
  batch.deleted_letters = {{"soc", 4}};
  commit(batch);
  EXPECT_THAT(oldest(true, 9), ElementsAre(2));
}

TEST_F(DeliveryQueue, AReplayedDeadLetterHidesNothingThatWaitsForLonger) {
  commit_events(3, {"A", "B"}, {"soc"});
  end("soc", 1, true);
  core::Batch batch;
  batch.deleted_letters = {{"soc", 1, core::OrderKey{"A"}}};
  batch.deliveries = {delivery("soc", 1, "A", 60)};
  commit(batch);
  EXPECT_EQ(*store_.oldest_queued("soc"), at(0));
  const auto old = store_.load_oldest({core::CommandId{3}, "soc", false, 9, at(50)});
  ASSERT_TRUE(old);
  EXPECT_THAT(oldest_seqs(*old), ElementsAre(2, 3));
}

TEST_F(DeliveryQueue, OrdersNothingAmongEventsWithoutAnAction) {
  commit_events(3, {""}, {"soc"});
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(1, 2, 3));
}

TEST_F(DeliveryQueue, KeepsWebhooksApart) {
  commit_events(2, {"A"}, {"soc", "siem"});
  end("soc", 1);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), ElementsAre(2));
  EXPECT_THAT(seqs(due(due_by("siem", 0))), ElementsAre(1));
  EXPECT_THAT(seqs(due(due_by("other", 0))), IsEmpty());
}

TEST_F(DeliveryQueue, GivesTheEventWithItsDelivery) {
  commit_events(1, {"A"}, {"soc"});
  const core::DeliveriesLoaded loaded = due(due_by("soc", 0));
  EXPECT_EQ(loaded.command, core::CommandId{7});
  ASSERT_EQ(loaded.due.size(), 1U);
  EXPECT_EQ(loaded.due[0].event.document, R"({"n":1})");
  EXPECT_EQ(loaded.due[0].event.action.value, "A");
  EXPECT_EQ(loaded.due[0].attempts, 0);
  EXPECT_EQ(loaded.due[0].due, at(0));
  EXPECT_FALSE(loaded.next_due);
}

TEST_F(DeliveryQueue, PutsARetryOffAndCountsItsAttempts) {
  commit_events(2, {"A", "B"}, {"soc"});
  core::Batch batch;
  batch.retries = {{"soc", 1, 4, at(60), "server_error 503"}};
  commit(batch);
  const core::DeliveriesLoaded now = due(due_by("soc", 59));
  EXPECT_THAT(seqs(now), ElementsAre(2));
  EXPECT_EQ(now.next_due, at(60));
  const core::DeliveriesLoaded later = due(due_by("soc", 60));
  EXPECT_THAT(seqs(later), ElementsAre(2, 1));
  EXPECT_EQ(later.due[1].attempts, 4);
}

TEST_F(DeliveryQueue, ARetryHoldsBackTheLaterEventsOfItsAction) {
  commit_events(2, {"A"}, {"soc"});
  core::Batch batch;
  batch.retries = {{"soc", 1, 1, at(60), "timeout"}};
  commit(batch);
  EXPECT_THAT(seqs(due(due_by("soc", 0))), IsEmpty());
}

TEST_F(DeliveryQueue, StopsAtTheLimitAndSaysWhenTheNextIsDue) {
  core::Batch batch;
  for (std::uint64_t seq = 1; seq <= 4; ++seq) {
    batch.events.push_back(event_of(seq, ""));
    batch.deliveries.push_back(delivery("soc", seq, "", static_cast<std::int64_t>(10 - seq)));
  }
  commit(batch);
  const core::DeliveriesLoaded loaded = due(due_by("soc", 100, 2));
  EXPECT_THAT(seqs(loaded), ElementsAre(4, 3));
  EXPECT_EQ(loaded.next_due, at(8));
  EXPECT_EQ(due(due_by("soc", 6, 2)).next_due, at(7));
}

TEST_F(DeliveryQueue, CountsWhatIsQueuedAndDead) {
  commit_events(4, {"A"}, {"soc", "siem"});
  end("soc", 1, true);
  end("soc", 2);
  core::Batch batch;
  batch.webhooks = {{"quiet", core::WebhookState::Ok, 0}};
  commit(batch);
  const core::Snapshot snapshot = load();
  ASSERT_EQ(snapshot.webhooks.size(), 3U);
  EXPECT_EQ(snapshot.webhooks[0].row.webhook, "quiet");
  EXPECT_EQ(snapshot.webhooks[1].row.webhook, "siem");
  EXPECT_EQ(snapshot.webhooks[1].queued, 4);
  EXPECT_EQ(snapshot.webhooks[1].dead, 0);
  EXPECT_EQ(snapshot.webhooks[2].row.state, core::WebhookState::Ok);
  EXPECT_EQ(snapshot.webhooks[2].queued, 2);
  EXPECT_EQ(snapshot.webhooks[2].dead, 1);
}

TEST_F(DeliveryQueue, MovesDueTimesWithTheWallClock) {
  commit_events(1, {"A"}, {"soc"});
  core::Batch batch;
  batch.shift_due = std::chrono::seconds(100);
  batch.events = {event_of(2, "B")};
  batch.deliveries = {delivery("soc", 2, "B", 40)};
  commit(batch);
  const core::DeliveriesLoaded loaded = due(due_by("soc", 40));
  EXPECT_THAT(seqs(loaded), ElementsAre(2));
  EXPECT_EQ(loaded.next_due, at(100));
  end("soc", 2);
  EXPECT_EQ(store_.oldest_queued("soc").value(), at(100));
}

TEST_F(DeliveryQueue, KnowsWhenItsOldestWasQueuedHoweverOftenRetried) {
  EXPECT_FALSE(store_.oldest_queued("soc").value());
  core::Batch batch;
  batch.events = {event_of(1, "A"), event_of(2, "B")};
  batch.deliveries = {delivery("soc", 1, "A", 10), delivery("soc", 2, "B", 11)};
  commit(batch);
  core::Batch retry;
  retry.retries = {{"soc", 1, 1, at(500), "timeout"}};
  commit(retry);
  EXPECT_EQ(store_.oldest_queued("soc").value(), at(10));
  end("soc", 1);
  EXPECT_EQ(store_.oldest_queued("soc").value(), at(11));
}

}  // namespace
}  // namespace mactiond::store
