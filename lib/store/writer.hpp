#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rows.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Writes the rows of a batch, inside a transaction that the caller holds. Throws
/// SQLite::Exception.
class Writer {
 public:
  explicit Writer(SQLite::Database& database);

  /// last_seq: newest event stored before.
  void write(const core::Batch& batch, std::uint64_t last_seq);

 private:
  void write_action(const core::ActionRow& row);
  void write_events(const std::vector<core::EventRecord>& events, std::uint64_t last_seq);
  void write_end(const core::DeliveryEndRow& row);
  /// The action an open delivery is about; nothing if it is not open.
  [[nodiscard]] std::optional<std::string> ordered_by(const core::DeliveryEndRow& row);
  void write_small_rows(const core::Batch& batch);

  Statement shift_due_;
  Statement shift_webhooks_;
  Statement upsert_action_;
  Statement mark_vanished_;
  Statement insert_event_;
  Statement count_event_;
  Statement insert_delivery_;
  Statement retry_delivery_;
  Statement bury_delivery_;
  Statement select_delivery_;
  Statement delete_delivery_;
  Statement delete_letter_;
  Statement promote_delivery_;
  Statement demote_deliveries_;
  Statement upsert_region_;
  Statement upsert_quota_;
  Statement upsert_webhook_;
};

}  // namespace mactiond::store
