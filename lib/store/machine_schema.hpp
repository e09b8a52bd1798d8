#pragma once

namespace mactiond::store {

/// The schema from which a store has facts of machines, and an event those that filters look at.
inline constexpr int kMachinesVersion = 18;

/// tags is a list in JSON. An event whose machine_group is NULL says nothing of a machine.
inline constexpr const char* kKnowMachines = R"(
CREATE TABLE machine (
  region        TEXT    NOT NULL,
  id            TEXT    NOT NULL,
  read          INTEGER NOT NULL,
  rbac_group    TEXT    NOT NULL,
  os_platform   TEXT    NOT NULL,
  health_status TEXT    NOT NULL,
  tags          TEXT    NOT NULL,
  PRIMARY KEY (region, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_read ON machine (read);
ALTER TABLE event ADD COLUMN machine_group TEXT;
ALTER TABLE event ADD COLUMN machine_tags TEXT NOT NULL DEFAULT '[]';
)";

/// ?1 cutoff, ?2 limit.
inline constexpr const char* kDeleteOldMachines = R"(
DELETE FROM machine WHERE (region, id) IN (
  SELECT region, id FROM machine WHERE read < ?1 ORDER BY read LIMIT ?2))";

inline constexpr const char* kSelectMachines = R"(
SELECT region, id, read, rbac_group, os_platform, health_status, tags FROM machine)";

}  // namespace mactiond::store
