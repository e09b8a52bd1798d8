#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <vector>

#include "core/event.hpp"
#include "core/snapshot.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Every webhook that has a row of its own, deliveries or dead letters.
[[nodiscard]] std::vector<core::StoredWebhook> read_webhooks(SQLite::Database& database);

/// A row of kSelectDeliveries, kSelectEarly or kSelectOldestHead. Nothing if no program of ours
/// wrote its event.
[[nodiscard]] std::optional<core::DueDelivery> to_delivery(const Rows& row);

}  // namespace mactiond::store
