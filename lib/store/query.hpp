#pragma once

namespace mactiond::store {

// The queries whose plan matters, apart so that a test can ask SQLite for it.

/// ?1 first seq, ?2 limit.
inline constexpr const char* kSelectEvents = R"(
SELECT seq, id, type, time, instance, region, action_id, fields, document,
       webhook, action_type, from_status, to_status, backlog, machine_group, machine_tags
FROM event WHERE seq >= ?1 ORDER BY seq LIMIT ?2)";

/// ?1 action, ?2 id. Repeats the condition of its index.
inline constexpr const char* kSelectEventOfAction =
    "SELECT 1 FROM event WHERE action_id = ?1 AND action_id <> '' AND id = ?2 LIMIT 1";

/// ?1 webhook, ?2 limit. CROSS JOIN keeps the order of the tables: the index of the heads is
/// walked in order of due, and no queue is too long for it.
inline constexpr const char* kSelectDeliveries = R"(
SELECT e.seq, e.id, e.type, e.time, e.instance, e.region, e.action_id, e.fields, e.document,
       e.webhook, e.action_type, e.from_status, e.to_status, e.backlog,
       e.machine_group, e.machine_tags,
       d.attempts, d.due, d.failed, d.refusals, d.early_tries, d.early_from
FROM delivery d CROSS JOIN event e ON e.seq = d.seq
WHERE d.webhook = ?1 AND d.head = 1 ORDER BY d.due, d.seq LIMIT ?2)";

/// ?1 webhook, ?2 limit: what may be tried before it is due. Repeats the condition of its index.
inline constexpr const char* kSelectEarly = R"(
SELECT e.seq, e.id, e.type, e.time, e.instance, e.region, e.action_id, e.fields, e.document,
       e.webhook, e.action_type, e.from_status, e.to_status, e.backlog,
       e.machine_group, e.machine_tags,
       d.attempts, d.due, d.failed, d.refusals, d.early_tries, d.early_from
FROM delivery d CROSS JOIN event e ON e.seq = d.seq
WHERE d.webhook = ?1 AND d.head = 1 AND d.early_from IS NOT NULL
ORDER BY d.early_from, d.seq LIMIT ?2)";

/// ?1 webhook. The plus sign keeps SQLite on the primary key: the first row is nearly always it.
inline constexpr const char* kSelectOldestHead = R"(
SELECT e.seq, e.id, e.type, e.time, e.instance, e.region, e.action_id, e.fields, e.document,
       e.webhook, e.action_type, e.from_status, e.to_status, e.backlog,
       e.machine_group, e.machine_tags,
       d.attempts, d.due, d.failed, d.refusals, d.early_tries, d.early_from
FROM delivery d CROSS JOIN event e ON e.seq = d.seq
WHERE d.webhook = ?1 AND +d.head = 1 ORDER BY d.seq LIMIT 1)";

/// ?1 webhook. A replayed dead letter comes first by its seq and was queued last, so the first row
/// may not be the oldest. NULL where nothing waits.
inline constexpr const char* kSelectOldest = R"(
SELECT min(queued) FROM (SELECT queued FROM delivery WHERE webhook = ?1 ORDER BY seq LIMIT 1000))";

/// ?1 webhook, ?2 limit: the oldest first, with the time that retention counts from.
inline constexpr const char* kSelectOldestQueued =
    "SELECT seq, attempts, queued FROM delivery WHERE webhook = ?1 ORDER BY seq LIMIT ?2";
inline constexpr const char* kSelectOldestDead =
    "SELECT seq, attempts, died FROM dead_letter WHERE webhook = ?1 ORDER BY died, seq LIMIT ?2";

/// ?1 webhook, ?2 order key: the next one may be attempted.
inline constexpr const char* kPromoteDelivery = R"(
UPDATE delivery SET head = 1 WHERE webhook = ?1 AND seq =
  (SELECT min(seq) FROM delivery WHERE webhook = ?1 AND order_key = ?2))";

/// ?1 webhook, ?2 order key, ?3 seq: what follows it may not be attempted.
inline constexpr const char* kDemoteDeliveries = R"(
UPDATE delivery INDEXED BY delivery_action SET head = 0
WHERE webhook = ?1 AND order_key = ?2 AND seq > ?3 AND head = 1)";

/// ?1 webhook, ?2 seq, ?3 order key, ?4 due. It may be attempted if nothing before it waits. The
/// index is named here and above, for the primary key would do too, by reading the queue.
inline constexpr const char* kInsertDelivery = R"(
INSERT INTO delivery (webhook, seq, order_key, head, queued, due, attempts, last_reason)
VALUES (?1, ?2, ?3,
  ?3 = '' OR NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_action
                         WHERE webhook = ?1 AND order_key = ?3 AND seq < ?2),
  ?4, ?4, 0, ''))";

/// ?1 cutoff, ?2 limit. Repeats the condition of its partial index word by word, else SQLite does
/// not use it.
inline constexpr const char* kDeleteClosedActions = R"(
DELETE FROM action WHERE rowid IN (
  SELECT rowid FROM action WHERE (final = 1 OR vanished = 1) AND seen < ?1
  ORDER BY seen LIMIT ?2))";

/// ?1 time and ?2 seq of the last one looked at, ?3 cutoff, ?4 limit.
inline constexpr const char* kSelectOldEvents = R"(
SELECT time, seq FROM event WHERE (time, seq) > (?1, ?2) AND time < ?3
ORDER BY time, seq LIMIT ?4)";

/// Who has deliveries or dead letters. Steps from name to name through the primary keys: a
/// DISTINCT would read every row.
inline constexpr const char* kSelectReferringWebhooks = R"(
WITH RECURSIVE
  waiting (name) AS (
    SELECT min(webhook) FROM delivery UNION ALL
    SELECT (SELECT min(webhook) FROM delivery WHERE webhook > name) FROM waiting
    WHERE name IS NOT NULL),
  dead (name) AS (
    SELECT min(webhook) FROM dead_letter UNION ALL
    SELECT (SELECT min(webhook) FROM dead_letter WHERE webhook > name) FROM dead
    WHERE name IS NOT NULL)
SELECT name FROM waiting WHERE name IS NOT NULL UNION
SELECT name FROM dead WHERE name IS NOT NULL)";

}  // namespace mactiond::store
