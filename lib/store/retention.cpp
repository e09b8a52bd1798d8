#include "store/retention.hpp"

#include <algorithm>
#include <limits>

namespace mactiond::store {
namespace {

/// Of each kind per call: about 50 ms at most.
constexpr int kRowsPerCall = 5000;

// Repeats the condition of the partial index word by word, else the index is not used.
constexpr const char* kDeleteActions = R"(
DELETE FROM action WHERE rowid IN (
  SELECT rowid FROM action WHERE (final = 1 OR vanished = 1) AND seen < ?1 ORDER BY seen LIMIT ?2))";

constexpr const char* kCandidates = R"(
SELECT time, seq FROM event WHERE (time, seq) > (?1, ?2) AND time < ?3
ORDER BY time, seq LIMIT ?4)";

// Steps from name to name through the primary keys: a count of deliveries would read them all.
constexpr const char* kWebhooks = R"(
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

constexpr const char* kFirstKept = R"(
SELECT min(last_seq, coalesce((SELECT first_seq FROM log_position), last_seq)) FROM counter)";

constexpr const char* kReference = R"(
SELECT EXISTS (SELECT 1 FROM delivery WHERE webhook = ?1 AND seq = ?2)
    OR EXISTS (SELECT 1 FROM dead_letter WHERE webhook = ?1 AND seq = ?2))";

}  // namespace

Retention::Retention(SQLite::Database& database)
    : delete_actions_(database, kDeleteActions),
      select_candidates_(database, kCandidates),
      select_webhooks_(database, kWebhooks),
      select_first_kept_(database, kFirstKept),
      select_reference_(database, kReference),
      delete_event_(database, "DELETE FROM event WHERE seq = ?1") {
  looked_at_.time = std::numeric_limits<std::int64_t>::min();
}

void Retention::prune(WallTime cutoff) {
  delete_actions_.run(cutoff, kRowsPerCall);
  const std::vector<Event> candidates = read_candidates(cutoff);
  const std::vector<std::string> webhooks = read_webhooks();
  const std::uint64_t first_kept = read_first_kept();
  for (const Event& event : candidates) {
    if (event.seq >= first_kept || referred_to(event.seq, webhooks)) continue;
    delete_event_.run(event.seq);
  }
  // At the end the next call begins anew: what was referred to may no longer be.
  const bool at_end = candidates.size() < kRowsPerCall;
  looked_at_ = at_end ? Event{std::numeric_limits<std::int64_t>::min(), 0} : candidates.back();
}

std::vector<Retention::Event> Retention::read_candidates(WallTime cutoff) {
  std::vector<Event> events;
  Rows rows = select_candidates_.query(looked_at_.time, looked_at_.seq, cutoff, kRowsPerCall);
  while (rows.next()) events.push_back({rows.integer(0), rows.number(1)});
  return events;
}

std::vector<std::string> Retention::read_webhooks() {
  std::vector<std::string> names;
  Rows rows = select_webhooks_.query();
  while (rows.next()) names.push_back(rows.text(0));
  return names;
}

std::uint64_t Retention::read_first_kept() {
  Rows row = select_first_kept_.query();
  return row.next() ? row.number(0) : 0;
}

bool Retention::referred_to(std::uint64_t seq, const std::vector<std::string>& webhooks) {
  return std::any_of(webhooks.begin(), webhooks.end(), [&](const std::string& webhook) {
    Rows row = select_reference_.query(webhook, seq);
    return row.next() && row.integer(0) != 0;
  });
}

}  // namespace mactiond::store
