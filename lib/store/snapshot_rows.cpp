#include "store/snapshot_rows.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "store/statement.hpp"

namespace mactiond::store {
namespace {

/// More calls than any API takes in an hour.
constexpr int kCallsMax = 1'000'000;

constexpr const char* kActions = R"(
SELECT region, id, type, status, vanished, created, last_update, fingerprint,
       final, machine_id, computer_dns_name, requestor, requestor_comment, request_source,
       seen, first_seen, ordered_by, ended_by
FROM action)";

core::StoredAction to_action(const Rows& row) {
  core::StoredAction action;
  action.region = row.text(0);
  action.id.value = row.text(1);
  action.type = ActionType::parse(row.text(2));
  action.status = ActionStatus::parse(row.text(3));
  action.vanished = row.integer(4) != 0;
  action.created = row.maybe_time(5);
  action.last_update = row.maybe_time(6);
  action.fingerprint = row.number(7);
  action.seen = row.time(14);
  action.first_seen = row.time(15);
  action.ordered_by = row.maybe_time(16);
  action.ended_by = row.maybe_time(17);
  const bool open = row.integer(8) == 0 && !action.vanished;
  if (!open) return action;
  action.machine_id = row.text(9);
  action.computer_dns_name = row.text(10);
  action.requestor = row.text(11);
  action.requestor_comment = row.text(12);
  action.request_source = row.text(13);
  return action;
}

}  // namespace

std::vector<core::RegionRow> read_regions(SQLite::Database& database) {
  Statement select(database,
                   "SELECT name, watermark, changes_refused_until, degraded, fresh, first_call,"
                   " first_call_by_server, credential_end, credential_days FROM region");
  std::vector<core::RegionRow> regions;
  Rows rows = select.query();
  while (rows.next()) {
    core::RegionRow row{rows.text(0), rows.maybe_time(1), rows.maybe_time(2)};
    if (auto reason = rows.text(3); !reason.empty()) row.degraded = std::move(reason);
    row.fresh = rows.integer(4) != 0;
    const auto called = rows.maybe_time(5);
    if (called) row.first_call = core::FirstCall{*called, rows.integer(6) != 0};
    const auto end = rows.maybe_time(7);
    if (end) row.credential = core::CredentialMark{*end, rows.count(8)};
    regions.push_back(std::move(row));
  }
  return regions;
}

std::vector<core::QuotaRow> read_quotas(SQLite::Database& database) {
  Statement select(database,
                   "SELECT region, \"window\", boot_id, instant, count, calls FROM quota");
  std::vector<core::QuotaRow> quotas;
  Rows rows = select.query();
  while (rows.next()) {
    quotas.push_back({rows.text(0), rows.text(1), rows.text(2), rows.instant(3),
                      std::min(rows.count(4), kCallsMax), rows.text(5)});
  }
  return quotas;
}

std::vector<core::StoredAction> read_actions(SQLite::Database& database) {
  Statement select(database, kActions);
  std::vector<core::StoredAction> actions;
  Rows rows = select.query();
  while (rows.next()) actions.push_back(to_action(rows));
  return actions;
}

}  // namespace mactiond::store
