#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "io/store/stored_in_file.hpp"
#include "store/damage_mark.hpp"
#include "unit/store/submissions.hpp"

namespace mactiond::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Optional;

class StoreSalvage : public StoredInFile {
 protected:
  void expect_carried_over(Store& store) {
    const auto found = store.found();
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->damaged);
    EXPECT_TRUE(found->switch_known);
    EXPECT_EQ(found->set_aside, path_ + ".damaged-S");
    EXPECT_TRUE(fs::exists(path_ + ".damaged-S"));
    const auto snapshot = store.load();
    ASSERT_TRUE(snapshot);
    EXPECT_TRUE(snapshot->switches.cancelling_suspended);
    ASSERT_EQ(snapshot->webhooks.size(), 1U);
    EXPECT_EQ(snapshot->webhooks[0].row.state, core::WebhookState::Paused);
    EXPECT_EQ(snapshot->webhooks[0].dead, 1);
    EXPECT_EQ(store.load_syslog_position("siem").value(), 4U);
  }
};

TEST_F(StoreSalvage, CarriesOverWhatCanBeRead) {
  fill(20);
  sql("DROP TABLE region");
  Store store = open();
  expect_carried_over(store);
  EXPECT_EQ(queued(store), 19);
  EXPECT_EQ(store.load_events(1, 100)->size(), 20U);
  // The oldest of each action is the one to be attempted.
  const auto due = store.load_deliveries({{1}, "soc", at(100), 100});
  ASSERT_TRUE(due);
  EXPECT_EQ(due->due.size(), 5U);
}

TEST_F(StoreSalvage, CountsWhatIsKeptAsInAWholeStore) {
  fill(20);
  EXPECT_EQ(*open().count_rows(), 19 + 1 + 20) << "deliveries, dead letters and events";
  sql("DROP TABLE region");
  EXPECT_EQ(open().found()->kept, 19 + 1 + 20);
}

TEST_F(StoreSalvage, TakesDecisionsOfAnOlderVersionToo) {
  {
    Store store = open();
    core::Decision decision;
    decision.id = "d1";
    decision.region = "eu";
    decision.action.value = "a1";
    decision.status = "Pending";
    decision.comment = "by hand";
    decision.by = core::Operator{"bob (uid 1001)", "robert"};
    core::Batch rows;
    rows.decisions = {decision};
    ASSERT_TRUE(store.commit(rows));
    EXPECT_EQ(store.load()->decisions.at(0).by, decision.by);
  }
  sql("ALTER TABLE decision DROP COLUMN operator_note; UPDATE decision SET asker = 'alice'");
  Store store = open();
  ASSERT_TRUE(store.found());
  const auto snapshot = store.load();
  ASSERT_EQ(snapshot->decisions.size(), 1U);
  EXPECT_EQ(snapshot->decisions[0].by, core::DecidedBy(core::Operator{"unknown", "alice"}));
}

TEST_F(StoreSalvage, CarriesSubmissionsOverInTheirOrder) {
  fill(20);
  const core::Submission ended = full_submission("sub_2");
  const core::Submission queued = queued_submission("sub_1");
  {
    Store store = open();
    core::Batch rows;
    rows.submissions = {ended, queued, queued_submission("sub_3"), queued_submission("sub_4")};
    ASSERT_TRUE(store.commit(rows));
  }
  sql("DROP TABLE region; UPDATE submission SET state = 'x' WHERE id = 'sub_3';"
      "UPDATE submission SET ended = 1 WHERE id = 'sub_4'");
  Store store = open();
  expect_carried_over(store);
  EXPECT_EQ(store.found()->lost, 2);
  EXPECT_EQ(store.found()->kept, 19 + 1 + 20 + 2);
  const auto snapshot = store.load();
  ASSERT_EQ(snapshot->submissions.size(), 2U);
  EXPECT_EQ(snapshot->submissions[0].id, "sub_2");
  EXPECT_EQ(snapshot->submissions[1], queued);
  EXPECT_EQ(store.find_submission("sub_2").value(), ended);
}

TEST_F(StoreSalvage, AnOlderVersionHasNoSubmissionsToLose) {
  fill(20);
  sql("DROP TABLE region; DROP TABLE submission; PRAGMA user_version = 16");
  Store store = open();
  expect_carried_over(store);
  EXPECT_EQ(store.found()->lost, 0);
}

TEST_F(StoreSalvage, TakesDeliveriesAndEventsOfAnOlderVersionToo) {
  fill(20);
  sql("ALTER TABLE delivery RENAME COLUMN order_key TO action_id; DROP TABLE region");
  for (const char* column : {"webhook", "action_type", "from_status", "to_status", "backlog"}) {
    sql(std::string("ALTER TABLE event DROP COLUMN ") + column);
  }
  Store store = open();
  expect_carried_over(store);
  EXPECT_EQ(queued(store), 19);
  EXPECT_EQ(store.load_deliveries({{1}, "soc", at(100), 100})->due.size(), 5U) << "in order";
  const auto events = store.load_events(1, 100);
  ASSERT_EQ(events->size(), 20U);
  for (const core::EventRecord& event : *events) EXPECT_EQ(event.subject.to, "Pending");
}

