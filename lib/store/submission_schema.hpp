#pragma once

namespace mactiond::store {

/// The schema from which a store has submissions.
inline constexpr int kSubmissionsVersion = 17;

/// number counts in the order in which they were asked for. A moment by all clocks has four
/// columns. What may be long is last: reading the columns before it does not follow its overflow
/// pages. computer_dns_name is looked up as people type it.
inline constexpr const char* kCreateSubmissions = R"(
CREATE TABLE submission (
  number           INTEGER PRIMARY KEY,
  id               TEXT    NOT NULL UNIQUE,
  region           TEXT    NOT NULL,
  state            TEXT    NOT NULL,
  ended            INTEGER,
  machine_id       TEXT    NOT NULL,
  type             TEXT    NOT NULL,
  asker            TEXT    NOT NULL,
  operator_note    TEXT    NOT NULL,
  idempotency_key  TEXT    NOT NULL,
  body_hash        INTEGER NOT NULL,
  on_blocker       TEXT    NOT NULL,
  wait_blocker     INTEGER NOT NULL,
  asked_server     INTEGER,
  asked_wall       INTEGER NOT NULL,
  asked_boot       TEXT    NOT NULL,
  asked_mono       INTEGER NOT NULL,
  waiting_server   INTEGER,
  waiting_wall     INTEGER,
  waiting_boot     TEXT    NOT NULL,
  waiting_mono     INTEGER NOT NULL,
  unblocked_server INTEGER,
  unblocked_wall   INTEGER,
  unblocked_boot   TEXT    NOT NULL,
  unblocked_mono   INTEGER NOT NULL,
  posted_server    INTEGER,
  posted_wall      INTEGER,
  posted_boot      TEXT    NOT NULL,
  posted_mono      INTEGER NOT NULL,
  posts            INTEGER NOT NULL,
  action_id        TEXT    NOT NULL,
  blocked_by       TEXT    NOT NULL,
  submitted        INTEGER,
  reason           TEXT    NOT NULL,
  answer           TEXT    NOT NULL,
  comment          TEXT    NOT NULL,
  request          TEXT    NOT NULL
) STRICT;
CREATE INDEX submission_open ON submission (number) WHERE ended IS NULL;
CREATE INDEX submission_ended ON submission (ended) WHERE ended IS NOT NULL;
CREATE INDEX action_computer
  ON action (region, computer_dns_name COLLATE NOCASE, machine_id, opened);
CREATE INDEX action_machine ON action (region, machine_id, opened, computer_dns_name);
)";

}  // namespace mactiond::store
