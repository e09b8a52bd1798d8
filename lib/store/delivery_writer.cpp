#include "store/delivery_writer.hpp"

#include "store/query.hpp"

namespace mactiond::store {
namespace {

constexpr const char* kShiftDue = R"(
UPDATE delivery SET due = due + ?1, queued = queued + ?1, failed = failed + ?1,
  early_from = early_from + ?1)";

constexpr const char* kRetryDelivery = R"(
UPDATE delivery SET attempts = ?3, due = ?4, last_reason = ?5, failed = ?6, early_from = ?7,
  early_tries = ?8, refusals = ?9
WHERE webhook = ?1 AND seq = ?2)";

}  // namespace

DeliveryWriter::DeliveryWriter(SQLite::Database& database)
    : shift_due_(database, kShiftDue),
      insert_delivery_(database, kInsertDelivery),
      retry_delivery_(database, kRetryDelivery),
      bury_delivery_(database,
                     "INSERT OR REPLACE INTO dead_letter (webhook, seq, attempts, reason, died)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)"),
      select_delivery_(database, "SELECT order_key FROM delivery WHERE webhook = ?1 AND seq = ?2"),
      delete_delivery_(database, "DELETE FROM delivery WHERE webhook = ?1 AND seq = ?2"),
      delete_letter_(database, "DELETE FROM dead_letter WHERE webhook = ?1 AND seq = ?2"),
      promote_delivery_(database, kPromoteDelivery),
      demote_deliveries_(database, kDemoteDeliveries) {}

void DeliveryWriter::write(const core::Batch& batch, std::uint64_t last_seq) {
  // First: the batch's own due times are by the new clock already.
  if (batch.shift_due != Duration{}) shift_due_.run(std::int64_t{batch.shift_due.count()});
  for (const core::DeliveryRow& row : batch.deliveries) write_new(row, last_seq);
  for (const core::DeliveryRetryRow& row : batch.retries) write_retry(row);
  for (const core::DeliveryEndRow& row : batch.ends) write_end(row);
  for (const core::DeadLetterKey& key : batch.deleted_letters) {
    delete_letter_.run(key.webhook, key.seq);
  }
}

void DeliveryWriter::write_new(const core::DeliveryRow& row, std::uint64_t last_seq) {
  insert_delivery_.run(row.webhook, row.seq, row.order.value, row.due);
  // Of an event before this batch: a dead letter that is replayed. What came after it waits again.
  const bool again = row.seq <= last_seq && !row.order.value.empty();
  if (again) demote_deliveries_.run(row.webhook, row.order.value, row.seq);
}

void DeliveryWriter::write_retry(const core::DeliveryRetryRow& row) {
  retry_delivery_.run(row.webhook, row.seq, row.attempts, row.due, row.reason, row.failed,
                      row.early_from, row.early_tries, row.refusals);
}

void DeliveryWriter::write_end(const core::DeliveryEndRow& row) {
  const auto order = ordered_by(row);
  if (!order) return;
  delete_delivery_.run(row.webhook, row.seq);
  if (row.dead) bury_delivery_.run(row.webhook, row.seq, row.attempts, row.reason, row.ended);
  if (!order->empty()) promote_delivery_.run(row.webhook, *order);
}

std::optional<std::string> DeliveryWriter::ordered_by(const core::DeliveryEndRow& row) {
  Rows found = select_delivery_.query(row.webhook, row.seq);
  if (!found.next()) return std::nullopt;
  return found.text(0);
}

}  // namespace mactiond::store