TEST_F(StoreSalvage, CarriesOverWhatEventsKnowOfTheirMachines) {
  fill(20);
  sql("DROP TABLE region; UPDATE event SET machine_group = 'SOC', machine_tags = '[\"x\"]'");
  Store store = open();
  expect_carried_over(store);
  const auto events = store.load_events(1, 100);
  ASSERT_EQ(events->size(), 20U);
  EXPECT_EQ(events->back().subject.machine, (MachineMarks{"SOC", {"x"}}));
}

TEST_F(StoreSalvage, EventsOfAnOlderVersionKnowNoMachine) {
  fill(20);
  sql("DROP TABLE region; DROP TABLE machine; ALTER TABLE event DROP COLUMN machine_group;"
      "ALTER TABLE event DROP COLUMN machine_tags; PRAGMA user_version = 17");
  Store store = open();
  expect_carried_over(store);
  const auto events = store.load_events(1, 100);
  ASSERT_EQ(events->size(), 20U);
  EXPECT_EQ(events->back().subject.to, "Pending");
  EXPECT_FALSE(events->back().subject.machine);
}

TEST_F(StoreSalvage, ReadsWhatEventsAreAboutWhereTheColumnsWereNotFilledYet) {
  fill(20);
  sql("UPDATE event SET action_type = '', to_status = ''; PRAGMA user_version = 15");
  put_damage_mark(path_, "met while it was filled");
  Store store = open();
  expect_carried_over(store);
  const auto events = store.load_events(1, 100);
  ASSERT_EQ(events->size(), 20U);
  for (const core::EventRecord& event : *events) EXPECT_EQ(event.subject.to, "Pending");
}

TEST_F(StoreSalvage, ChangesNothingWhereTheEndOfTheLogCannotBeRead) {
  fill(20);
  sql("DROP TABLE region");
  opening_.logged = [] {
    return Result<std::optional<std::uint64_t>>(Error(Errc::PathNotUsable, "log.1.xz"));
  };
  const auto refused = Store::open(directory_, opening_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("log.1.xz"));
  EXPECT_FALSE(fs::exists(path_ + ".damaged-S"));
  opening_.logged = [] { return Result<std::optional<std::uint64_t>>(20); };
  Store store = open();
  expect_carried_over(store);
}

TEST_F(StoreSalvage, KeepsEventsThatTheLogLacksUpToTheFirstGap) {
  fill(20);
  logged_ = 15;
  sql("DROP TABLE region; DELETE FROM event WHERE seq = 18");
  Store store = open();
  EXPECT_EQ(store.load()->last_seq, 17U);
  EXPECT_EQ(queued(store), 16);
}

TEST_F(StoreSalvage, LeavesOutRowsThatLie) {
  fill(20);
  sql("DROP TABLE region; UPDATE event SET type = 'x' WHERE seq = 5;"
      "UPDATE event SET fields = '\"' WHERE seq = 6; UPDATE delivery SET attempts = -1 WHERE seq = "
      "7");
  Store store = open();
  expect_carried_over(store);
  EXPECT_EQ(queued(store), 16);
  EXPECT_GE(store.found()->lost, 3);
}

TEST_F(StoreSalvage, ReadsAroundADamagedPage) {
  fill(400);
  logged_ = 400;
  const auto size = static_cast<std::streamoff>(fs::file_size(path_));
  ASSERT_GT(size, 20 * 4096);
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(size / 2 / 4096 * 4096);
    file << std::string(4096, '\xee');
  }
  Store store = open();
  const auto found = store.found();
  EXPECT_TRUE(found->damaged);
  EXPECT_GT(found->kept, 100);
}

TEST_F(StoreSalvage, AFileThatIsNoDatabaseIsSetAsideWhole) {
  std::ofstream(path_) << std::string(8192, 'x');
  Store store = open();
  EXPECT_TRUE(store.found()->damaged);
  EXPECT_FALSE(store.found()->switch_known);
  EXPECT_EQ(fs::file_size(path_ + ".damaged-S"), 8192U);
}

TEST_F(StoreSalvage, OverwritesNothing) {
  std::ofstream(path_ + ".damaged-S-wal") << "earlier";
  std::ofstream(path_) << std::string(8192, 'x');
  const Store store = open();
  EXPECT_TRUE(fs::exists(path_ + ".damaged-S-2"));
  EXPECT_EQ(fs::file_size(path_ + ".damaged-S-wal"), 7U);
}

