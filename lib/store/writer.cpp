#include "store/writer.hpp"

#include "base/error.hpp"
#include "store/query.hpp"

namespace mactiond::store {
namespace {

constexpr const char* kUpsertAction = R"(
INSERT INTO action VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
  coalesce(?6, 0), ?16, ?17, ?18)
ON CONFLICT (region, id) DO UPDATE SET
  type = excluded.type, status = excluded.status, final = excluded.final, vanished = 0,
  created = excluded.created, last_update = excluded.last_update, seen = excluded.seen,
  fingerprint = excluded.fingerprint, machine_id = excluded.machine_id,
  computer_dns_name = excluded.computer_dns_name, requestor = excluded.requestor,
  requestor_comment = excluded.requestor_comment, request_source = excluded.request_source,
  document = excluded.document, opened = excluded.opened, ordered_by = excluded.ordered_by,
  ended_by = excluded.ended_by)";

constexpr const char* kInsertEvent = R"(
INSERT INTO event (seq, id, type, time, instance, region, action_id, fields, document)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
  CASE WHEN ?9 <> '' OR ?7 = '' THEN ?9
  ELSE coalesce((SELECT document FROM action WHERE region = ?6 AND id = ?7), '') END))";

constexpr const char* kUpsertRegion = R"(
INSERT OR REPLACE INTO region (name, watermark, changes_refused_until, degraded, fresh, first_call,
  first_call_by_server) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))";

constexpr const char* kUpsertWebhook = R"(
INSERT OR REPLACE INTO webhook (name, state, failures_in_a_row, by_operator, reason, held_until,
  refused, trouble_since, trouble_reported, trouble_reason, unreachable, taken)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))";

constexpr const char* kShiftDue = R"(
UPDATE delivery SET due = due + ?1, queued = queued + ?1, failed = failed + ?1,
  early_from = early_from + ?1)";

constexpr const char* kShiftWebhooks = R"(
UPDATE webhook SET held_until = held_until + ?1, trouble_since = trouble_since + ?1,
  taken = taken + ?1)";

constexpr const char* kRetryDelivery = R"(
UPDATE delivery SET attempts = ?3, due = ?4, last_reason = ?5, failed = ?6, early_from = ?7,
  early_tries = ?8, refusals = ?9
WHERE webhook = ?1 AND seq = ?2)";

std::string join(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (const std::uint64_t number : numbers) {
    if (!text.empty()) text += ' ';
    text += std::to_string(number);
  }
  return text;
}

}  // namespace

