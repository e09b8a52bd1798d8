#include "store/delivery_reader.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "store/event_row.hpp"
#include "store/query.hpp"
#include "store/webhook_rows.hpp"

namespace mactiond::store {
namespace {

/// How many rows one look for what is old goes through: some milliseconds.
constexpr int kLookedAtMax = 5'000;

}  // namespace

DeliveryReader::DeliveryReader(SQLite::Database& database)
    : select_deliveries_(database, kSelectDeliveries),
      select_early_(database, kSelectEarly),
      select_oldest_head_(database, kSelectOldestHead),
      select_oldest_queued_(database, kSelectOldestQueued),
      select_oldest_dead_(database, kSelectOldestDead),
      select_oldest_(database, kSelectOldest) {}

core::DeliveriesLoaded DeliveryReader::deliveries(const core::LoadDeliveries& command,
                                                  std::vector<BadEvent>& bad) {
  core::DeliveriesLoaded loaded;
  loaded.command = command.id;
  const auto limit = static_cast<std::size_t>(command.limit);
  // One more than asked for: it shows when the next is due.
  Rows rows = command.oldest
                  ? select_oldest_head_.query(command.webhook)
                  : select_deliveries_.query(command.webhook, std::int64_t{command.limit} + 1);
  while (rows.next()) {
    const WallTime due = rows.time(kEventColumns + 1);
    if (due > command.due_until || loaded.due.size() == limit) {
      loaded.next_due = due;
      break;
    }
    if (auto delivery = to_delivery(rows)) {
      loaded.due.push_back(std::move(*delivery));
    } else {
      bad.push_back({rows.number(0), rows.count(kEventColumns), wrong_with_event(rows)});
    }
  }
  if (command.early) add_early(command, loaded);
  return loaded;
}

void DeliveryReader::add_early(const core::LoadDeliveries& command,
                               core::DeliveriesLoaded& loaded) {
  std::set<std::uint64_t> known;
  for (const core::DueDelivery& due : loaded.due) known.insert(due.event.seq);
  const auto limit = known.size() + static_cast<std::size_t>(command.limit);
  Rows rows = select_early_.query(command.webhook, static_cast<std::int64_t>(limit) + 1);
  while (rows.next()) {
    const WallTime from = rows.time(kEventColumns + 5);
    if (from > command.due_until || loaded.due.size() == limit) {
      loaded.next_due = std::min(loaded.next_due.value_or(from), from);
      break;
    }
    if (known.contains(rows.number(0))) continue;
    auto delivery = to_delivery(rows);
    if (!delivery) continue;
    delivery->early = true;
    loaded.due.push_back(std::move(*delivery));
  }
}

core::OldestLoaded DeliveryReader::oldest(const core::LoadOldest& command) {
  core::OldestLoaded loaded;
  loaded.command = command.id;
  Statement& select = command.dead ? select_oldest_dead_ : select_oldest_queued_;
  const int most = command.before ? std::max(command.limit, kLookedAtMax) : command.limit;
  Rows rows = select.query(command.webhook, most);
  while (loaded.rows.size() < static_cast<std::size_t>(command.limit) && rows.next()) {
    // A replayed dead letter comes first and was queued last.
    if (command.before && rows.time(2) >= *command.before) continue;
    loaded.rows.push_back({rows.number(0), rows.count(1)});
  }
  return loaded;
}

std::optional<WallTime> DeliveryReader::oldest_queued(const std::string& webhook) {
  Rows row = select_oldest_.query(webhook);
  return row.next() ? row.maybe_time(0) : std::nullopt;
}

}  // namespace mactiond::store
