#pragma once

#include <SQLiteCpp/Database.h>

#include <vector>

#include "core/command.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Every webhook that has a row of its own, deliveries or dead letters.
[[nodiscard]] std::vector<core::StoredWebhook> read_webhooks(SQLite::Database& database);

/// A row of kSelectDeliveries, kSelectEarly or kSelectOldestHead.
[[nodiscard]] core::DueDelivery to_delivery(const Rows& row);

}  // namespace mactiond::store
