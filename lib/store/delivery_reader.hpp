#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// An event that cannot be delivered because its row cannot be understood.
struct BadEvent {
  std::uint64_t seq = 0;
  int attempts = 0;
  std::string reason;
};

/// Reads what waits for a webhook: see the functions of Store. Throws SQLite::Exception.
class DeliveryReader {
 public:
  explicit DeliveryReader(SQLite::Database& database);

  /// Adds to bad what is due but cannot be delivered.
  [[nodiscard]] core::DeliveriesLoaded deliveries(const core::LoadDeliveries& command,
                                                  std::vector<BadEvent>& bad);
  [[nodiscard]] core::OldestLoaded oldest(const core::LoadOldest& command);
  [[nodiscard]] std::optional<WallTime> oldest_queued(const std::string& webhook);

 private:
  /// Adds what may be tried before it is due, and is not among what is due.
  void add_early(const core::LoadDeliveries& command, core::DeliveriesLoaded& loaded);

  Statement select_deliveries_;
  Statement select_early_;
  Statement select_oldest_head_;
  Statement select_oldest_queued_;
  Statement select_oldest_dead_;
  Statement select_oldest_;
};

}  // namespace mactiond::store
