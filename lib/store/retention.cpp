#include "store/retention.hpp"

#include <algorithm>

#include "store/query.hpp"

namespace mactiond::store {
namespace {

/// Actions or events. An action takes its entries in eight indexes with it.
constexpr int kRowsPerStep = 10;

constexpr const char* kFirstKept = R"(
SELECT min(last_seq, coalesce((SELECT first_seq FROM log_position), last_seq),
           coalesce((SELECT min(next_seq) FROM syslog), last_seq)) FROM counter)";

constexpr const char* kReference = R"(
SELECT EXISTS (SELECT 1 FROM delivery WHERE webhook = ?1 AND seq = ?2)
    OR EXISTS (SELECT 1 FROM dead_letter WHERE webhook = ?1 AND seq = ?2))";

}  // namespace

Retention::Retention(SQLite::Database& database, CancelTables& cancels,
                     SubmissionTable& submissions, MachineTable& machines)
    : cancels_(cancels),
      submissions_(submissions),
      machines_(machines),
      delete_actions_(database, kDeleteClosedActions),
      select_candidates_(database, kSelectOldEvents),
      select_webhooks_(database, kSelectReferringWebhooks),
      select_first_kept_(database, kFirstKept),
      select_reference_(database, kReference),
      delete_event_(database, "DELETE FROM event WHERE seq = ?1") {}

void Retention::begin(WallTime cutoff) {
  cutoff_ = cutoff;
  place_ = {};
}

void Retention::step() {
  next_ = place_;
  switch (next_.part) {
    case Part::Actions:
      if (remove_actions()) next_.part = Part::Events;
      break;
    case Part::Events:
      if (remove_events(next_.event)) next_.part = Part::Submissions;
      break;
    case Part::Submissions:
      if (submissions_.prune(*cutoff_)) next_.part = Part::Machines;
      break;
    case Part::Machines:
      if (machines_.prune(*cutoff_)) next_.part = Part::Cancels;
      break;
    case Part::Cancels:
      if (cancels_.prune(next_.cancels)) next_.part = Part::End;
      break;
    case Part::End:
      break;
  }
}

void Retention::committed() {
  place_ = next_;
  if (place_.part == Part::End) cutoff_.reset();
}

bool Retention::remove_actions() {
  return delete_actions_.run(*cutoff_, kRowsPerStep) < kRowsPerStep;
}

bool Retention::remove_events(Event& looked_at) {
  const std::vector<Event> candidates = read_candidates(looked_at);
  const std::vector<std::string> webhooks = read_webhooks();
  const std::uint64_t first_kept = read_first_kept();
  for (const Event& event : candidates) {
    if (event.seq >= first_kept || referred_to(event.seq, webhooks)) continue;
    delete_event_.run(event.seq);
  }
  if (!candidates.empty()) looked_at = candidates.back();
  return candidates.size() < kRowsPerStep;
}

std::vector<Retention::Event> Retention::read_candidates(const Event& after) {
  std::vector<Event> events;
  Rows rows = select_candidates_.query(after.time, after.seq, *cutoff_, kRowsPerStep);
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
