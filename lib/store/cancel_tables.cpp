#include "store/cancel_tables.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "base/enum_values.hpp"

namespace mactiond::store {
namespace {

using core::Decision;

constexpr const char* kUpsertDecision = R"(
INSERT OR REPLACE INTO decision VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
  ?14, ?15, ?16, ?17, ?18, ?19, ?20))";

/// This many rows of each table are looked at at once, in about a millisecond.
constexpr int kLookedAt = 50;

/// ?1 the last one looked at, ?2 limit. With whether it may go.
constexpr const char* kSelectEnded = R"(
SELECT id, ended IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM action WHERE region = decision.region AND id = decision.action_id)
FROM decision WHERE id > ?1 ORDER BY id LIMIT ?2)";

/// ?1 region and ?2 action of the last one looked at, ?3 limit. With whether it may go.
constexpr const char* kSelectReported = R"(
SELECT region, action_id, NOT EXISTS (
  SELECT 1 FROM action WHERE region = stale_told.region AND id = stale_told.action_id)
FROM stale_told WHERE (region, action_id) > (?1, ?2) ORDER BY region, action_id LIMIT ?3)";

constexpr const char* kSelectDecisions = R"(
SELECT id, region, action_id, type, policy, asker, status, comment, decided, age, state, posts,
       unsure, posted, posted_boot, posted_mono, answer, outcome, ended, operator_note
FROM decision ORDER BY decided, id)";

constexpr const char* kSelectOfAction = R"(
SELECT id, region, action_id, type, policy, asker, status, comment, decided, age, state, posts,
       unsure, posted, posted_boot, posted_mono, answer, outcome, ended, operator_note
FROM decision WHERE region = ?1 AND action_id = ?2 ORDER BY decided, id)";

/// A column holds an empty text where the other kind decided.
core::DecidedBy decided_by(std::string policy, core::Operator by) {
  if (policy.empty()) return by;
  return core::PolicyName{std::move(policy)};
}

/// Nothing for a row that no program of ours wrote.
std::optional<Decision> to_decision(const Rows& row) {
  const auto state = value_named<Decision::State>(row.text(10));
  if (!state) return std::nullopt;
  Decision decision;
  decision.id = row.text(0);
  decision.region = row.text(1);
  decision.action.value = row.text(2);
  decision.type = ActionType::parse(row.text(3));
  decision.by = decided_by(row.text(4), {row.text(5), row.text(19)});
  decision.status = row.text(6);
  decision.comment = row.text(7);
  decision.decided = row.time(8);
  decision.age = row.instant(9).time_since_epoch();
  decision.state = *state;
  decision.posts = row.count(11);
  decision.unsure = row.integer(12) != 0;
  if (const auto posted = row.maybe_time(13)) {
    decision.posted = core::PostStamp{*posted, row.text(14), row.instant(15)};
  }
  decision.answer = row.text(16);
  decision.outcome = row.text(17);
  decision.ended = row.maybe_time(18);
  return decision;
}

}  // namespace

CancelTables::CancelTables(SQLite::Database& database)
    : upsert_decision_(database, kUpsertDecision),
      insert_stale_(database, "INSERT OR IGNORE INTO stale_told VALUES (?1, ?2, ?3, ?4)"),
      upsert_suppressed_(database, "INSERT OR REPLACE INTO suppressed VALUES (?1, ?2)"),
      upsert_switch_(database, "INSERT OR REPLACE INTO switch VALUES (1, ?1)"),
      select_ended_(database, kSelectEnded),
      delete_decision_(database, "DELETE FROM decision WHERE id = ?1"),
      select_reported_(database, kSelectReported),
      delete_reported_(database, "DELETE FROM stale_told WHERE region = ?1 AND action_id = ?2"),
      select_decisions_(database, kSelectDecisions),
      select_of_action_(database, kSelectOfAction),
      select_stale_(database, "SELECT region, action_id, policy, status FROM stale_told"),
      select_suppressed_(database, "SELECT policy, hour FROM suppressed"),
      select_switch_(database, "SELECT cancelling_suspended FROM switch") {}

void CancelTables::write(const core::Batch& batch) {
  for (const Decision& decision : batch.decisions) write(decision);
  for (const core::StaleRow& row : batch.reported_stale) {
    insert_stale_.run(row.region, row.action.value, row.policy, row.status);
  }
  for (const core::SuppressedRow& row : batch.suppressed) {
    upsert_suppressed_.run(row.policy, row.hour);
  }
  if (batch.switches) upsert_switch_.run(batch.switches->cancelling_suspended);
}

void CancelTables::write(const Decision& decision) {
  const std::string* policy = decision.policy();
  const auto* asked = std::get_if<core::Operator>(&decision.by);
  const core::Operator by = asked != nullptr ? *asked : core::Operator{};
  const core::PostStamp posted = decision.posted.value_or(core::PostStamp{});
  const auto posted_at = decision.posted ? std::optional(posted.server) : std::nullopt;
  upsert_decision_.run(
      decision.id, decision.region, decision.action.value, std::string(decision.type.text()),
      policy != nullptr ? *policy : std::string(), by.name, decision.status, decision.comment,
      decision.decided, std::int64_t{decision.age.count()}, std::string(to_string(decision.state)),
      decision.posts, decision.unsure, posted_at, posted.boot_id,
      std::int64_t{posted.mono.time_since_epoch().count()}, decision.answer, decision.outcome,
      decision.ended, by.note);
}

bool CancelTables::prune(Place& place) {
  // A copy: the statements hold references to it while place moves.
  const Place from = place;
  std::vector<std::string> ended;
  int decisions = 0;
  for (Rows rows = select_ended_.query(from.decision, kLookedAt); rows.next(); ++decisions) {
    place.decision = rows.text(0);
    if (rows.integer(1) != 0) ended.push_back(place.decision);
  }
  std::vector<std::pair<std::string, std::string>> gone;
  int reported = 0;
  for (Rows rows = select_reported_.query(from.stale.first, from.stale.second, kLookedAt);
       rows.next(); ++reported) {
    place.stale = {rows.text(0), rows.text(1)};
    if (rows.integer(2) != 0) gone.push_back(place.stale);
  }
  for (const std::string& id : ended) delete_decision_.run(id);
  for (const auto& [region, action] : gone) delete_reported_.run(region, action);
  return decisions < kLookedAt && reported < kLookedAt;
}

void CancelTables::load(core::Snapshot& snapshot) {
  for (Rows rows = select_decisions_.query(); rows.next();) {
    if (auto decision = to_decision(rows)) {
      snapshot.decisions.push_back(std::move(*decision));
    } else {
      ++left_out_;
    }
  }
  for (Rows rows = select_stale_.query(); rows.next();) {
    snapshot.reported_stale.push_back(
        {rows.text(0), ActionId{rows.text(1)}, rows.text(2), rows.text(3)});
  }
  for (Rows rows = select_suppressed_.query(); rows.next();) {
    snapshot.suppressed.push_back({rows.text(0), rows.time(1)});
  }
  Rows row = select_switch_.query();
  if (row.next()) snapshot.switches.cancelling_suspended = row.integer(0) != 0;
}

std::vector<Decision> CancelTables::decisions(const std::string& region, const ActionId& action) {
  std::vector<Decision> decisions;
  Rows rows = select_of_action_.query(region, action.value);
  while (rows.next()) {
    if (auto decision = to_decision(rows)) decisions.push_back(std::move(*decision));
  }
  return decisions;
}

}  // namespace mactiond::store
