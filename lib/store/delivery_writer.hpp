#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/batch.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Writes the rows of a batch about deliveries and dead letters, inside a transaction that the
/// caller holds. Throws SQLite::Exception.
class DeliveryWriter {
 public:
  explicit DeliveryWriter(SQLite::Database& database);

  /// After the batch's events. last_seq: newest event stored before.
  void write(const core::Batch& batch, std::uint64_t last_seq);

 private:
  void write_new(const core::DeliveryRow& row, std::uint64_t last_seq);
  void write_retry(const core::DeliveryRetryRow& row);
  void write_end(const core::DeliveryEndRow& row);
  /// What an open delivery keeps order by; nothing if it is not open.
  [[nodiscard]] std::optional<std::string> ordered_by(const core::DeliveryEndRow& row);

  Statement shift_due_;
  Statement insert_delivery_;
  Statement retry_delivery_;
  Statement bury_delivery_;
  Statement select_delivery_;
  Statement delete_delivery_;
  Statement delete_letter_;
  Statement promote_delivery_;
  Statement demote_deliveries_;
};

}  // namespace mactiond::store
