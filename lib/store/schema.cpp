#include "store/schema.hpp"

#include <SQLiteCpp/Transaction.h>

#include <array>
#include <string>

#include "store/machine_schema.hpp"
#include "store/submission_schema.hpp"

namespace mactiond::store {
namespace {

/// "mact": distinguishes our files from other SQLite databases.
constexpr int kApplicationId = 0x6d616374;

// Times are 100 ns ticks since 1970. document is last in its row, so that reading the columns
// before it does not follow its overflow pages.
constexpr const char* kVersion1 = R"(
CREATE TABLE action (
  region            TEXT    NOT NULL,
  id                TEXT    NOT NULL,
  type              TEXT    NOT NULL,
  status            TEXT    NOT NULL,
  final             INTEGER NOT NULL,
  vanished          INTEGER NOT NULL,
  created           INTEGER,
  last_update       INTEGER,
  seen              INTEGER NOT NULL,
  fingerprint       INTEGER NOT NULL,
  machine_id        TEXT    NOT NULL,
  computer_dns_name TEXT    NOT NULL,
  requestor         TEXT    NOT NULL,
  requestor_comment TEXT    NOT NULL,
  request_source    TEXT    NOT NULL,
  document          TEXT    NOT NULL,
  PRIMARY KEY (region, id)
) STRICT;
CREATE INDEX action_closed ON action (seen) WHERE final = 1 OR vanished = 1;

CREATE TABLE event (
  seq       INTEGER PRIMARY KEY,
  id        TEXT    NOT NULL,
  type      TEXT    NOT NULL,
  time      INTEGER NOT NULL,
  instance  TEXT    NOT NULL,
  region    TEXT    NOT NULL,
  action_id TEXT    NOT NULL,
  fields    TEXT    NOT NULL,
  document  TEXT    NOT NULL
) STRICT;
CREATE INDEX event_time ON event (time);

-- queued is the due time a delivery began with. head is 1 for the one that may be attempted: the
-- oldest of its (webhook, action_id), or any where action_id is empty.
CREATE TABLE delivery (
  webhook     TEXT    NOT NULL,
  seq         INTEGER NOT NULL,
  action_id   TEXT    NOT NULL,
  head        INTEGER NOT NULL,
  queued      INTEGER NOT NULL,
  due         INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  last_reason TEXT    NOT NULL,
  PRIMARY KEY (webhook, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_head ON delivery (webhook, due) WHERE head = 1;
CREATE INDEX delivery_action ON delivery (webhook, action_id, seq);

CREATE TABLE dead_letter (
  webhook  TEXT    NOT NULL,
  seq      INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason   TEXT    NOT NULL,
  died     INTEGER NOT NULL,
  PRIMARY KEY (webhook, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE region (
  name                  TEXT PRIMARY KEY,
  watermark             INTEGER,
  changes_refused_until INTEGER,
  degraded              TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE quota (
  region  TEXT    NOT NULL,
  "window" TEXT   NOT NULL,
  boot_id TEXT    NOT NULL,
  instant INTEGER NOT NULL,
  PRIMARY KEY (region, "window")
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook (
  name              TEXT PRIMARY KEY,
  state             TEXT    NOT NULL,
  failures_in_a_row INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log_position (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  device    INTEGER NOT NULL,
  inode     INTEGER NOT NULL,
  "offset"  INTEGER NOT NULL,
  first_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE counter (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  last_seq INTEGER NOT NULL
) STRICT;
INSERT INTO counter (one, last_seq) VALUES (1, 0);
)";

constexpr const char* kVersion2 = R"(
ALTER TABLE webhook ADD COLUMN by_operator INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook ADD COLUMN held_until INTEGER;
CREATE INDEX dead_letter_died ON dead_letter (webhook, died, seq);
)";

// posted and posted_mono: when the last POST left, by the API's clock and, within posted_boot, by
// ours.
constexpr const char* kVersion3 = R"(
CREATE TABLE decision (
  id          TEXT PRIMARY KEY,
  region      TEXT    NOT NULL,
  action_id   TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  policy      TEXT    NOT NULL,
  asker       TEXT    NOT NULL,
  status      TEXT    NOT NULL,
  comment     TEXT    NOT NULL,
  decided     INTEGER NOT NULL,
  age         INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  posts       INTEGER NOT NULL,
  unsure      INTEGER NOT NULL,
  posted      INTEGER,
  posted_boot TEXT    NOT NULL,
  posted_mono INTEGER NOT NULL,
  answer      TEXT    NOT NULL,
  outcome     TEXT    NOT NULL,
  ended       INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_action ON decision (region, action_id);

CREATE TABLE stale_told (
  region    TEXT NOT NULL,
  action_id TEXT NOT NULL,
  policy    TEXT NOT NULL,
  status    TEXT NOT NULL,
  PRIMARY KEY (region, action_id, policy, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE suppressed (
  policy TEXT PRIMARY KEY,
  hour   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE switch (
  one                  INTEGER PRIMARY KEY CHECK (one = 1),
  cancelling_suspended INTEGER NOT NULL
) STRICT;
)";

// A row from before it is of no known limit.
constexpr const char* kVersion4 = R"(
ALTER TABLE quota ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
)";

// For what operators list and look up. opened is created, or 0; what follows id in the indexes is
// there so that no row has to be read.
constexpr const char* kVersion5 = R"(
ALTER TABLE action ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;
UPDATE action SET opened = coalesce(created, 0);
CREATE INDEX action_opened ON action (opened, region, id, type, status);
CREATE INDEX action_open ON action (opened, region, id, type, status, final, vanished)
  WHERE final = 0 AND vanished = 0;
CREATE INDEX event_action ON event (action_id, seq) WHERE action_id <> '';
)";

constexpr const char* kVersion6 = R"(
CREATE TABLE syslog (
  name     TEXT PRIMARY KEY,
  next_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)";

constexpr const char* kVersion7 = R"(
ALTER TABLE quota ADD COLUMN calls TEXT NOT NULL DEFAULT '';
)";

// For ids as people type them: a beginning, in any letter case.
constexpr const char* kVersion8 = R"(
CREATE INDEX action_id ON action (id COLLATE NOCASE, region);
)";

// early_from is set where a receiver could not be reached: once it takes events, the delivery may
// be tried from then on, before it is due. refused holds seqs, apart by blanks.
constexpr const char* kVersion9 = R"(
ALTER TABLE delivery ADD COLUMN failed INTEGER;
ALTER TABLE delivery ADD COLUMN early_from INTEGER;
ALTER TABLE delivery ADD COLUMN early_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_early ON delivery (webhook, early_from)
  WHERE head = 1 AND early_from IS NOT NULL;
ALTER TABLE webhook ADD COLUMN refused TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook ADD COLUMN trouble_since INTEGER;
ALTER TABLE webhook ADD COLUMN trouble_reported INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN trouble_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook ADD COLUMN unreachable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN taken INTEGER;
)";

// first_seen: when the store saw the action first. ordered_by and ended_by: what the tracker orders
// later answers by. Stamps from before 2015, or a day later than when they were read, are none. A
// region that was never polled is as new as one without a row. Of one that never had an action, a
// call that was counted shows that it was: one that only failed was degraded and never recovered.
constexpr const char* kVersion10 = R"(
ALTER TABLE action ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE action ADD COLUMN ordered_by INTEGER;
ALTER TABLE action ADD COLUMN ended_by INTEGER;
UPDATE action SET first_seen = seen;
UPDATE action SET created = NULL, opened = 0
  WHERE created NOT BETWEEN 14200704000000000 AND seen + 864000000000;
UPDATE action SET last_update = NULL
  WHERE last_update NOT BETWEEN 14200704000000000 AND seen + 864000000000;
ALTER TABLE region ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
ALTER TABLE region ADD COLUMN first_call INTEGER;
ALTER TABLE region ADD COLUMN first_call_by_server INTEGER NOT NULL DEFAULT 0;
UPDATE region SET fresh = 1
  WHERE watermark IS NULL AND changes_refused_until IS NULL AND degraded <> ''
  AND NOT EXISTS (SELECT 1 FROM action WHERE action.region = region.name)
  AND NOT EXISTS (SELECT 1 FROM event
    WHERE event.region = region.name AND event.type = 'region.recovered');
INSERT OR IGNORE INTO region (name, degraded) SELECT DISTINCT region, '' FROM action;
INSERT OR IGNORE INTO region (name, degraded) SELECT DISTINCT region, '' FROM quota
  WHERE region NOT GLOB '*[^-._A-Za-z0-9]*';
)";

// What the last recovery of the store knew, the regions not read whole since, and what was carried
// over from a damaged file by a recovery that is not recorded yet.
constexpr const char* kVersion11 = R"(
CREATE TABLE recovery (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  after_seq    INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  boot_id      TEXT    NOT NULL,
  mono         INTEGER NOT NULL,
  quiet_before INTEGER
) STRICT;
CREATE TABLE recovering (
  region TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE carried_over (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  damage       TEXT    NOT NULL,
  set_aside    TEXT    NOT NULL,
  kept         INTEGER NOT NULL,
  lost         INTEGER NOT NULL,
  switch_known INTEGER NOT NULL
) STRICT;
)";

// asker was the name that the request gave.
constexpr const char* kVersion12 = R"(
ALTER TABLE decision ADD COLUMN operator_note TEXT NOT NULL DEFAULT '';
UPDATE decision SET operator_note = asker, asker = 'unknown' WHERE policy = '';
)";

// For the words that a listing is filtered by, in any letter case.
constexpr const char* kVersion13 = R"(
CREATE INDEX action_type ON action (type COLLATE NOCASE);
CREATE INDEX action_status ON action (status COLLATE NOCASE);
)";

// What is known of a region's past differs from region to region.
constexpr const char* kVersion14 = R"(
ALTER TABLE recovering ADD COLUMN quiet_before INTEGER NOT NULL DEFAULT 0;
UPDATE recovering SET quiet_before = coalesce((SELECT quiet_before FROM recovery), 0);
ALTER TABLE recovery DROP COLUMN quiet_before;
)";

// order_key is what the column held all along: an action's id, or the name of a region or webhook.
// The others are Subject.
constexpr const char* kVersion15 = R"(
ALTER TABLE delivery RENAME COLUMN action_id TO order_key;
ALTER TABLE event ADD COLUMN webhook TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN action_type TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN from_status TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN to_status TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN backlog INTEGER NOT NULL DEFAULT 0;
)";

// What was reported of the end of its credential. Before it, nothing.
constexpr const char* kVersion19 = R"(
ALTER TABLE region ADD COLUMN credential_end INTEGER;
ALTER TABLE region ADD COLUMN credential_days INTEGER NOT NULL DEFAULT 0;
)";

