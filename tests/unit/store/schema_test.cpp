#include "store/schema.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mactiond::store {
namespace {

SQLite::Database memory() { return {":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}; }

int user_version(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt();
}

std::vector<const char*> with_one_more_step(const char* step) {
  std::vector<const char*> steps(migrations().begin(), migrations().end());
  steps.push_back(step);
  return steps;
}

TEST(Schema, CreatesTheNewestVersion) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  EXPECT_EQ(user_version(database), static_cast<int>(migrations().size()));
  EXPECT_TRUE(database.tableExists("event"));
}

TEST(Schema, LeavesACurrentStoreAlone) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  database.exec("UPDATE counter SET last_seq = 5");
  ASSERT_TRUE(migrate(database));
  EXPECT_EQ(database.execAndGet("SELECT last_seq FROM counter").getInt(), 5);
}

TEST(Schema, AddsALaterStepAndKeepsTheRows) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  database.exec("INSERT INTO webhook (name, state, failures_in_a_row) VALUES ('soc', 'paused', 5)");
  const auto steps = with_one_more_step("ALTER TABLE webhook ADD COLUMN note TEXT DEFAULT 'x'");
  ASSERT_TRUE(migrate(database, steps));
  EXPECT_EQ(user_version(database), static_cast<int>(steps.size()));
  EXPECT_EQ(database.execAndGet("SELECT state || note FROM webhook").getString(), "pausedx");
}

TEST(Schema, TakesWhatWaitsOverFromEveryFormerVersion) {
  for (std::size_t former = 2; former < migrations().size(); ++former) {
    SCOPED_TRACE(former);
    SQLite::Database database = memory();
    ASSERT_TRUE(migrate(database, migrations().first(former)));
    database.exec(
        "INSERT INTO delivery (webhook, seq, action_id, head, queued, due, attempts, last_reason)"
        " VALUES ('soc', 1, 'a', 1, 0, 0, 2, 'network')");
    database.exec("INSERT INTO webhook (name, state, failures_in_a_row) VALUES ('soc', 'ok', 2)");
    ASSERT_TRUE(migrate(database));
    EXPECT_EQ(database
                  .execAndGet("SELECT count(*) FROM delivery WHERE early_from IS NULL AND failed IS"
                              " NULL AND early_tries = 0 AND refusals = 0 AND attempts = 2")
                  .getInt(),
              1);
    EXPECT_EQ(database
                  .execAndGet("SELECT count(*) FROM webhook WHERE refused = '' AND unreachable = 0"
                              " AND trouble_since IS NULL AND failures_in_a_row = 2")
                  .getInt(),
              1);
  }
}

TEST(Schema, KeepsTheOldVersionWhenAStepFails) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  const auto steps = with_one_more_step("CREATE TABLE extra (a) ; INSERT INTO nowhere VALUES (1)");
  EXPECT_THROW(static_cast<void>(migrate(database, steps)), SQLite::Exception);
  EXPECT_EQ(user_version(database), static_cast<int>(migrations().size()));
  EXPECT_FALSE(database.tableExists("extra"));
}

TEST(Schema, RefusesAStoreFromTheFuture) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  database.exec("PRAGMA user_version = 99");
  const auto done = migrate(database);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, make_error_code(Errc::StoreTooNew));
}

TEST(Schema, RefusesADatabaseOfAnotherProgram) {
  SQLite::Database database = memory();
  database.exec("CREATE TABLE bookmarks (url TEXT)");
  const auto done = migrate(database);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, make_error_code(Errc::StoreCorrupt));
  EXPECT_FALSE(database.tableExists("event"));
}

}  // namespace
}  // namespace mactiond::store