Writer::Writer(SQLite::Database& database)
    : shift_due_(database, kShiftDue),
      shift_webhooks_(database, kShiftWebhooks),
      upsert_action_(database, kUpsertAction),
      mark_vanished_(database, "UPDATE action SET vanished = 1 WHERE region = ?1 AND id = ?2"),
      insert_event_(database, kInsertEvent),
      count_event_(database, "UPDATE counter SET last_seq = ?1"),
      insert_delivery_(database, kInsertDelivery),
      retry_delivery_(database, kRetryDelivery),
      bury_delivery_(database,
                     "INSERT OR REPLACE INTO dead_letter (webhook, seq, attempts, reason, died)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)"),
      select_delivery_(database, "SELECT action_id FROM delivery WHERE webhook = ?1 AND seq = ?2"),
      delete_delivery_(database, "DELETE FROM delivery WHERE webhook = ?1 AND seq = ?2"),
      delete_letter_(database, "DELETE FROM dead_letter WHERE webhook = ?1 AND seq = ?2"),
      promote_delivery_(database, kPromoteDelivery),
      demote_deliveries_(database, kDemoteDeliveries),
      upsert_region_(database, kUpsertRegion),
      upsert_quota_(database, "INSERT OR REPLACE INTO quota VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      upsert_webhook_(database, kUpsertWebhook) {}

void Writer::write(const core::Batch& batch, std::uint64_t last_seq) {
  // First: the batch's own due times are by the new clock already.
  if (batch.shift_due != Duration{}) {
    shift_due_.run(std::int64_t{batch.shift_due.count()});
    shift_webhooks_.run(std::int64_t{batch.shift_due.count()});
  }
  for (const core::ActionRow& row : batch.actions) write_action(row);
  for (const auto& [region, id] : batch.vanished) mark_vanished_.run(region, id.value);
  write_events(batch.events, last_seq);
  for (const core::DeliveryRow& row : batch.deliveries) {
    insert_delivery_.run(row.webhook, row.seq, row.action.value, row.due);
    // Of an event before this batch: a dead letter that is replayed. What came after it waits
    // again.
    const bool again = row.seq <= last_seq && !row.action.value.empty();
    if (again) demote_deliveries_.run(row.webhook, row.action.value, row.seq);
  }
  for (const core::DeliveryRetryRow& row : batch.retries) {
    retry_delivery_.run(row.webhook, row.seq, row.attempts, row.due, row.reason, row.failed,
                        row.early_from, row.early_tries, row.refusals);
  }
  for (const core::DeliveryEndRow& row : batch.ends) write_end(row);
  for (const core::DeadLetterKey& key : batch.deleted_letters) {
    delete_letter_.run(key.webhook, key.seq);
  }
  write_small_rows(batch);
}

void Writer::write_action(const core::ActionRow& row) {
  const MachineAction& action = row.action;
  upsert_action_.run(row.region, action.id.value, std::string(action.type.text()),
                     std::string(action.status.text()), action.status.is_final(), action.created,
                     action.last_update, row.seen, fingerprint(action.document), action.machine_id,
                     action.computer_dns_name, action.requestor, action.requestor_comment,
                     action.request_source, action.document, row.first_seen, row.ordered_by,
                     row.ended_by);
}

void Writer::write_events(const std::vector<core::EventRecord>& events, std::uint64_t last_seq) {
  if (events.empty()) return;
  for (const core::EventRecord& event : events) {
    MACTIOND_ASSERT(event.seq == last_seq + 1);
    last_seq = event.seq;
    insert_event_.run(event.seq, event.id, std::string(to_string(event.type)), event.time,
                      event.instance, event.region, event.action.value, event.fields,
                      event.document);
  }
  count_event_.run(last_seq);
}

void Writer::write_end(const core::DeliveryEndRow& row) {
  const auto action = ordered_by(row);
  if (!action) return;
  delete_delivery_.run(row.webhook, row.seq);
  if (row.dead) bury_delivery_.run(row.webhook, row.seq, row.attempts, row.reason, row.ended);
  if (!action->empty()) promote_delivery_.run(row.webhook, *action);
}

std::optional<std::string> Writer::ordered_by(const core::DeliveryEndRow& row) {
  Rows found = select_delivery_.query(row.webhook, row.seq);
  if (!found.next()) return std::nullopt;
  return found.text(0);
}

void Writer::write_small_rows(const core::Batch& batch) {
  for (const core::RegionRow& row : batch.regions) {
    const auto called = row.first_call ? std::optional(row.first_call->when) : std::nullopt;
    const bool by_server = row.first_call && row.first_call->by_server;
    upsert_region_.run(row.region, row.watermark, row.changes_refused_until, row.degraded,
                       row.fresh, called, by_server);
  }
  for (const core::QuotaRow& row : batch.quotas) {
    upsert_quota_.run(row.region, row.window, row.boot_id,
                      std::int64_t{row.instant.time_since_epoch().count()}, std::int64_t{row.count},
                      row.calls);
  }
  for (const core::WebhookRow& row : batch.webhooks) {
    const core::TroubleRow& trouble = row.trouble;
    upsert_webhook_.run(row.webhook, row.state, row.failures_in_a_row, row.by_operator, row.reason,
                        row.held_until, join(row.refused), trouble.since, trouble.reported,
                        trouble.reason, trouble.unreachable, trouble.taken);
  }
}

}  // namespace mactiond::store
