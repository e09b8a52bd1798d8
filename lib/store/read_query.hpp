#pragma once

namespace mactiond::store {

// What operators read, apart so that a test can ask SQLite for the plan.

/// ?1 opened, ?2 region, ?3 id of the cursor; ?4 regions, ?5 types, ?6 statuses: each empty, or
/// between line feeds, types and statuses in lower case; ?7 limit; ?8 how many actions to look at.
/// The inner query reads nothing but its index.
inline constexpr const char* kSelectActions = R"(
SELECT c.opened, a.region, a.id, a.final, a.vanished, a.document
FROM (SELECT rowid AS row, opened, region, type, status FROM action
      WHERE opened <= ?1 AND (opened, region, id) < (?1, ?2, ?3)
      ORDER BY opened DESC, region DESC, id DESC LIMIT ?8) c
CROSS JOIN action a ON a.rowid = c.row
WHERE (?4 = '' OR instr(?4, char(10) || c.region || char(10)) > 0)
  AND (?5 = '' OR instr(?5, char(10) || lower(c.type) || char(10)) > 0)
  AND (?6 = '' OR instr(?6, char(10) || lower(c.status) || char(10)) > 0
       OR (instr(?6, char(10) || 'vanished' || char(10)) > 0 AND a.vanished = 1))
LIMIT ?7)";

/// ?1 opened, ?2 region, ?3 id of the cursor; ?4 how many actions to skip: the last one looked at.
inline constexpr const char* kSelectLastLookedAt = R"(
SELECT opened, region, id FROM action
WHERE opened <= ?1 AND (opened, region, id) < (?1, ?2, ?3)
ORDER BY opened DESC, region DESC, id DESC LIMIT 1 OFFSET ?4)";

/// As kSelectActions, of the open ones. Repeats the condition of its partial index word by word.
inline constexpr const char* kSelectOpenActions = R"(
SELECT c.opened, a.region, a.id, a.final, a.vanished, a.document
FROM (SELECT rowid AS row, opened, region, type, status FROM action
      WHERE final = 0 AND vanished = 0
        AND opened <= ?1 AND (opened, region, id) < (?1, ?2, ?3)
      ORDER BY opened DESC, region DESC, id DESC LIMIT ?8) c
CROSS JOIN action a ON a.rowid = c.row
WHERE (?4 = '' OR instr(?4, char(10) || c.region || char(10)) > 0)
  AND (?5 = '' OR instr(?5, char(10) || lower(c.type) || char(10)) > 0)
  AND (?6 = '' OR instr(?6, char(10) || lower(c.status) || char(10)) > 0
       OR (instr(?6, char(10) || 'vanished' || char(10)) > 0 AND a.vanished = 1))
LIMIT ?7)";

/// As kSelectLastLookedAt, of the open ones.
inline constexpr const char* kSelectLastOpenLookedAt = R"(
SELECT opened, region, id FROM action
WHERE final = 0 AND vanished = 0
  AND opened <= ?1 AND (opened, region, id) < (?1, ?2, ?3)
ORDER BY opened DESC, region DESC, id DESC LIMIT 1 OFFSET ?4)";

/// ?1 id: in whichever region. Steps from region to region through the primary key.
inline constexpr const char* kSelectAction = R"(
WITH RECURSIVE known (name) AS (
  SELECT min(region) FROM action UNION ALL
  SELECT (SELECT min(region) FROM action WHERE region > name) FROM known WHERE name IS NOT NULL)
SELECT a.region, a.id, a.final, a.vanished, a.document
FROM known CROSS JOIN action a ON a.region = known.name AND a.id = ?1
WHERE known.name IS NOT NULL)";

/// ?1 first and ?2 last id of a range in which letter case does not matter; ?3 limit.
inline constexpr const char* kSelectIds = R"(
SELECT id, region FROM action WHERE id >= ?1 COLLATE NOCASE AND id <= ?2 COLLATE NOCASE
ORDER BY id COLLATE NOCASE, region LIMIT ?3)";

/// ?1 region.
inline constexpr const char* kSelectHasRegion = "SELECT 1 FROM action WHERE region = ?1 LIMIT 1";

/// ?1 type or status, in any letter case.
inline constexpr const char* kSelectHasType =
    "SELECT 1 FROM action WHERE type = ?1 COLLATE NOCASE LIMIT 1";
inline constexpr const char* kSelectHasStatus =
    "SELECT 1 FROM action WHERE status = ?1 COLLATE NOCASE LIMIT 1";

/// ?1 action id, ?2 region, ?3 limit.
inline constexpr const char* kSelectHistory = R"(
SELECT seq, id, type, time, instance, region, action_id, fields, document,
       webhook, action_type, from_status, to_status, backlog, machine_group, machine_tags
FROM event WHERE action_id = ?1 AND action_id <> '' AND region = ?2 ORDER BY seq LIMIT ?3)";

/// ?1 seq after which, ?2 limit.
inline constexpr const char* kSelectEventsAfter = R"(
SELECT seq, id, type, time, instance, region, action_id, fields, document,
       webhook, action_type, from_status, to_status, backlog, machine_group, machine_tags
FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2)";

/// ?1 webhook and ?2 seq after which; ?3 limit.
inline constexpr const char* kSelectDeadLetters = R"(
SELECT d.seq, e.id, e.type, e.time, e.instance, e.region, e.action_id, e.fields, e.document,
       e.webhook, e.action_type, e.from_status, e.to_status, e.backlog,
       e.machine_group, e.machine_tags,
       d.webhook, d.attempts, d.reason, d.died
FROM dead_letter d LEFT JOIN event e ON e.seq = d.seq
WHERE (d.webhook, d.seq) > (?1, ?2) ORDER BY d.webhook, d.seq LIMIT ?3)";

/// ?1 webhook, ?2 seq.
inline constexpr const char* kSelectDeadLetter = R"(
SELECT d.seq, e.id, e.type, e.time, e.instance, e.region, e.action_id, e.fields, e.document,
       e.webhook, e.action_type, e.from_status, e.to_status, e.backlog,
       e.machine_group, e.machine_tags,
       d.webhook, d.attempts, d.reason, d.died
FROM dead_letter d LEFT JOIN event e ON e.seq = d.seq
WHERE d.webhook = ?1 AND d.seq = ?2)";

}  // namespace mactiond::store
