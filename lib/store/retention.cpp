#include "store/retention.hpp"

#include <algorithm>
#include <limits>

#include "store/query.hpp"

namespace mactiond::store {
namespace {

/// Of each kind per call: about 50 ms at most.
constexpr int kRowsPerCall = 5000;

constexpr const char* kFirstKept = R"(
SELECT min(last_seq, coalesce((SELECT first_seq FROM log_position), last_seq),
           coalesce((SELECT min(next_seq) FROM syslog), last_seq)) FROM counter)";

constexpr const char* kReference = R"(
SELECT EXISTS (SELECT 1 FROM delivery WHERE webhook = ?1 AND seq = ?2)
    OR EXISTS (SELECT 1 FROM dead_letter WHERE webhook = ?1 AND seq = ?2))";

}  // namespace

Retention::Retention(SQLite::Database& database)
    : delete_actions_(database, kDeleteClosedActions),
      select_candidates_(database, kSelectOldEvents),
      select_webhooks_(database, kSelectReferringWebhooks),
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
