#include <gmock/gmock.h>

#include "rows.hpp"
#include "store/store.hpp"

namespace mactiond::store {
namespace {

using ::testing::ElementsAre;
using Status = ActionStatus::Known;

class Retention : public StoreTest {
 protected:
  void prune(std::int64_t before) {
    core::Batch batch;
    batch.prune_before = at(before);
    commit(batch);
    while (!store_.is_pruned()) ASSERT_TRUE(store_.prune_some());
  }
  std::vector<std::string> action_ids() {
    std::vector<std::string> ids;
    for (const auto& action : load().actions) ids.push_back(action.id.value);
    return ids;
  }
  /// Event n happened at second n.
  void commit_dated_events(std::uint64_t count) {
    core::Batch batch;
    for (std::uint64_t seq = 1; seq <= count; ++seq) {
      batch.events.push_back(event_of(seq, "A", static_cast<std::int64_t>(seq)));
    }
    commit(batch);
  }
};

TEST_F(Retention, RemovesFinishedAndVanishedActionsLastSeenBefore) {
  core::Batch batch;
  batch.actions = {action_row("done", Status::Failed, 10), action_row("open", Status::Pending, 10),
                   action_row("gone", Status::Pending, 10), action_row("new", Status::Failed, 20)};
  batch.vanished.emplace_back("eu", ActionId{"gone"});
  commit(batch);
  prune(20);
  EXPECT_THAT(action_ids(), ElementsAre("open", "new"));
}

TEST_F(Retention, RemovesOldEventsButNeverTheNewest) {
  commit_dated_events(5);
  prune(3);
  EXPECT_THAT(event_seqs(), ElementsAre(3, 4, 5));
  prune(100);
  EXPECT_THAT(event_seqs(), ElementsAre(5));
  EXPECT_EQ(load().last_seq, 5U);
}

TEST_F(Retention, KeepsEventsThatADeliveryOrDeadLetterNeeds) {
  commit_dated_events(5);
  core::Batch batch;
  batch.deliveries = {delivery("siem", 1, "A"), delivery("soc", 2, "A"), delivery("soc", 3, "A")};
  batch.ends = {{"soc", 2, 1, true, "gone", at(9)}};
  commit(batch);
  prune(100);
  EXPECT_THAT(event_seqs(), ElementsAre(1, 2, 3, 5));
  end("siem", 1);
  prune(100);
  EXPECT_THAT(event_seqs(), ElementsAre(2, 3, 5));
}

TEST_F(Retention, KeepsEventsThatASyslogReceiverLacksUntilItIsForgotten) {
  commit_dated_events(5);
  ASSERT_TRUE(store_.keep_syslog_position("siem", 5));
  ASSERT_TRUE(store_.keep_syslog_position("old", 2));
  prune(100);
  EXPECT_THAT(event_seqs(), ElementsAre(2, 3, 4, 5));
  ASSERT_TRUE(store_.forget_syslog_except({"siem"}));
  prune(100);
  EXPECT_THAT(event_seqs(), ElementsAre(5));
}

TEST_F(Retention, KeepsEventsThatTheLogMayLack) {
  commit_dated_events(5);
  ASSERT_TRUE(store_.commit({}, LogPosition{1, 1, 0, 3}));
  prune(100);
  EXPECT_THAT(event_seqs(), ElementsAre(3, 4, 5));
}

TEST_F(Retention, TakesFewRowsAtATimeAndContinues) {
  constexpr std::uint64_t kEvents = 300;
  core::Batch batch;
  for (std::uint64_t seq = 1; seq <= kEvents; ++seq) {
    batch.events.push_back(event_of(seq, "A", static_cast<std::int64_t>(seq)));
    batch.actions.push_back(action_row("a" + std::to_string(seq), Status::Failed, 1));
    // The first 150 may not go; they must not stop the others from going.
    if (seq <= 150) batch.deliveries.push_back(delivery("soc", seq, "A"));
  }
  commit(batch);
  core::Batch order;
  order.prune_before = at(1'000'000);
  commit(order);
  std::size_t rows = kEvents + kEvents;
  while (!store_.is_pruned()) {
    ASSERT_TRUE(store_.prune_some());
    const std::size_t left = event_seqs().size() + action_ids().size();
    EXPECT_LE(rows - left, 10U);
    rows = left;
  }
  EXPECT_EQ(event_seqs().size(), 151U);
  EXPECT_TRUE(action_ids().empty());
}

}  // namespace
}  // namespace mactiond::store
