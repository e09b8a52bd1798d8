#include "store/webhook_rows.hpp"

#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

#include "base/enum_values.hpp"
#include "store/event_row.hpp"
#include "store/query.hpp"

namespace mactiond::store {
namespace {

const std::string kWebhooks = std::string(R"(
SELECT n.name, coalesce(w.state, ''), coalesce(w.failures_in_a_row, 0),
       (SELECT count(*) FROM delivery WHERE webhook = n.name),
       (SELECT count(*) FROM dead_letter WHERE webhook = n.name), coalesce(w.by_operator, 0),
       coalesce(w.reason, ''), w.held_until, coalesce(w.refused, ''), w.trouble_since,
       coalesce(w.trouble_reported, 0), coalesce(w.trouble_reason, ''),
       coalesce(w.unreachable, 0), w.taken
FROM (SELECT name FROM webhook UNION SELECT name FROM ()") +
                              kSelectReferringWebhooks + R"()) n
LEFT JOIN webhook w ON w.name = n.name)";

std::vector<std::uint64_t> numbers_in(const std::string& text) {
  std::vector<std::uint64_t> numbers;
  std::istringstream words(text);
  for (std::uint64_t number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

}  // namespace

std::optional<core::DueDelivery> to_delivery(const Rows& row) {
  auto event = to_event(row);
  if (!event) return std::nullopt;
  core::DueDelivery delivery;
  delivery.event = std::move(*event);
  delivery.attempts = row.count(kEventColumns);
  delivery.due = row.time(kEventColumns + 1);
  delivery.failed = row.maybe_time(kEventColumns + 2);
  delivery.refusals = row.count(kEventColumns + 3);
  delivery.early_tries = row.count(kEventColumns + 4);
  return delivery;
}

std::vector<core::StoredWebhook> read_webhooks(SQLite::Database& database) {
  Statement select(database, kWebhooks.c_str());
  std::vector<core::StoredWebhook> webhooks;
  Rows rows = select.query();
  while (rows.next()) {
    core::StoredWebhook webhook;
    webhook.row.webhook = rows.text(0);
    webhook.row.state =
        value_named<core::WebhookState>(rows.text(1)).value_or(core::WebhookState::Ok);
    webhook.row.failures_in_a_row = rows.count(2);
    webhook.queued = rows.integer(3);
    webhook.dead = rows.integer(4);
    webhook.row.by_operator = rows.integer(5) != 0;
    webhook.row.reason = rows.text(6);
    webhook.row.held_until = rows.maybe_time(7);
    webhook.row.refused = numbers_in(rows.text(8));
    webhook.row.trouble = {rows.maybe_time(9), rows.integer(10) != 0, rows.text(11),
                           rows.integer(12) != 0, rows.maybe_time(13)};
    webhooks.push_back(std::move(webhook));
  }
  return webhooks;
}

}  // namespace mactiond::store
