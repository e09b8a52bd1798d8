#include "store/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "store/tags_text.hpp"

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
INSERT INTO event (seq, id, type, time, instance, region, action_id, fields, document,
  webhook, action_type, from_status, to_status, backlog, machine_group, machine_tags)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
  CASE WHEN ?9 <> '' OR ?7 = '' THEN ?9
  ELSE coalesce((SELECT document FROM action WHERE region = ?6 AND id = ?7), '') END,
  ?10, ?11, ?12, ?13, ?14, ?15, ?16))";

constexpr const char* kUpsertRegion = R"(
INSERT OR REPLACE INTO region (name, watermark, changes_refused_until, degraded, fresh, first_call,
  first_call_by_server, credential_end, credential_days)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))";

constexpr const char* kUpsertWebhook = R"(
INSERT OR REPLACE INTO webhook (name, state, failures_in_a_row, by_operator, reason, held_until,
  refused, trouble_since, trouble_reported, trouble_reason, unreachable, taken)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))";

constexpr const char* kShiftWebhooks = R"(
UPDATE webhook SET held_until = held_until + ?1, trouble_since = trouble_since + ?1,
  taken = taken + ?1)";

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
    : shift_webhooks_(database, kShiftWebhooks),
      upsert_action_(database, kUpsertAction),
      mark_vanished_(database, "UPDATE action SET vanished = 1 WHERE region = ?1 AND id = ?2"),
      insert_event_(database, kInsertEvent),
      count_event_(database, "UPDATE counter SET last_seq = ?1"),
      deliveries_(database),
      upsert_region_(database, kUpsertRegion),
      upsert_quota_(database, "INSERT OR REPLACE INTO quota VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      upsert_webhook_(database, kUpsertWebhook) {}

void Writer::write(const core::Batch& batch, std::uint64_t last_seq) {
  // First: the batch's own times are by the new clock already.
  if (batch.shift_due != Duration{}) shift_webhooks_.run(std::int64_t{batch.shift_due.count()});
  for (const core::ActionRow& row : batch.actions) write_action(row);
  for (const auto& [region, id] : batch.vanished) mark_vanished_.run(region, id.value);
  write_events(batch.events, last_seq);
  deliveries_.write(batch, last_seq);
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
    const core::Subject& about = event.subject;
    const auto group = about.machine ? std::optional(about.machine->group) : std::nullopt;
    insert_event_.run(event.seq, event.id, std::string(to_string(event.type)), event.time,
                      event.instance, event.region, event.action.value, event.fields,
                      event.document, about.webhook, about.type, about.from, about.to,
                      about.backlog, group,
                      tags_text(about.machine ? about.machine->tags : Tags{}));
  }
  count_event_.run(last_seq);
}

void Writer::write_small_rows(const core::Batch& batch) {
  for (const core::RegionRow& row : batch.regions) {
    const auto called = row.first_call ? std::optional(row.first_call->when) : std::nullopt;
    const bool by_server = row.first_call && row.first_call->by_server;
    const auto end = row.credential ? std::optional(row.credential->end) : std::nullopt;
    upsert_region_.run(row.region, row.watermark, row.changes_refused_until,
                       row.degraded.value_or(std::string()), row.fresh, called, by_server, end,
                       std::int64_t{row.credential ? row.credential->days : 0});
  }
  for (const core::QuotaRow& row : batch.quotas) {
    upsert_quota_.run(row.region, row.window, row.boot_id,
                      std::int64_t{row.instant.time_since_epoch().count()}, std::int64_t{row.count},
                      row.calls);
  }
  for (const core::WebhookRow& row : batch.webhooks) {
    const core::TroubleRow& trouble = row.trouble;
    upsert_webhook_.run(row.webhook, std::string(to_string(row.state)), row.failures_in_a_row,
                        row.by_operator, row.reason, row.held_until, join(row.refused),
                        trouble.since, trouble.reported, trouble.reason, trouble.unreachable,
                        trouble.taken);
  }
}

}  // namespace mactiond::store
