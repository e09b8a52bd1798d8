#include "store/schema.hpp"

#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "event/order_key.hpp"
#include "store/event_row.hpp"
#include "store/query.hpp"
#include "store/snapshot_rows.hpp"
#include "store/statement.hpp"
#include "store/submission_query.hpp"
#include "support/every_event.hpp"

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
    const std::string order = former < 15 ? "action_id" : "order_key";
    database.exec("INSERT INTO delivery (webhook, seq, " + order +
                  ", head, queued, due, attempts, last_reason)"
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

/// Every kind of event, stored without its subject; each waits for a webhook, with its order.
std::vector<core::EventRecord> add_every_event(SQLite::Database& database) {
  std::vector<core::EventRecord> events = test::every_event();
  // None of these versions had submissions.
  std::erase_if(events, [](const core::EventRecord& event) {
    return to_string(event.type).starts_with("submission.");
  });
  SQLite::Statement insert(database, "INSERT INTO event VALUES (?, ?, ?, 0, 'i', ?, ?, ?, ?)");
  SQLite::Statement waits(database,
                          "INSERT INTO delivery (webhook, seq, action_id, head, queued, due,"
                          " attempts, last_reason) VALUES ('x', ?, ?, 1, 0, 0, 0, '')");
  std::int64_t seq = 0;
  for (core::EventRecord& event : events) {
    // The commit puts in what is stored of the action.
    const bool about_action = !event.action.value.empty();
    if (about_action) event.document = "{\"type\":\"" + event.subject.type + "\"}";
    ++seq;
    insert.bind(1, seq);
    insert.bind(2, event.id);
    insert.bind(3, std::string(to_string(event.type)));
    insert.bind(4, event.region);
    insert.bind(5, event.action.value);
    insert.bind(6, event.fields);
    insert.bind(7, event.document);
    insert.exec();
    insert.reset();
    waits.bind(1, seq);
    waits.bind(2, order_of(event).value);
    waits.exec();
    waits.reset();
  }
  return events;
}

TEST(Schema, KnowsWhatWaitingEventsOfEveryFormerVersionAreAbout) {
  for (std::size_t former = 1; former < 15; ++former) {
    SCOPED_TRACE(former);
    SQLite::Database database = memory();
    ASSERT_TRUE(migrate(database, migrations().first(former)));
    const std::vector<core::EventRecord> events = add_every_event(database);
    ASSERT_TRUE(migrate(database));
    Statement select(database, kSelectEvents);
    Rows rows = select.query(0, 1000);
    for (core::EventRecord event : events) {
      SCOPED_TRACE(to_string(event.type));
      event.subject.machine.reset();  // No former version knew it.
      ASSERT_TRUE(rows.next());
      const auto read = to_event(rows);
      ASSERT_TRUE(read);
      EXPECT_EQ(read->subject, event.subject);
      const std::string seq = std::to_string(read->seq);
      EXPECT_EQ(
          database.execAndGet("SELECT order_key FROM delivery WHERE seq = " + seq).getString(),
          order_of(event).value);
    }
  }
}

TEST(Schema, ReadsOnlyWhatOldEventsAreAboutThatAreStillSent) {
  SQLite::Database database = memory();
  ASSERT_TRUE(migrate(database, migrations().first(14)));
  const auto add = [&](int seq, const char* fields) {
    database.exec("INSERT INTO event VALUES (" + std::to_string(seq) +
                  ", 'ma', 'action.transition', 0, 'i', 'eu', 'a', '" + fields + "', '')");
  };
  for (const int seq : {1, 2, 3, 4}) add(seq, R"("from":null,"to":"Failed","backlog":true)");
  add(5, R"("to":"damaged)");
  database.exec("INSERT INTO dead_letter VALUES ('soc', 2, 1, 'gone', 0)");
  database.exec("INSERT INTO syslog VALUES ('siem', 4), ('soc', 5)");
  ASSERT_TRUE(migrate(database));
  std::string read;
  SQLite::Statement rows(database, "SELECT to_status || backlog FROM event ORDER BY seq");
  while (rows.executeStep()) read += rows.getColumn(0).getString() + ';';
  EXPECT_EQ(read, "0;Failed1;0;Failed1;0;");
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

TEST(Schema, HasSubmissionsAndMachineNamesFromEveryFormerVersion) {
  for (std::size_t former = 1; former < migrations().size(); ++former) {
    SCOPED_TRACE(former);
    SQLite::Database database = memory();
    ASSERT_TRUE(migrate(database, migrations().first(former)));
    database.exec(
        "INSERT INTO action (region, id, type, status, final, vanished, seen, fingerprint,"
        " machine_id, computer_dns_name, requestor, requestor_comment, request_source, document)"
        " VALUES ('eu', 'a', 'Isolate', 'Pending', 0, 0, 0, 1, 'm1', 'Srv-1', '', '', '', '{}')");
    ASSERT_TRUE(migrate(database));
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM submission").getInt(), 0);
    Statement machine(database, kSelectMachineOfName);
    const std::string region = "eu";
    const std::string name = "srv-1";
    const std::string before = "z";
    Rows row = machine.query(region, name, before);
    ASSERT_TRUE(row.next());
    EXPECT_EQ(row.text(1), "m1");
  }
}

TEST(Schema, OfNoRegionOfAFormerVersionTheEndOfACredentialWasReported) {
  for (std::size_t former = 1; former < migrations().size(); ++former) {
    SCOPED_TRACE(former);
    SQLite::Database database = memory();
    ASSERT_TRUE(migrate(database, migrations().first(former)));
    database.exec("INSERT INTO region (name, watermark, degraded) VALUES ('eu', 5, 'auth')");
    ASSERT_TRUE(migrate(database));
    const auto regions = read_regions(database);
    ASSERT_EQ(regions.size(), 1U);
    EXPECT_EQ(regions[0].degraded, "auth");
    EXPECT_EQ(regions[0].credential, std::nullopt);
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
