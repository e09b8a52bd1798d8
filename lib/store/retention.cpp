#include "store/retention.hpp"

#include <algorithm>
#include <limits>

#include "store/query.hpp"

namespace mactiond::store {
namespace {

/// Of each kind at a time: some milliseconds.
constexpr int kRowsPerStep = 25;
constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

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
      delete_event_(database, "DELETE FROM event WHERE seq = ?1") {}

void Retention::begin(WallTime cutoff) {
  cutoff_ = cutoff;
  looked_at_ = next_ = {kBeforeAll, 0};
  with_actions_ = true;
  at_end_ = false;
}

bool Retention::committed() {
  looked_at_ = next_;
  if (at_end_) cutoff_.reset();
  return at_end_;
}

void Retention::step() {
  if (with_actions_) with_actions_ = delete_actions_.run(*cutoff_, kRowsPerStep) == kRowsPerStep;
  const std::vector<Event> candidates = read_candidates(*cutoff_);
  const std::vector<std::string> webhooks = read_webhooks();
  const std::uint64_t first_kept = read_first_kept();
  for (const Event& event : candidates) {
    if (event.seq >= first_kept || referred_to(event.seq, webhooks)) continue;
    delete_event_.run(event.seq);
  }
  if (!candidates.empty()) next_ = candidates.back();
  at_end_ = !with_actions_ && candidates.size() < kRowsPerStep;
}

std::vector<Retention::Event> Retention::read_candidates(WallTime cutoff) {
  std::vector<Event> events;
  Rows rows = select_candidates_.query(looked_at_.time, looked_at_.seq, cutoff, kRowsPerStep);
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