constexpr std::array kMigrations{kVersion1,          kVersion2,     kVersion3,  kVersion4,
                                 kVersion5,          kVersion6,     kVersion7,  kVersion8,
                                 kVersion9,          kVersion10,    kVersion11, kVersion12,
                                 kVersion13,         kVersion14,    kVersion15, kReadSubjects,
                                 kCreateSubmissions, kKnowMachines, kVersion19};
static_assert(kMigrations[kSubjectsVersion - 1] == kReadSubjects);
static_assert(kMigrations[kSubmissionsVersion - 1] == kCreateSubmissions);
static_assert(kMigrations[kMachinesVersion - 1] == kKnowMachines);

int read_pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

void write_pragma(SQLite::Database& database, const char* name, int value) {
  database.exec(std::string("PRAGMA ") + name + " = " + std::to_string(value));
}

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

Result<void> migrate(SQLite::Database& database, std::span<const char* const> steps) {
  const int newest = static_cast<int>(steps.size());
  int version = read_pragma(database, "user_version");
  if (version < 0) {
    return Error{Errc::StoreCorrupt, "schema version " + std::to_string(version)};
  }
  if (version > newest) {
    return Error{Errc::StoreTooNew, "schema version " + std::to_string(version) +
                                        ", this program knows up to " + std::to_string(newest)};
  }
  const bool fresh = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (!fresh && read_pragma(database, "application_id") != kApplicationId) {
    return Error{Errc::StoreCorrupt, "not a database of mactiond"};
  }
  for (; version < newest; ++version) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(steps[static_cast<std::size_t>(version)]);
    write_pragma(database, "application_id", kApplicationId);
    write_pragma(database, "user_version", version + 1);
    transaction.commit();
  }
  return {};
}

}  // namespace mactiond::store