TEST_F(StoreSalvage, ANewerVersionsStoreStays) {
  fill(3);
  sql("PRAGMA user_version = 1000");
  const auto store = Store::open(directory_, opening_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, make_error_code(Errc::StoreTooNew));
  EXPECT_TRUE(fs::exists(path_));
}

TEST_F(StoreSalvage, ReportsTheCarryOverUntilTheRecoveryIsStored) {
  fill(20);
  sql("DROP TABLE region");
  { Store store = open(); }
  Store store = open();
  expect_carried_over(store);
  core::Batch recovery;
  recovery.recovery = core::RecoveryRow{20, at(50), "boot", MonoTime(Duration(5))};
  recovery.recovering = {{"eu", at(40)}};
  recovery.events = {event_of(21, "")};
  ASSERT_TRUE(store.commit(recovery));
  EXPECT_FALSE(store.found()->damaged);
  const auto snapshot = store.load();
  ASSERT_TRUE(snapshot->recovery);
  EXPECT_EQ(snapshot->recovering, (std::vector<core::RegionQuiet>{{"eu", at(40)}}));
}

TEST_F(StoreSalvage, AnInterruptedMoveIsEnded) {
  fill(20);
  fs::copy_file(path_, path_ + ".new");
  fs::rename(path_, path_ + ".damaged-S");
  std::ofstream(path_ + "-wal") << "of the damaged one";
  Store store = open();
  EXPECT_EQ(store.load()->last_seq, 20U);
  EXPECT_TRUE(fs::exists(path_ + ".damaged-rest-wal"));
}

TEST_F(StoreSalvage, AMarkOfDamageLeadsToTheRecovery) {
  fill(20);
  std::ofstream(path_ + ".damaged") << "page 7 is\ntorn";
  Store store = open();
  expect_carried_over(store);
  EXPECT_THAT(store.found()->damage, HasSubstr("page 7 is torn"));
  EXPECT_FALSE(fs::exists(path_ + ".damaged"));
}

TEST_F(StoreSalvage, AMarkOfDamageSaysNothingAboutABackupInThePlaceOfTheFile) {
  fill(20);
  put_damage_mark(path_, "page 7 is torn");
  fs::copy_file(path_, path_ + ".backup");
  fs::rename(path_, path_ + ".old");
  fs::rename(path_ + ".backup", path_);
  Store store = open();
  EXPECT_FALSE(store.found()->damaged);
  EXPECT_EQ(store.found()->last_seq, 20U);
  EXPECT_FALSE(fs::exists(path_ + ".damaged"));
}

TEST_F(StoreSalvage, AMissingEventThatTheLogLacksIsDamage) {
  fill(10);
  logged_ = 7;
  sql("UPDATE log_position SET first_seq = 8; DELETE FROM event WHERE seq = 9");
  Store store = open();
  EXPECT_TRUE(store.found()->damaged);
  EXPECT_EQ(store.load()->last_seq, 8U);
}

TEST_F(StoreSalvage, NoNumberInARowBringsArithmeticToOverflow) {
  fill(10);
  sql("UPDATE action SET created = 9223372036854775807, last_update = -9223372036854775807;"
      "UPDATE delivery SET due = 9223372036854775807;"
      "UPDATE log_position SET first_seq = 9223372036854775807;"
      "INSERT INTO quota VALUES ('eu', 'minute', 'b', -9223372036854775807, 99999999999, '')");
  Store store = open();
  const auto snapshot = store.load();
  ASSERT_TRUE(snapshot);
  EXPECT_FALSE(store.load_log_position().value());
  EXPECT_GE(snapshot->quotas[0].instant, MonoTime{});
}

TEST_F(StoreSalvage, NoticesThatAFileWasTakenAway) {
  for (const char* name : {"store.db", "store.db-wal", "mactiond.lock"}) {
    SCOPED_TRACE(name);
    fs::remove_all(directory_);
    fs::create_directory(directory_);
    Store store = open();
    ASSERT_TRUE(store.keep_syslog_position("siem", 1));
    EXPECT_EQ(store.check_files(), std::nullopt);
    fs::rename(directory_ + "/" + name, directory_ + "/elsewhere");
    EXPECT_THAT(store.check_files(), Optional(HasSubstr(name)));
    std::ofstream(directory_ + "/" + name) << "another";
    EXPECT_THAT(store.check_files(), Optional(HasSubstr(name)));
  }
}

TEST_F(StoreSalvage, SaysThatAnotherProgramHoldsTheLock) {
  Store store = open();
  SQLite::Database other(path_, SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  core::Batch rows;
  rows.events = {event_of(1, "A1")};
  EXPECT_FALSE(store.commit(rows));
  EXPECT_TRUE(store.locked_out());
  other.exec("ROLLBACK");
  EXPECT_TRUE(store.commit(rows));
  EXPECT_FALSE(store.locked_out());
}

}  // namespace
}  // namespace mactiond::store
