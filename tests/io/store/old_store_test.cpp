#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "io/store/stored_in_file.hpp"

namespace mactiond::store {
namespace {

/// tests/fixtures/store_of_version_6.db was written by mactiond of commit 6265147: one of its
/// receivers took all events and two took none, a policy had cancelled, and cancelling was
/// suspended before the daemon was stopped.
class OldStore : public StoredInFile {
 protected:
  void SetUp() override {
    StoredInFile::SetUp();
    std::filesystem::copy_file(MACTIOND_FIXTURES "/store_of_version_6.db", path_);
    SQLite::Database database(path_, SQLite::OPEN_READONLY);
    events_ = number(database, "SELECT count(*) FROM event");
    last_seq_ = number(database, "SELECT last_seq FROM counter");
    actions_ = number(database, "SELECT count(*) FROM action");
    deliveries_ = number(database, "SELECT count(*) FROM delivery");
    decisions_ = number(database, "SELECT count(*) FROM decision");
  }
  static std::int64_t number(SQLite::Database& database, const char* query) {
    return database.execAndGet(query).getInt64();
  }

  std::int64_t events_ = 0;
  std::int64_t last_seq_ = 0;
  std::int64_t actions_ = 0;
  std::int64_t deliveries_ = 0;
  std::int64_t decisions_ = 0;
};

TEST_F(OldStore, IsOpenedAndNothingIsLost) {
  ASSERT_GT(deliveries_, 0);
  ASSERT_GT(decisions_, 0);
  Store store = open();
  const core::Snapshot snapshot = store.load().value();
  EXPECT_EQ(static_cast<std::int64_t>(snapshot.last_seq), last_seq_);
  EXPECT_EQ(static_cast<std::int64_t>(snapshot.actions.size()), actions_);
  EXPECT_EQ(static_cast<std::int64_t>(snapshot.decisions.size()), decisions_);
  EXPECT_TRUE(snapshot.switches.cancelling_suspended);
  EXPECT_EQ(snapshot.regions.size(), 1U);
  EXPECT_FALSE(snapshot.regions.at(0).fresh);
  EXPECT_TRUE(store.take_complaints().empty());

  std::int64_t queued = 0;
  for (const core::StoredWebhook& webhook : snapshot.webhooks) queued += webhook.queued;
  EXPECT_EQ(queued, deliveries_);

  const auto events = store.load_events(1, 10'000).value();
  EXPECT_EQ(static_cast<std::int64_t>(events.size()), events_);
}

TEST_F(OldStore, ItsWaitingDeliveriesAreHandedOutOneForEachAction) {
  Store store = open();
  const auto loaded =
      store.load_deliveries({core::CommandId{1}, "down", WallTime::max(), 1000, false, false});
  ASSERT_TRUE(loaded);
  ASSERT_FALSE(loaded.value().due.empty());
  for (const core::DueDelivery& due : loaded.value().due) {
    if (due.event.action.value.empty()) continue;
    EXPECT_FALSE(due.event.subject.type.empty()) << due.event.id;
    EXPECT_FALSE(due.event.document.empty()) << due.event.id;
  }
}

}  // namespace
}  // namespace mactiond::store
