#include "store/schema.hpp"

#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include <string>
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

TEST(Schema, FindsTypesAndStatusesOfEveryFormerVersionByIndex) {
  for (std::size_t former = 1; former < migrations().size(); ++former) {
    SCOPED_TRACE(former);
    SQLite::Database database = memory();
    ASSERT_TRUE(migrate(database, migrations().first(former)));
    database.exec(
        "INSERT INTO action (region, id, type, status, final, vanished, seen, fingerprint,"
        " machine_id, computer_dns_name, requestor, requestor_comment, request_source, document)"
        " VALUES ('eu', 'a', 'ResetBios', 'Paused', 0, 0, 0, 1, '', '', '', '', '', '{}')");
    ASSERT_TRUE(migrate(database));
    EXPECT_EQ(database
                  .execAndGet("SELECT count(*) FROM action INDEXED BY action_type"
                              " WHERE type = 'resetbios' COLLATE NOCASE")
                  .getInt(),
              1);
    EXPECT_EQ(database
                  .execAndGet("SELECT count(*) FROM action INDEXED BY action_status"
                              " WHERE status = 'PAUSED' COLLATE NOCASE")
                  .getInt(),
              1);
  }
}

TEST(Schema, ARecoveryInProgressStaysQuietForEachRegion) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database, migrations().first(12)));
  database.exec("INSERT INTO recovery VALUES (1, 7, 100, 'b', 5, 90)");
  database.exec("INSERT INTO recovering VALUES ('eu'), ('us')");
  ASSERT_TRUE(migrate(database));
  EXPECT_EQ(database.execAndGet("SELECT sum(quiet_before) FROM recovering").getInt(), 180);
  EXPECT_EQ(database.execAndGet("SELECT after_seq FROM recovery").getInt(), 7);
}

TEST(Schema, KeepsTheOldVersionWhenAStepFails) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  const auto steps = with_one_more_step("CREATE TABLE extra (a) ; INSERT INTO nowhere VALUES (1)");
  EXPECT_THROW(static_cast<void>(migrate(database, steps)), SQLite::Exception);
  EXPECT_EQ(user_version(database), static_cast<int>(migrations().size()));
  EXPECT_FALSE(database.tableExists("extra"));
}

/// A store as version 6 left it, with actions of every kind of stamp.
SQLite::Database version_6() {
  SQLite::Database database = memory();
  EXPECT_TRUE(migrate(database, migrations().first(6)));
  const auto add = [&](const char* region, const char* id, const char* created,
                       const char* update) {
    database.exec(std::string("INSERT INTO action VALUES ('") + region + "', '" + id +
                  "', 'Isolate', 'Pending', 0, 0, " + created + ", " + update +
                  ", 17000000000000000, 1, '', '', '', '', '', '{}', coalesce(" + created +
                  ", 0))");
  };
  add("eu", "good", "16999999990000000", "16999999999000000");
  add("eu", "year 1", "-621355968000000000", "-621355968000000000");
  add("eu", "year 9999", "2534022144000000000", "2534022144000000000");
  add("us", "missing", "NULL", "NULL");
  database.exec("INSERT INTO region VALUES ('eu', 16999999999000000, NULL, '')");
  database.exec("INSERT INTO region VALUES ('never polled', NULL, NULL, 'auth')");
  return database;
}

TEST(Schema, ImpossibleStampsOfAnOldStoreAreNoneAndFirstSightIsKnown) {
  SQLite::Database database = version_6();
  ASSERT_TRUE(migrate(database));
  EXPECT_EQ(database
                .execAndGet("SELECT count(*) FROM action WHERE created IS NULL"
                            " AND last_update IS NULL AND opened = 0")
                .getInt(),
            3);
  EXPECT_EQ(database.execAndGet("SELECT created FROM action WHERE id = 'good'").getInt64(),
            16999999990000000);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM action WHERE first_seen = seen").getInt(), 4);
}

TEST(Schema, ARegionOfAnOldStoreIsNewOnlyIfItWasNeverPolled) {
  SQLite::Database database = version_6();
  ASSERT_TRUE(migrate(database));
  const auto fresh = [&](const char* name) {
    return database.execAndGet(std::string("SELECT fresh FROM region WHERE name = '") + name + "'")
        .getInt();
  };
  EXPECT_EQ(fresh("eu"), 0);
  EXPECT_EQ(fresh("us"), 0) << "known by its actions alone";
  EXPECT_EQ(fresh("never polled"), 1);
}

TEST(Schema, ARegionOfAnOldStoreThatWasPolledAndNeverHadAnActionIsNotNew) {
  SQLite::Database database = version_6();
  const auto called = [&](const std::string& name) {
    database.exec("INSERT INTO quota (region, \"window\", boot_id, instant) VALUES ('" + name +
                  "', 'hour', 'b', 1)");
  };
  for (const char* name : {"quiet", "never polled", "again degraded", "https://api.example/ t c"}) {
    called(name);
  }
  database.exec("INSERT INTO region VALUES ('recovered', NULL, NULL, '')");
  database.exec("INSERT INTO region VALUES ('documented', NULL, 17000000000000000, 'network')");
  database.exec("INSERT INTO region VALUES ('again degraded', NULL, NULL, 'network')");
  database.exec(
      "INSERT INTO event VALUES (1, 'ma_1', 'region.recovered', 0, 'i', 'again degraded', '', '{}',"
      " '')");
  ASSERT_TRUE(migrate(database));
  std::string known;
  SQLite::Statement rows(database, "SELECT name FROM region WHERE fresh = 0 ORDER BY name");
  while (rows.executeStep()) known += rows.getColumn(0).getString() + ';';
  EXPECT_EQ(known, "again degraded;documented;eu;quiet;recovered;us;");
}

TEST(Schema, RefusesAStoreFromTheFuture) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  database.exec("PRAGMA user_version = 99");
  const auto done = migrate(database);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, make_error_code(Errc::StoreTooNew));
}

TEST(Schema, ANegativeVersionIsDamageByName) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database));
  database.exec("PRAGMA user_version = -7");
  const auto done = migrate(database);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, make_error_code(Errc::StoreCorrupt));
  EXPECT_EQ(done.error().where, "schema version -7");
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
