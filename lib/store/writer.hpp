#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <vector>

#include "core/batch.hpp"
#include "core/rows.hpp"
#include "store/delivery_writer.hpp"
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
  void write_small_rows(const core::Batch& batch);

  Statement shift_webhooks_;
  Statement upsert_action_;
  Statement mark_vanished_;
  Statement insert_event_;
  Statement count_event_;
  DeliveryWriter deliveries_;
  Statement upsert_region_;
  Statement upsert_quota_;
  Statement upsert_webhook_;
};

}  // namespace mactiond::store
