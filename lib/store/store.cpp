#include "store/store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <utility>

#include "store/damage_mark.hpp"
#include "store/event_row.hpp"
#include "store/snapshot_rows.hpp"
#include "store/store_impl.hpp"
#include "store/webhook_rows.hpp"

namespace mactiond::store {
namespace {

/// How many rows one look for what is old goes through: some milliseconds.
constexpr int kLookedAtMax = 5'000;

}  // namespace

core::Snapshot Store::Impl::read_snapshot() {
  core::Snapshot snapshot;
  snapshot.last_seq = last_seq;
  snapshot.regions = read_regions(*database);
  snapshot.quotas = read_quotas(*database);
  snapshot.actions = read_actions(*database);
  snapshot.webhooks = read_webhooks(*database);
  cancels.load(snapshot);
  recovery.load(snapshot);
  return snapshot;
}

std::optional<LogPosition> Store::Impl::read_log_position() {
  Rows row = select_log_position.query();
  if (!row.next()) return std::nullopt;
  return LogPosition{row.number(0), row.number(1), row.number(2), row.number(3)};
}

/// What cannot be read becomes a dead letter, and the action's next event follows.
Result<void> Store::Impl::bury(const std::string& webhook, const std::vector<BadEvent>& bad,
                               WallTime now) {
  core::Batch batch;
  for (const BadEvent& event : bad) {
    batch.ends.push_back({webhook, event.seq, event.attempts, true, event.reason, now});
  }
  auto written = in_transaction([&] { writer.write(batch, last_seq); });
  if (!written) return written;
  for (const BadEvent& event : bad) {
    complaints.add("event " + std::to_string(event.seq) + " for webhook " + webhook + ": " +
                   event.reason);
  }
  return {};
}

Error Store::Impl::failed(const SQLite::Exception& failure) {
  const Error error = to_error(failure, path);
  locked_out = (failure.getErrorCode() & 0xff) == SQLITE_BUSY;
  if (error.code != make_error_code(Errc::StoreCorrupt) || damaged) return error;
  damaged = true;
  if (!directory.empty()) put_damage_mark(path, failure.what());
  return error;
}

void Store::Impl::write(const core::Batch& batch, const std::optional<LogPosition>& log) {
  ahead.reset();
  begin.run();
  recovery.write(batch);
  writer.write(batch, batch.recovery ? std::max(last_seq, batch.recovery->after_seq) : last_seq);
  cancels.write(batch);
  if (log) put_log_position.run(log->device, log->inode, log->offset, log->first_seq);
  end.run();
  if (batch.prune_before) retention.begin(*batch.prune_before);
}

void Store::Impl::add_early(const core::LoadDeliveries& command, core::DeliveriesLoaded& loaded) {
  std::set<std::uint64_t> known;
  for (const core::DueDelivery& due : loaded.due) known.insert(due.event.seq);
  const auto limit = known.size() + static_cast<std::size_t>(command.limit);
  Rows rows = select_early.query(command.webhook, static_cast<std::int64_t>(limit) + 1);
  while (rows.next()) {
    const WallTime from = rows.time(14);
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

void Store::Impl::roll_back() {
  // SQLite has rolled back by itself after some failures; then there is nothing to end.
  if (sqlite3_get_autocommit(database->getHandle()) != 0) return;
  try {
    rollback.run();
  } catch (const SQLite::Exception&) {
    // The next BEGIN fails then, and with it the next commit: nothing is taken as written.
  }
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<core::Snapshot> Store::load() {
  if (impl_->ahead) return *std::exchange(impl_->ahead, std::nullopt);
  return impl_->guarded([&] { return impl_->read_snapshot(); });
}

Result<void> Store::commit(const core::Batch& batch, const std::optional<LogPosition>& log) {
  try {
    impl_->write(batch, log);
  } catch (const SQLite::Exception& failure) {
    const Error error = impl_->failed(failure);
    impl_->roll_back();
    return error;
  }
  impl_->locked_out = false;
  if (!batch.events.empty()) impl_->last_seq = batch.events.back().seq;
  return {};
}

Result<core::DeliveriesLoaded> Store::load_deliveries(const core::LoadDeliveries& command) {
  MACTIOND_ASSERT(command.limit > 0);
  std::vector<BadEvent> bad;
  auto read = impl_->guarded([&] {
    core::DeliveriesLoaded loaded;
    loaded.command = command.id;
    const auto limit = static_cast<std::size_t>(command.limit);
    // One more than asked for: it shows when the next is due.
    Rows rows = command.oldest ? impl_->select_oldest_head.query(command.webhook)
                               : impl_->select_deliveries.query(command.webhook,
                                                                std::int64_t{command.limit} + 1);
    while (rows.next()) {
      const WallTime due = rows.time(10);
      if (due > command.due_until || loaded.due.size() == limit) {
        loaded.next_due = due;
        break;
      }
      if (auto delivery = to_delivery(rows)) {
        loaded.due.push_back(std::move(*delivery));
      } else {
        bad.push_back({rows.number(0), rows.count(9), wrong_with_event(rows)});
      }
    }
    if (command.early) impl_->add_early(command, loaded);
    return loaded;
  });
  if (!read || bad.empty()) return read;
  const auto buried = impl_->bury(command.webhook, bad, command.due_until);
  if (!buried) return buried.error();
  // What follows a dead letter may be due at once.
  if (!read->next_due) read->next_due = command.due_until;
  return read;
}

Result<core::OldestLoaded> Store::load_oldest(const core::LoadOldest& command) {
  return impl_->guarded([&] {
    core::OldestLoaded loaded;
    loaded.command = command.id;
    Statement& select = command.dead ? impl_->select_oldest_dead : impl_->select_oldest_queued;
    const int most = command.before ? std::max(command.limit, kLookedAtMax) : command.limit;
    Rows rows = select.query(command.webhook, most);
    while (loaded.rows.size() < static_cast<std::size_t>(command.limit) && rows.next()) {
      // A replayed dead letter comes first and was queued last.
      if (command.before && rows.time(2) >= *command.before) continue;
      loaded.rows.push_back({rows.number(0), rows.count(1)});
    }
    return loaded;
  });
}

Result<std::vector<core::EventRecord>> Store::load_events(std::uint64_t first, int limit) {
  return impl_->guarded([&] {
    std::vector<core::EventRecord> events;
    Rows rows = impl_->select_events.query(first, limit);
    while (rows.next()) {
      if (auto event = to_logged_event(rows)) events.push_back(std::move(*event));
    }
    return events;
  });
}

Result<bool> Store::has_event(const ActionId& action, const std::string& id) {
  return impl_->guarded([&] {
    Rows row = impl_->select_event_of_action.query(action.value, id);
    return row.next();
  });
}

Result<std::vector<core::Decision>> Store::load_decisions(const std::string& region,
                                                          const ActionId& action) {
  return impl_->guarded([&] { return impl_->cancels.decisions(region, action); });
}

Result<std::optional<std::uint64_t>> Store::load_syslog_position(const std::string& name) {
  return impl_->guarded([&] {
    Rows row = impl_->select_syslog.query(name);
    if (!row.next()) return std::optional<std::uint64_t>();
    return std::optional(row.number(0));
  });
}

Result<void> Store::keep_syslog_position(const std::string& name, std::uint64_t next) {
  return impl_->guarded([&] { impl_->put_syslog.run(name, next); });
}

Result<void> Store::forget_syslog_except(const std::vector<std::string>& names) {
  return impl_->guarded([&] {
    std::vector<std::string> known;
    {
      Rows rows = impl_->select_syslogs.query();
      while (rows.next()) known.push_back(rows.text(0));
    }
    for (const std::string& name : known) {
      const bool wanted = std::find(names.begin(), names.end(), name) != names.end();
      if (!wanted) impl_->delete_syslog.run(name);
    }
  });
}

Result<std::optional<LogPosition>> Store::load_log_position() {
  return impl_->guarded([&] { return impl_->read_log_position(); });
}

Result<std::optional<WallTime>> Store::oldest_queued(const std::string& webhook) {
  return impl_->guarded([&]() -> std::optional<WallTime> {
    Rows row = impl_->select_oldest.query(webhook);
    return row.next() ? row.maybe_time(0) : std::nullopt;
  });
}

bool Store::is_pruned() const { return !impl_->retention.under_way(); }

Result<void> Store::prune_some() {
  if (is_pruned()) return {};
  Retention& retention = impl_->retention;
  const auto done = impl_->in_transaction([&] { retention.step(); });
  if (done) {
    retention.committed();
  } else if (!impl_->locked_out) {
    return done.error();
  }
  return {};
}

Result<core::ActionPage> Store::find_actions(const core::ActionFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.actions(filter); });
}

Result<std::vector<core::ActionView>> Store::find_action(const std::string& id) {
  return impl_->guarded([&] { return impl_->reader.action(id); });
}

Result<std::vector<core::ActionPlace>> Store::find_places(const std::string& id_prefix) {
  return impl_->guarded([&] { return impl_->reader.places(id_prefix); });
}

Result<bool> Store::occurs(core::ActionField field, const std::string& text) {
  return impl_->guarded([&] { return impl_->reader.occurs(field, text); });
}

Result<std::vector<core::EventRecord>> Store::load_history(const core::ActionView& action) {
  return impl_->guarded([&] { return impl_->reader.history(action); });
}

Result<std::vector<core::EventRecord>> Store::find_events(const core::EventFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.events(filter); });
}

Result<core::DeadLetterPage> Store::find_dead_letters(const core::DeadLetterFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.dead_letters(filter); });
}

Result<std::optional<core::DeadLetterView>> Store::find_dead_letter(const std::string& webhook,
                                                                    std::uint64_t seq) {
  return impl_->guarded([&] { return impl_->reader.dead_letter(webhook, seq); });
}

}  // namespace mactiond::store
